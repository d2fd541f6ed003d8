import Numerics

/// When a line left its usual range for good or for a while: a two-sided cumulative sum on robust deviations.
///
/// Input: one value a row, NaN where missing, and the rows that show what is usual. Output: the first departure, nil
/// if there is none. The usual level is the median, the scale 1.4826 times the median absolute deviation (the standard
/// deviation if that is 0). Deviations are cut at 5, so that a single spike raises no alarm, and 1 is taken off each
/// before they are summed; the alarm is raised at twice the highest sum of the usual rows, at least at 10.
///
/// - Complexity: O(n log n) time and O(n) memory.
/// - Source: Page, Biometrika 41 (1954), with the last return to 0 as the estimate of the change point.
/// - Differs: centre, scale and limit are learned from the usual rows; deviations are cut.
package struct Onset: Sendable, Equatable {
  /// The first row after the sum was last 0.
  package var row: Int
  /// The row at which the sum reached the limit.
  package var noticed: Int
  package var isUpward: Bool
  package var usual: Double
  /// The median from the onset to the end of the stretch.
  package var after: Double
  /// How far `after` lies from `usual`, in robust standard deviations.
  package var shift: Double

  private static let slack = 1.0
  private static let cut = 5.0
  private static let leastLimit = 10.0

  /// - Parameters:
  ///   - usual: rows without a departure; they may lie anywhere.
  ///   - stretch: where to look.
  package static func first(in line: [Double], usual: [Int], stretch: Range<Int>) -> Onset? {
    let known = usual.map { line[$0] }.filter(\.isFinite)
    let sample = SortedSample(known)
    guard let level = sample.quantile(0.5) else { return nil }
    let scale = Self.scale(known, around: level)
    func deviation(_ value: Double) -> Double { min(max((value - level) / scale, -cut), cut) }

    var sums = Sums()
    var highest = 0.0
    for value in known {
      sums.add(deviation(value))
      highest = max(highest, sums.up, sums.down)
    }
    let limit = max(leastLimit, 2 * highest)
    sums = Sums()
    var start = (up: stretch.lowerBound, down: stretch.lowerBound)
    for row in stretch where line[row].isFinite {
      if sums.up == 0 { start.up = row }
      if sums.down == 0 { start.down = row }
      sums.add(deviation(line[row]))
      guard max(sums.up, sums.down) >= limit else { continue }
      let isUpward = sums.up >= sums.down
      let begin = isUpward ? start.up : start.down
      let rest = SortedSample((begin..<stretch.upperBound).map { line[$0] }.filter(\.isFinite))
      let after = rest.quantile(0.5) ?? line[row]
      return Onset(
        row: begin, noticed: row, isUpward: isUpward, usual: level, after: after,
        shift: (after - level) / scale)
    }
    return nil
  }

  /// Never 0: a line that never moved is left by any step.
  private static func scale(_ values: [Double], around level: Double) -> Double {
    let robust = 1.4826 * (SortedSample(values.map { abs($0 - level) }).quantile(0.5) ?? 0)
    if robust > 0 { return robust }
    let deviation = Statistics.standardDeviation(values)
    return deviation > 0 ? deviation : max(abs(level) * 1e-9, .leastNormalMagnitude)
  }

  private struct Sums {
    var up = 0.0
    var down = 0.0
    mutating func add(_ deviation: Double) {
      up = max(0, up + deviation - slack)
      down = max(0, down - deviation - slack)
    }
  }
}

package import Numerics

/// Alarms the upper of two groups of scores, parted where the groups differ most.
///
/// - Input: scores of normal and anomalous rows together, not all equal; none need be marked.
/// - Output: half way between the two neighbouring scores whose split makes the variance between the groups largest.
/// - Complexity: O(*n*) on sorted scores.
/// - Throws: `noSpread` if all scores are equal.
/// - Source: Otsu, *A threshold selection method from gray-level histograms*, IEEE Transactions on Systems, Man and
///   Cybernetics 1979, equation 18.
/// - Differs: every score is a level of its own, so that no number of bins is chosen.
package struct OtsuThreshold: ThresholdRule {
  package init() {}
  package var summary: String { "otsu" }

  package func threshold(of scores: SortedSample, segment: String) throws(ThresholdError) -> Double {
    guard let first = scores.values.first, let last = scores.values.last
    else { throw .noRows(segment: segment) }
    if first == last { throw .noSpread(segment: segment) }
    // In units of the range, so that no square is too large.
    let unit = max(abs(first), abs(last))
    let values = scores.values.map { $0 / unit }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    var best = (variance: -1.0, place: 0)
    var sum = 0.0
    for place in 0..<(values.count - 1) {
      sum += values[place]
      if values[place] == values[place + 1] { continue }
      let share = Double(place + 1) / count
      let gap = mean * share - sum / count
      let variance = gap * gap / (share * (1 - share))
      if variance > best.variance { best = (variance, place) }
    }
    return scores.values[best.place] / 2 + scores.values[best.place + 1] / 2
  }
}

/// Alarms scores behind the deepest valley above the main hill of their density.
///
/// - Input: scores of normal and anomalous rows together, not all equal.
/// - Output: the lowest point of the density between its highest hill and the next hill above, of those the one with
///   the greatest fall from the lower hill; where there is no second hill, the largest score (no row is alarmed).
/// - Complexity: O(*n* + *g*²) for a grid of *g* = 512 points.
/// - Throws: `noSpread` if all scores are equal.
/// - Differs: the kernel is at least one step of the grid wide, and scores are shared between its points.
/// - Source: Silverman, *Density estimation for statistics and data analysis*, 1986, equation 3.31 for the width of the
///   normal kernel; the valley as in Prewitt and Mendelsohn, *The analysis of cell images*, 1966.
package struct ValleyThreshold: ThresholdRule {
  /// As R's `density` draws by default.
  package static let gridCount = 512
  /// Silverman's width for a law that may be skewed.
  static let widthFactor = 0.9
  /// The quartiles' distance in standard deviations of a normal law.
  static let quartileDistance = 1.34

  package init() {}
  package var summary: String { "valley" }

  package func threshold(of scores: SortedSample, segment: String) throws(ThresholdError) -> Double {
    guard let first = scores.values.first, let last = scores.values.last
    else { throw .noRows(segment: segment) }
    if first == last { throw .noSpread(segment: segment) }
    let unit = max(abs(first), abs(last))
    let values = scores.values.map { $0 / unit }
    let sample = SortedSample(values)
    let deviation = Statistics.standardDeviation(values)
    let box = ((sample.quantile(0.75) ?? 0) - (sample.quantile(0.25) ?? 0)) / Self.quartileDistance
    let spread = box > 0 ? min(deviation, box) : deviation
    let (low, high) = (first / unit, last / unit)
    let step = (high - low) / Double(Self.gridCount - 1)
    let width = max(step, Self.widthFactor * spread * power(Double(values.count), -0.2)) / step
    let density = Self.smoothed(Self.counts(of: values, from: low, step: step), width: width)
    guard let valley = Self.valley(of: density) else { return last }
    return (low + Double(valley) * step) * unit
  }

  /// Each score shared between the two points of the grid around it.
  private static func counts(of values: [Double], from low: Double, step: Double) -> [Double] {
    var counts = [Double](repeating: 0, count: gridCount)
    for value in values {
      let place = max(0, min((value - low) / step, Double(gridCount - 1)))
      let left = min(Int(place), gridCount - 2)
      counts[left] += 1 - (place - Double(left))
      counts[left + 1] += place - Double(left)
    }
    return counts
  }

  private static func smoothed(_ counts: [Double], width: Double) -> [Double] {
    let kernel = counts.indices.map { exponential(-Double($0 * $0) / (2 * width * width)) }
    return counts.indices.map { point in
      counts.indices.reduce(0) { $0 + counts[$1] * kernel[abs($1 - point)] }
    }
  }

  /// The place between the highest hill and a later one whose fall below the lower of both is greatest.
  static func valley(of density: [Double]) -> Int? {
    guard let summit = density.indices.max(by: { density[$0] < density[$1] }) else { return nil }
    var best: (fall: Double, place: Int)?
    var lowest = summit
    var place = summit + 1
    while place < density.count {
      if density[place] < density[lowest] { lowest = place }
      let fall = density[place] - density[lowest]
      if fall > best?.fall ?? 0 { best = (fall, lowest) }
      place += 1
    }
    return best?.place
  }
}

import Numerics

/// What can be said about a column whose rows are seen once, part by part, in memory that does not grow with them.
///
/// Counts, moments and limits are those of all rows; quartiles are those of every `step`-th one, and exact for as many rows
/// as the sample holds.
package struct RunningSummary: Sendable {
  /// So many numbers are kept, at most twice as many.
  package static let sampleSize = 1 << 16
  /// With more levels than these, how many there are is not known.
  private static let mostLevels = 1 << 16

  private let step: Int
  private let total: Int
  private var missing = 0
  private var moments = Moments()
  private var (low, high) = (Double.infinity, -Double.infinity)
  private var lowest = Double.infinity
  private var times: ClosedRange<Int64>?
  /// Of each level, and where it was first seen.
  private var levels: [String: (count: Int, order: Int)]? = [:]
  private var trues = 0
  /// Every `step`-th number, in the order of the rows.
  package private(set) var sample: [Double] = []
  /// The highest number in each of equal stretches of the rows; NaN where none is known.
  package private(set) var course: [Double]

  /// - Parameter total: so many rows will be seen.
  package init(total: Int, cells: Int) {
    self.total = total
    step = max(1, total / Self.sampleSize)
    course = [Double](repeating: .nan, count: cells)
  }

  /// Takes the cells of rows from `first` on, of a column or of a summary of them.
  package mutating func take(_ column: Column, first: Int) {
    missing += column.nullCount
    switch column.cells {
    case .number(let numbers):
      moments.append(Moments(numbers))
      look(at: numbers, first)
    case .time(let cells):
      let present = cells.indices.lazy.filter { !column.isNull($0) }.map { cells[$0] }
      guard let early = present.min(), let late = present.max() else { return }
      times = min(early, times?.lowerBound ?? early)...max(late, times?.upperBound ?? late)
    case .bool(let bits):
      trues += bits.indices.count { bits[$0] && !column.isNull($0) }
      look(at: column.numbers ?? [], first)
    case .category(let codes, let names):
      var counts = [Int](repeating: 0, count: names.count)
      for code in codes where code >= 0 { counts[Int(code)] += 1 }
      for (code, name) in names.enumerated() where counts[code] > 0 { count(name, counts[code]) }
    case .text(let texts): for row in 0..<texts.count where !column.isNull(row) { count(texts[row], 1) }
    }
  }

  private mutating func count(_ name: String, _ more: Int) {
    guard let order = levels?.count else { return }
    levels?[name, default: (0, order)].count += more
    if order > Self.mostLevels { levels = nil }
  }

  private mutating func look(at numbers: [Double], _ first: Int) {
    let cells = course.count
    for (place, number) in numbers.enumerated() where !number.isNaN {
      let row = first + place
      low = min(low, number)
      high = max(high, number)
      if row % step == 0 { sample.append(number) }
      guard cells > 0, number.isFinite else { continue }
      lowest = min(lowest, number)
      let cell = min(cells - 1, ((row + 1) * cells - 1) / max(1, total))
      if !(course[cell] >= number) { course[cell] = number }
    }
  }

  /// Puts a summary of later rows behind this one.
  package mutating func append(_ later: RunningSummary) {
    missing += later.missing
    moments.append(later.moments)
    (low, high) = (min(low, later.low), max(high, later.high))
    lowest = min(lowest, later.lowest)
    if let span = later.times {
      times =
        min(
          span.lowerBound, times?.lowerBound ?? span.lowerBound)...max(
          span.upperBound, times?.upperBound ?? span.upperBound)
    }
    if let more = later.levels {
      for (name, entry) in more.sorted(by: { $0.value.order < $1.value.order }) { count(name, entry.count) }
    } else {
      levels = nil
    }
    trues += later.trues
    sample += later.sample
    for (cell, number) in later.course.enumerated() where !number.isNaN && !(course[cell] >= number) {
      course[cell] = number
    }
  }

  /// The least and the highest number that is finite; nil without one.
  package var range: ClosedRange<Double>? {
    let finite = course.lazy.filter(\.isFinite)
    guard let top = finite.max(), lowest.isFinite else { return nil }
    return lowest...max(lowest, top)
  }

  /// How often each level occurs, the most frequent first; empty if there are too many.
  package var counts: [Int] { (levels ?? [:]).values.map(\.count).sorted(by: >) }

  /// Whether quartiles are those of some rows only.
  package var isSampled: Bool { step > 1 }

  package func summary(of type: ColumnType) -> ColumnSummary {
    var summary = ColumnSummary()
    summary.missing = missing
    summary.times = times
    switch type {
    case .number:
      guard moments.count > 0 else {
        summary.distinct = 0
        return summary
      }
      (summary.mean, summary.deviation) = (moments.mean, moments.standardDeviation())
      let sorted = SortedColumn(sorting: sample).values
      if !sorted.isEmpty {
        summary.quantiles = ColumnSummary.quantiles(ofSorted: sorted)
        if !isSampled { summary.distinct = ColumnSummary.distinct(inSorted: sorted) }
      }
      (summary.quantiles[0], summary.quantiles[4]) = (low, high)
    case .bool:
      let count = total - missing
      summary.mean = Double(trues) / Double(count)
      summary.distinct = (trues > 0 ? 1 : 0) + (trues < count ? 1 : 0)
      summary.mode = count == 0 ? nil : trues * 2 > count ? "true" : "false"
    case .category, .text:
      guard let levels else { return summary }
      summary.distinct = Double(levels.count)
      let most = levels.max { ($0.value.count, $1.value.order) < ($1.value.count, $0.value.order) }
      summary.mode = most.flatMap { type == .category || $0.value.count > 1 ? $0.key : nil }
    case .time: break
    }
    return summary
  }
}

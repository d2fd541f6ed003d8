import Detection
import Numerics
import Values

/// What can be seen of rows without knowing which are anomalous; what `recommend` decides by.
struct RowFacts {
  let rows: Int
  /// Rows of the longest stretch that a model learns from.
  let stretch: Int
  let columns: Int
  /// Shares of the cells, and of the rows that have any.
  let missing: Double
  let incomplete: Double
  /// Share of the looked-at rows that are copies of an earlier one.
  let copies: Double
  let constant: [String]
  /// How many times wider the widest column is spread than the narrowest; 1 for one column.
  let scaleRatio: Double
  /// Rows follow one another in time.
  let isOrdered: Bool
  /// The cycles that stand out, by channel.
  let periods: [(channel: String, rows: Int)]
  let segments: Int
  /// Some rows are kept for fitting, so that others are new.
  let isSplit: Bool

  /// More rows are thinned evenly where every value must be looked at.
  private static let mostRows = 20_000
  private static let mostChannels = 32

  init(_ rows: ScorableRows, isSeries: Bool, work: Work) throws(Cancelled) {
    let count = rows.index.count
    self.rows = count
    let fit = rows.index.rows(in: .fit)
    let longest = rows.index.runs.map(\.rows.count).max() ?? count
    stretch = min(fit.isEmpty ? count : fit.count, longest)
    columns = rows.features.count
    let cells = max(1, count * columns)
    missing = Double(rows.matrix.values.count { $0.isNaN }) / Double(cells)
    incomplete = Double(count - rows.completeness.setCount) / Double(max(1, count))
    let step = max(1, count / Self.mostRows)
    let looked = Array(stride(from: 0, to: count, by: step))
    copies = Self.copies(among: looked, of: rows.matrix)
    let spreads = try work.map(columns, stage: "looking") { column in
      let values = looked.map { rows.matrix[$0, column] }.filter { !$0.isNaN }
      let sample = SortedSample(values)
      guard let low = sample.quantile(0.05), let high = sample.quantile(0.95) else { return 0.0 }
      if high > low { return high - low }
      return (sample.values.last ?? 0) - (sample.values.first ?? 0)
    }
    constant = zip(rows.features, spreads).filter { $0.1 == 0 }.map(\.0)
    let varied = spreads.filter { $0 > 0 && $0.isFinite }
    scaleRatio = (varied.max() ?? 1) / (varied.min() ?? 1)
    isOrdered = isSeries
    segments = rows.index.runs.count
    isSplit = rows.index.splits != nil
    periods = isSeries ? try Self.periods(of: rows, work: work) : []
  }

  private static func copies(among looked: [Int], of matrix: Matrix) -> Double {
    var seen: Set<[UInt64]> = []
    for row in looked { seen.insert(matrix.row(row).map(\.bitPattern)) }
    return looked.isEmpty ? 0 : 1 - Double(seen.count) / Double(looked.count)
  }

  private static func periods(
    of rows: ScorableRows, work: Work
  ) throws(Cancelled) -> [(channel: String, rows: Int)] {
    let channels = min(rows.features.count, mostChannels)
    guard let first = rows.index.runs.max(by: { $0.rows.count < $1.rows.count })?.rows else { return [] }
    let found = try work.map(channels, stage: "looking for cycles") { channel -> Int? in
      var last = 0.0
      let values = first.prefix(mostRows).map { row -> Double in
        let value = rows.matrix[row, channel]
        if !value.isNaN { last = value }
        return last
      }
      return values.count < 16 ? nil : Period.estimate(of: values)
    }
    return zip(rows.features, found).compactMap { name, rows in rows.map { (name, $0) } }
  }

  /// The middle of the cycles.
  var period: Int? {
    let sorted = periods.map(\.rows).sorted()
    return sorted.isEmpty ? nil : sorted[sorted.count / 2]
  }
}

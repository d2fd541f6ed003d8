import Numerics
import Values

/// How far out in the tails of each feature values lie: what `ecod` and `copod` share.
struct TailSurprises: Sendable, Codable, Equatable {
  /// What a feature's term is made of.
  enum Rule: String, Sendable, Codable {
    /// The largest of left, right and the tail that the skewness chooses.
    case largest
    /// The larger of the tail that the skewness chooses and the mean of both.
    case skewed
  }

  /// On which side a column's distribution has the longer tail.
  private enum Skew: String, Sendable, Codable { case left, right, none }

  private let columns: [SortedColumn]
  private let skews: [Skew]
  private let rule: Rule
  /// −log of the share of each level, and that of a level never seen; empty for numbers.
  private let levels: [[Double]]

  init(_ training: Observations, rule: Rule, work: Work) throws(DetectionError) {
    let fitted = try training.mapFeatures(work: work) { (SortedColumn(sorting: $0), Self.skew($0)) }
    columns = fitted.map(\.0)
    skews = fitted.map(\.1)
    self.rule = rule
    levels = columns.indices.map { column in
      guard !training.levels.isEmpty, let count = training.levels[column] else { return [] }
      var counts = [Double](repeating: 0, count: count)
      for place in training.matrix.column(column) where !place.isNaN { counts[Int(place)] += 1 }
      let total = counts.reduce(0, +)
      return counts.map { $0 > 0 ? -logarithm($0 / total) : logarithm(total + 1) } + [logarithm(total + 1)]
    }
  }

  /// The sign of the third central moment.
  private static func skew(_ values: [Double]) -> Skew {
    let (mean, deviation) = moments(of: values)
    if deviation == 0 { return .none }
    let third = values.reduce(0.0) {
      let z = ($1 - mean) / deviation
      return $0 + z * z * z
    }
    return third < 0 ? .left : third > 0 ? .right : .none
  }

  func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
    try rows.require(features: columns.count)
    let terms = self.terms
    return try rows.sumColumns(work: work) { column in
      let term = terms[column]
      return { term.value($0) }
    }
  }

  func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions {
    try rows.require(features: columns.count)
    let terms = self.terms
    let values = try rows.mapCells(work: work, stage: "contributions") { terms[$1].value($0) }
    return rows.contributions(values, meaning: "surprise in nats")
  }

  private var terms: [Term] {
    var tables: [Int: [Double]] = [:]
    return columns.indices.map { number in
      let (column, skew) = (columns[number], skews[number])
      let table = tables[column.count] ?? Term.surprises(column.count)
      tables[column.count] = table
      return Term(column: column, skew: skew, rule: rule, surprises: table, levels: levels[number])
    }
  }

  /// One feature's part of the score.
  private struct Term: Sendable {
    let column: SortedColumn
    let skew: Skew
    let rule: Rule
    /// −log(i / n) at i; at 0 that of a value beyond the range.
    let surprises: [Double]
    let levels: [Double]

    static func surprises(_ count: Int) -> [Double] {
      let total = Double(max(count, 1))
      return [logarithm(total + 1)] + (0..<count).map { -logarithm(Double($0 + 1) / total) }
    }

    func value(_ value: Double) -> Double {
      if value.isNaN || column.count == 0 { return 0 }
      if !levels.isEmpty { return levels[min(max(0, Int(value)), levels.count - 1)] }
      let atMost = column.countAtMost(value)
      let left = surprises[atMost]
      let right = surprises[column.count - column.countBelow(value, atMost: atMost)]
      switch (skew, rule) {
      case (.none, _): return left + right
      case (_, .largest): return max(left, right)
      case (.left, .skewed): return max(left, (left + right) / 2)
      case (.right, .skewed): return max(right, (left + right) / 2)
      }
    }
  }
}

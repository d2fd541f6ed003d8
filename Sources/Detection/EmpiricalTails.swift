package import Numerics
package import Values

/// Scores rows by how far out in the tail of each feature's distribution they lie.
///
/// - Input: `n` × `d`, any scale: only the order within a column matters. A missing value adds nothing.
/// - Output: the sum of tail surprises −log p over the features, ≥ 0, in nats.
/// - Complexity: fit O(*n d*), score O(*n d* log *n*); memory 8 *n d* bytes.
/// - Throws: `tooFewRows` below two rows.
/// - Source: Li, Zhao, Hu, Botta, Ionescu and Chen, *ECOD: unsupervised outlier detection using empirical cumulative
///   distribution functions*, TKDE 2022, algorithm 1.
/// - Differs: a feature's term is the largest of its left, right and skewness-chosen tails, as in PyOD, where the paper
///   takes the largest of three sums. New rows are compared with the training rows alone; beyond their range the tail
///   has probability 1 / (n + 1).
package struct EmpiricalTails: Detector, Equatable {
  package static let name = "ecod"

  package init() {}

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    try training.require(rows: 2)
    let fitted = try training.mapFeatures(work: work) { (SortedColumn(sorting: $0), Self.skew($0)) }
    return Model(columns: fitted.map(\.0), skews: fitted.map(\.1))
  }

  /// The sign of the third central moment.
  private static func skew(_ values: [Double]) -> Model.Skew {
    let (mean, deviation) = moments(of: values)
    if deviation == 0 { return .none }
    let third = values.reduce(0.0) {
      let z = ($1 - mean) / deviation
      return $0 + z * z * z
    }
    return third < 0 ? .left : third > 0 ? .right : .none
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = EmpiricalTails.name
    /// On which side a column's distribution has the longer tail.
    enum Skew: String, Sendable, Codable { case left, right, none }
    let columns: [SortedColumn]
    let skews: [Skew]

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try rows.require(features: columns.count)
      let terms = self.terms
      return try rows.sumColumns(work: work) { column in
        let term = terms[column]
        return { term.value($0) }
      }
    }

    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      try rows.require(features: columns.count)
      let terms = self.terms
      let values = try rows.mapCells(work: work, stage: "contributions") { terms[$1].value($0) }
      return rows.contributions(values, meaning: "surprise in nats")
    }

    private var terms: [Term] {
      var tables: [Int: [Double]] = [:]
      return zip(columns, skews).map { column, skew in
        let table = tables[column.count] ?? Term.surprises(column.count)
        tables[column.count] = table
        return Term(column: column, skew: skew, surprises: table)
      }
    }
  }

  /// One feature's part of the score.
  private struct Term: Sendable {
    let column: SortedColumn
    let skew: Model.Skew
    /// −log(i / n) at i; at 0 that of a value beyond the range.
    let surprises: [Double]

    static func surprises(_ count: Int) -> [Double] {
      let total = Double(max(count, 1))
      return [logarithm(total + 1)] + (0..<count).map { -logarithm(Double($0 + 1) / total) }
    }

    func value(_ value: Double) -> Double {
      if value.isNaN || column.count == 0 { return 0 }
      let atMost = column.countAtMost(value)
      let left = surprises[atMost]
      let right = surprises[column.count - column.countBelow(value, atMost: atMost)]
      switch skew {
      case .none: return left + right
      case .left, .right: return max(left, right)
      }
    }
  }
}

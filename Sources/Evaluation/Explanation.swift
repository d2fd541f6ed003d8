import Numerics
package import Values

/// What a part of the input (a feature or a modality) adds to a score.
package struct Share: Sendable, Equatable {
  package let name: String
  /// 0...1; the shares of a row add up to 1, or are all 0 if nothing stands out.
  package let share: Double
  /// The columns that the part is made of.
  package let columns: Range<Int>

  package init(name: String, share: Double, columns: Range<Int>) {
    self.name = name
    self.share = share
    self.columns = columns
  }
}

/// What to explain by.
package enum ExplainedBy: Sendable, Equatable {
  case feature
  case modality
}

extension Contributions {
  /// How the score of a row divides among features or modalities, largest first.
  ///
  /// - Output: contributions divided by their sum; a modality's is the sum over its columns. Equal shares keep the
  ///   order of the columns.
  /// - Complexity: O(*d* log *d*).
  package func shares(ofRow row: Int, by part: ExplainedBy) -> [Share] {
    let values = matrix.row(row).map { $0.isFinite ? max($0, 0) : 0 }
    return Self.divided(parts(by: part), values: values)
  }

  /// The mean of the rows' shares: what drives the scores of these rows in general.
  ///
  /// Each row counts the same, however high its score is.
  package func meanShares(ofRows rows: [Int], by part: ExplainedBy) -> [Share] {
    var sums = [Double](repeating: 0, count: matrix.columns)
    for row in rows {
      let values = matrix.row(row).map { $0.isFinite ? max($0, 0) : 0 }
      let total = values.reduce(0, +)
      if total > 0 { for (column, value) in values.enumerated() { sums[column] += value / total } }
    }
    return Self.divided(parts(by: part), values: sums)
  }

  private func parts(by part: ExplainedBy) -> [Block] {
    part == .modality ? blocks : features.enumerated().map { Block(name: $1, columns: $0..<$0 + 1) }
  }

  private static func divided(_ parts: [Block], values: [Double]) -> [Share] {
    let total = values.reduce(0, +)
    let shares = parts.map { part in
      let sum = values[part.columns].reduce(0, +)
      return Share(name: part.name, share: total > 0 ? sum / total : 0, columns: part.columns)
    }
    return shares.enumerated()
      .sorted { ($1.element.share, $0.offset) < ($0.element.share, $1.offset) }.map(\.element)
  }
}

/// The values behind scores, to show beside an explanation, and how unusual each of them is.
package struct ExplainedData: Sendable, Equatable {
  package let features: [String]
  package let blocks: [Block]
  package let columns: [[Double]]
  private let centers: [Double]
  private let scales: [Double]
  /// What the numbers of a category are called, by the number of its column.
  private let levels: [Int: [String]]

  /// - Parameter reference: the rows that say what is usual.
  package init(
    features: [String], blocks: [Block], columns: [[Double]], reference: [Int], levels: [Int: [String]] = [:]
  ) {
    self.levels = levels
    self.features = features
    self.blocks =
      blocks.isEmpty ? features.enumerated().map { Block(name: $1, columns: $0..<$0 + 1) } : blocks
    self.columns = columns
    let samples = columns.map { column in SortedSample(reference.map { column[$0] }) }
    centers = samples.map { $0.median ?? .nan }
    scales = samples.map { ($0.medianAbsoluteDeviation ?? .nan) * Statistics.normalConsistency }
  }

  /// The level of a row where the column is a category.
  package func level(row: Int, column: Int) -> String? {
    guard let names = levels[column] else { return nil }
    let place = columns[column][row]
    if place.isNaN { return "missing" }
    return names.indices.contains(Int(place)) ? names[Int(place)] : "a level never seen"
  }

  /// Distance from the median in robust standard deviations; NaN where the value or the spread is missing.
  ///
  /// Categories have none.
  package func robustScore(row: Int, column: Int) -> Double {
    if levels[column] != nil { return .nan }
    return scales[column] > 0 ? (columns[column][row] - centers[column]) / scales[column] : .nan
  }

  /// Squared robust z-scores as contributions: how unusual each value of a row is by itself.
  ///
  /// Stands in where a detector cannot say why it scored a row. It is not the detector's own reason: a feature that is
  /// odd only in combination with others is missed.
  package func contributions() -> Contributions {
    let rows = columns.first?.count ?? 0
    var matrix = Matrix(rows: rows, columns: columns.count)
    for row in 0..<rows {
      for column in columns.indices {
        let z = robustScore(row: row, column: column)
        matrix[row, column] = z.isNaN ? 0 : z * z
      }
    }
    return Contributions(
      matrix: matrix, features: features, blocks: blocks, meaning: "squared robust z-score of the value")
  }
}

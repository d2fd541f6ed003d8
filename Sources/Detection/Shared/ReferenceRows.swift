import Numerics
import Values

/// Complete training rows, moved and scaled so that squares and products of distances stay finite.
struct ReferenceRows: Sendable, Codable, Equatable {
  enum Scaling: String, Sendable, Codable {
    /// All columns by one number: distances keep their proportions.
    case common
    /// Each column by its standard deviation.
    case standard
    /// Each column to 0...1.
    case range
  }

  let matrix: Matrix
  let standardisation: Standardisation

  /// So far out that fourth powers of distances stay finite.
  private static let farthest = 1e60

  /// Refuses fewer rows than `needed` and incomplete ones. Keeps all rows, or the chosen ones. So many rows decide on a common
  /// scale.
  init(
    _ training: Observations, atLeast needed: Int, scaling: Scaling = .common, keeping chosen: [Int]? = nil,
    decidedBy most: Int = 4096, work: Work
  ) throws(DetectionError) {
    try training.require(rows: needed)
    try training.requireComplete()
    var fitted = try (scaling == .common ? training.thinned(to: most) : training).fitted(scaling, work: work)
    // A few rows decide, unless they are all alike: distances come out the same on any common scale.
    if scaling == .common, !fitted.contains(where: { $0.1 > 0 }) {
      fitted = try training.fitted(scaling, work: work)
    }
    var scales = fitted.map { $0.1 > 0 ? $0.1 : 1 }
    if scaling == .common {
      let common = fitted.map(\.1).filter { $0 > 0 }.max() ?? 1
      scales = scales.map { _ in common }
    }
    standardisation = Standardisation(centers: fitted.map(\.0), scales: scales)
    let applied = standardisation
    let kept = chosen.map { training.matrix.selecting(rows: $0) } ?? training.matrix
    matrix = try cancellable { () throws(Cancelled) in
      try applied.apply(kept, within: Self.farthest, work: work)
    }
  }

  private init(matrix: Matrix, standardisation: Standardisation) {
    self.matrix = matrix
    self.standardisation = standardisation
  }

  /// The given rows on the same scale.
  func keeping(_ chosen: [Int]) -> ReferenceRows {
    ReferenceRows(matrix: matrix.selecting(rows: chosen), standardisation: standardisation)
  }

  /// What turns a distance back into the unit of the data, if all columns were scaled by one number.
  var unit: Double { standardisation.scales.first ?? 1 }

  /// The same of some rows of those that `require` let through, one behind the other.
  func scaled(_ rows: Observations, _ range: Range<Int>) -> [Double] {
    standardisation.apply(rows.matrix, range, within: Self.farthest)
  }

  /// Refuses other columns and incomplete rows.
  func require(_ rows: Observations) throws(DetectionError) {
    try rows.require(features: matrix.columns)
    try rows.requireComplete()
  }

  /// Other rows on the same scale. Refuses other columns and incomplete rows.
  func scaled(_ rows: Observations, work: Work) throws(DetectionError) -> Matrix {
    try require(rows)
    return try cancellable { () throws(Cancelled) in
      try standardisation.apply(rows.matrix, within: Self.farthest, work: work)
    }
  }

  /// One number a row from its scaled values; rows in parallel, `cost` being about the operations a row takes.
  func scoreRows(
    _ rows: Observations, cost: Int, work: Work,
    _ score: @Sendable (_ row: Int, _ values: ArraySlice<Double>) -> Double
  ) throws(DetectionError) -> [Double] {
    let scaled = try scaled(rows, work: work)
    return try scaled.mapRows(cost: cost, stage: "scoring", work: work) { min(score($0, $1), largestScore) }
  }
}

extension Observations {
  /// Some rows from all over.
  fileprivate func thinned(to most: Int) throws(DetectionError) -> Observations {
    let kept = min(rowCount, most)
    return try Observations(
      matrix: matrix.selecting(rows: (0..<kept).map { $0 * rowCount / kept }), features: features)
  }

  /// Center and scale of each column.
  fileprivate func fitted(
    _ scaling: ReferenceRows.Scaling, work: Work
  ) throws(DetectionError) -> [(Double, Double)] {
    if scaling != .common {
      let found = try cancellable { () throws(Cancelled) in
        try ColumnFigures(matrix, work: work, stage: "scaling")
      }
      return scaling == .standard
        ? Array(zip(found.means, found.deviations)) : zip(found.lows, found.highs).map { ($0, $1 - $0) }
    }
    return try mapFeatures(work: work, stage: "scaling") { values in
      let center = Selection.median(of: values) ?? 0
      return (center, Selection.median(of: values.map { abs($0 - center) }.filter { $0 > 0 }) ?? 0)
    }
  }
}

extension Matrix {
  /// One number a row; rows in parallel, in chunks of some ten million operations.
  func mapRows(
    cost: Int, stage: String, work: Work,
    _ map: @Sendable (_ row: Int, _ values: ArraySlice<Double>) -> Double
  ) throws(DetectionError) -> [Double] {
    let size = max(1, min(1024, 10_000_000 / max(cost, 1)))
    return try cancellable { () throws(Cancelled) in
      try work.fill(rows, size: size, stage: stage) { range, target in
        for row in range { target[row - range.lowerBound] = map(row, self.row(row)) }
      }
    }
  }
}

extension Matrix {
  /// The nearest rows of each query, with the room's own error.
  func nearest(
    _ count: Int, to queries: Matrix, excludingSelf: Bool, work: Work
  ) throws(DetectionError) -> Neighbors {
    try cancellable { () throws(Cancelled) in
      try NeighborIndex(self, packing: .once(self), work: work).nearest(
        count, to: queries, excludingSelf: excludingSelf, work: work)
    }
  }
}

extension ArraySlice<Double> {
  /// The squared Euclidean distance to a row of as many values.
  func squaredDistance(to other: ArraySlice<Double>) -> Double {
    var sum = 0.0
    for (a, b) in zip(self, other) { sum += (a - b) * (a - b) }
    return sum
  }
}

/// A ratio that stays finite when its divisor vanishes.
func ratio(_ numerator: Double, over divisor: Double) -> Double {
  if divisor > 0 { return Swift.min(numerator / divisor, largestScore) }
  return numerator > 0 ? largestScore : 1
}

extension ReferenceRows {
  /// Each column's squared distance to a point, which may differ from row to row, in the unit of the data.
  func contributions(
    of rows: Observations, meaning: String, work: Work,
    to point: @Sendable (_ row: Int, _ values: ArraySlice<Double>) -> ArraySlice<Double>
  ) throws(DetectionError) -> Contributions {
    let scaled = try scaled(rows, work: work)
    let (d, unit) = (scaled.columns, unit)
    let values = try cancellable { () throws(Cancelled) in
      try work.fill(scaled.rows, stride: d, size: 256, stage: "contributions") { range, target in
        for row in range {
          let own = scaled.row(row)
          for (column, (value, center)) in zip(own, point(row, own)).enumerated() {
            let difference = (value - center) * unit
            target[(row - range.lowerBound) * d + column] = min(difference * difference, largestScore)
          }
        }
      }
    }
    return rows.contributions(values, meaning: meaning)
  }
}

package import Numerics
package import Values

/// Scores rows by their distance from the center in units of how the features vary together.
///
/// - Input: `n` × `d`, complete, any scale: shifting, scaling or mixing columns does not matter.
/// - Output: the squared Mahalanobis distance ≥ 0; about χ² with *d* degrees of freedom for normal rows; at most 1e100.
/// - Complexity: fit O(*n d*² + *d*³), score O(*n d*²).
/// - Throws: `missing` for an incomplete row; `tooFewRows` below *d* + 2 rows.
/// - Source: Mahalanobis, *On the generalised distance in statistics*, 1936.
/// - Differs: variances below 1e-9 of the largest are raised to it.
package struct Mahalanobis: Detector, Equatable {
  package static let name = "mahalanobis"

  package init() {}

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    try training.require(rows: training.matrix.columns + 2)
    try training.requireComplete()
    return try cancellable { () throws(Cancelled) in
      let fitted = try ColumnFigures(training.matrix, work: work, stage: "scaling")
      let standardisation = Standardisation(
        centers: fitted.means, scales: fitted.deviations.map { $0 > 0 ? $0 : 1 })
      let (mean, covariance) = try standardisation.moments(
        of: training.matrix, within: EllipticDistance.farthest, work: work)
      return Model(
        standardisation: standardisation, shape: GaussianShape(center: mean, covariance: covariance))
    }
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = Mahalanobis.name
    let distance: EllipticDistance

    init(standardisation: Standardisation, shape: GaussianShape) {
      distance = EllipticDistance(standardisation: standardisation, shape: shape)
    }

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try distance.scores(of: rows, work: work)
    }

    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      try distance.contributions(to: rows, work: work)
    }
  }
}

/// Squared Mahalanobis distances of standardised rows: what `mahalanobis` and `mcd` share.
struct EllipticDistance: Sendable, Codable, Equatable {
  let standardisation: Standardisation
  let shape: GaussianShape

  /// So far out that squares times the columns stay finite.
  static let farthest = 1e60

  func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
    try rows.require(features: shape.center.count)
    try rows.requireComplete()
    return try cancellable { () throws(Cancelled) in
      try shape.squaredDistances(
        of: rows.matrix, standardisedBy: standardisation, within: Self.farthest, work: work
      ).map { min($0, largestScore) }
    }
  }

  func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions {
    let scaled = try standardised(rows, work: work)
    var parts: [Double] = []
    parts.reserveCapacity(scaled.values.count)
    for row in 0..<scaled.rows { parts += shape.whitened(scaled.row(row)).map { min($0 * $0, largestScore) } }
    return rows.contributions(parts, meaning: "part of the squared distance")
  }

  private func standardised(_ rows: Observations, work: Work) throws(DetectionError) -> Matrix {
    try rows.require(features: shape.center.count)
    try rows.requireComplete()
    return try cancellable { () throws(Cancelled) in
      try standardisation.apply(rows.matrix, within: Self.farthest, work: work)
    }
  }
}

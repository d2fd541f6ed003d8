package import Numerics
package import Values

/// Scores rows by their distance from the half of the rows that lies closest together.
///
/// - Input: `n` × `d`, complete, any scale. Best with more than 5 *d* rows.
/// - Output: the squared robust Mahalanobis distance ≥ 0; about χ² with *d* degrees of freedom for normal rows; at most
///   1e100.
/// - Complexity: fit O(*n d*²) for each of some 20 concentration steps, score O(*n d*²).
/// - Randomness: draws its first subsets; the same seed gives the same model on every machine.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below *d* + 2 rows.
/// - Source: Rousseeuw and Van Driessen, *A fast algorithm for the minimum covariance determinant estimator*,
///   Technometrics 1999, theorem 1 (concentration), section 3; the reweighting of section 6.
/// - Differs: starts from 100 subsets of at most 1,500 rows and takes the best 5 to all rows. Variances below 1e-9 of the
///   largest are raised to it.
package struct MinimumCovariance: Detector, Equatable {
  package static let name = "mcd"
  /// The share of the rows that the estimate rests on.
  package let support: Double

  package init(support: Double = 0.5) { self.support = support }

  private static let starts = 100
  private static let finalists = 5
  private static let smallSample = 1500
  private static let mostSteps = 30
  /// Rows beyond this quantile of χ² are left out of the reweighted estimate.
  private static let reweighting = 0.975

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if !(support >= 0.5 && support <= 1) {
      throw .parameter(name: "support", reason: "must lie in 50%...100%")
    }
    let d = training.matrix.columns
    let rows = try ReferenceRows(training, atLeast: d + 2, scaling: .standard, work: work)
    var generator = random.stream(0)
    _ = random.next()
    let shape = try cancellable { () throws(Cancelled) in
      try estimate(rows.matrix, using: &generator, work: work)
    }
    return Model(
      distance: EllipticDistance(standardisation: rows.standardisation, shape: shape))
  }

  private func estimate(
    _ matrix: Matrix, using random: inout SeededGenerator, work: Work
  ) throws(Cancelled) -> GaussianShape {
    let (n, d) = (matrix.rows, matrix.columns)
    let small =
      n > Self.smallSample
      ? matrix.selecting(rows: random.sample(Self.smallSample, of: n).sorted()) : matrix
    let source = random
    let first = try work.map(Self.starts, stage: "starting") { start -> (GaussianShape, Double) in
      var own = source.stream(start)
      let chosen = own.sample(d + 1, of: small.rows)
      var shape = Self.shape(of: small.selecting(rows: chosen))
      for _ in 0..<2 {
        // Short enough to be finished, whatever was wished.
        guard let next = try? Self.concentrated(small, from: shape, share: support, work: Work()) else {
          break
        }
        shape = next
      }
      return (shape, shape.logDeterminant)
    }
    let order = first.indices.sorted { (first[$0].1, $0) < (first[$1].1, $1) }
    var best: GaussianShape?
    for candidate in order.prefix(Self.finalists) {
      var shape = first[candidate].0
      for _ in 0..<Self.mostSteps {
        try work.check()
        let next = try Self.concentrated(matrix, from: shape, share: support, work: work)
        if next.logDeterminant >= shape.logDeterminant - 1e-12 * abs(shape.logDeterminant) {
          shape = next
          break
        }
        shape = next
      }
      if best.map({ shape.logDeterminant < $0.logDeterminant }) ?? true { best = shape }
    }
    guard let best else { return Self.shape(of: matrix) }
    return try reweighted(matrix, best, work: work)
  }

  /// Scales the covariance so that normal rows have χ² distances, and estimates it again without the rows far out.
  private func reweighted(_ matrix: Matrix, _ raw: GaussianShape, work: Work) throws(Cancelled)
    -> GaussianShape
  {
    let degrees = Double(matrix.columns)
    let distances = try raw.squaredDistances(of: matrix, work: work)
    let factor = (Selection.median(of: distances) ?? 1) / ChiSquare(degrees: degrees).quantile(0.5)
    let limit = ChiSquare(degrees: degrees).quantile(Self.reweighting) * factor
    let weights = distances.map { $0 <= limit ? 1.0 : 0.0 }
    if !(factor > 0) || weights.reduce(0, +) < degrees + 2 { return raw }
    let (mean, covariance) = try matrix.weightedMoments(weights, work: work)
    return GaussianShape(center: mean, covariance: covariance)
  }

  private static func concentrated(
    _ matrix: Matrix, from shape: GaussianShape, share: Double, work: Work
  ) throws(Cancelled) -> GaussianShape {
    let distances = try shape.squaredDistances(of: matrix, work: work)
    let weights = nearest(distances, count: supportCount(matrix, share))
    let (mean, covariance) = try matrix.weightedMoments(weights, work: work)
    return GaussianShape(center: mean, covariance: covariance)
  }

  private static func supportCount(_ matrix: Matrix, _ share: Double) -> Int {
    // The smallest subset with the highest breakdown: (n + d + 1) / 2.
    let least = (matrix.rows + matrix.columns + 1) / 2
    return min(matrix.rows, max(least, Int((share * Double(matrix.rows)).rounded(.up))))
  }

  /// 1 for the rows with the smallest distances, the first of equals, and 0 for the others.
  private static func nearest(_ distances: [Double], count: Int) -> [Double] {
    var ordered = distances
    Selection.place(&ordered, rank: count - 1)
    let limit = ordered[count - 1]
    var left = count - distances.count { $0 < limit }
    return distances.map { distance in
      if distance == limit { left -= 1 }
      return distance < limit || distance == limit && left >= 0 ? 1 : 0
    }
  }

  private static func shape(of matrix: Matrix) -> GaussianShape {
    let ones = [Double](repeating: 1, count: matrix.rows)
    guard let (mean, covariance) = try? matrix.weightedMoments(ones, work: Work()) else {
      return GaussianShape(
        center: [Double](repeating: 0, count: matrix.columns),
        covariance: Matrix(rows: matrix.columns, columns: matrix.columns))
    }
    return GaussianShape(center: mean, covariance: covariance)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = MinimumCovariance.name
    let distance: EllipticDistance

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try distance.scores(of: rows, work: work)
    }

    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      try distance.contributions(to: rows, work: work)
    }
  }
}

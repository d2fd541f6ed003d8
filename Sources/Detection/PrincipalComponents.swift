package import Numerics
import Values

/// Scores rows by how far they lie inside and outside the directions in which normal rows vary.
///
/// Hotelling's T² measures the distance from the center within the first principal components, Q the squared distance
/// from them. Each is divided by its control limit, so that 1 means "on the limit".
///
/// - Input: `n` × `d`, complete. Columns are standardised.
/// - Output: see `Score`; ≥ 0, at most 1e100.
/// - Complexity: fit O(*n d*² + *d*³), score O(*n d*²).
/// - Throws: `missing` for an incomplete row; `tooFewRows` below four rows.
/// - Source: Jackson and Mudholkar, *Control procedures for residuals associated with principal component analysis*,
///   Technometrics 1979, equation 2.6 (limit of Q); MacGregor and Kourti, *Statistical process control of multivariate
///   processes*, 1995, equation 5 (limit of T² by the F distribution).
/// - Differs: where the exponent of Jackson and Mudholkar is not positive, Q's limit is that of Box (1954), g χ²(h).
///   A limit below 1e-9 of the total variance is raised to it, so that data without residuals score finitely.
package struct PrincipalComponents: Detector, Equatable {
  package static let name = "pca"

  package enum Score: String, Sendable, Codable, CaseIterable {
    /// The larger of T² and Q, each over its limit: above 1 if either limit is passed.
    case limits
    /// T² over its limit plus Q over its limit (Yue and Qin 2001, equation 11).
    case combined
    /// T² over its limit.
    case t2
    /// Q over its limit.
    case q
    /// The sum over all components of the distance to the unit vector of the component over its share of variance:
    /// what PyOD computes, for comparison.
    case vectors
  }

  package enum Scaling: String, Sendable, Codable, CaseIterable {
    /// Mean and standard deviation.
    case standard
    /// Median and scaled median absolute deviation; for the components, values beyond three deviations are pulled in
    /// (Huber's winsorised covariance). Anomalies among the training rows then hardly turn the components.
    case robust
  }

  package let score: Score
  package let scaling: Scaling
  /// The share of variance that the retained components explain at least.
  package let explained: Double
  /// The chance that a normal row passes a limit.
  package let risk: Double

  package init(
    score: Score = .limits, scaling: Scaling = .robust, explained: Double = 0.9, risk: Double = 0.001
  ) {
    self.score = score
    self.scaling = scaling
    self.explained = explained
    self.risk = risk
  }

  /// How far standardised values may reach into a winsorised covariance.
  private static let winsor = 3.0

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if !(explained > 0 && explained <= 1) { throw .parameter(name: "explained", reason: "must lie in 0...1") }
    if !(risk > 0 && risk < 1) { throw .parameter(name: "risk", reason: "must lie between 0 and 1") }
    try training.require(rows: 4)
    try training.requireComplete()
    let scaling = scaling
    let plain = try cancellable { () throws(Cancelled) in
      try ColumnFigures(training.matrix, work: work, stage: "standardising")
    }
    var centers = plain.means
    var scales = plain.deviations
    if scaling == .robust {
      let robust = try training.mapFeatures(work: work, stage: "standardising") { medianMoments(of: $0) }
      for (column, (median, spread)) in robust.enumerated() {
        centers[column] = median
        if spread > 0 { scales[column] = spread }
      }
    }
    let standardisation = Standardisation(centers: centers, scales: scales.map { $0 > 0 ? $0 : 1 })
    let limit = scaling == .robust ? Self.winsor : .infinity
    var covariance = try cancellable { () throws(Cancelled) in
      try standardisation.moments(of: training.matrix, within: limit, work: work).covariance
    }
    let count = Double(training.rowCount)
    for cell in covariance.values.indices { covariance.values[cell] *= count / (count - 1) }
    guard let eigen = SymmetricEigen(covariance) else {
      throw .parameter(name: "explained", reason: "the components of these data could not be computed")
    }
    let kept = retained(eigen.values, rows: training.rowCount)
    let (t2, q) = limits(eigen.values, retained: kept, rows: training.rowCount)
    return Model(
      standardisation: standardisation, variances: eigen.values, vectors: eigen.vectors, retained: kept,
      limitOfT2: t2, limitOfQ: q, score: score)
  }

  /// The fewest components that explain enough; never one without variance, and at most n − 2.
  private func retained(_ variances: [Double], rows: Int) -> Int {
    let total = variances.reduce(0) { $0 + max($1, 0) }
    var sum = 0.0
    var count = 0
    for variance in variances.prefix(rows - 2) where variance > Model.negligible * variances[0] {
      if sum >= explained * total { break }
      sum += variance
      count += 1
    }
    return count
  }

  private func limits(_ variances: [Double], retained k: Int, rows n: Int) -> (t2: Double, q: Double) {
    let (size, count) = (Double(n), Double(k))
    let t2 =
      k == 0
      ? 1
      : count * (size - 1) * (size + 1) / (size * (size - count))
        * FisherF(numerator: count, denominator: size - count).quantile(ofSurvival: risk)
    let rest = variances.dropFirst(k).map { max($0, 0) }
    let theta1 = rest.reduce(0, +)
    let theta2 = rest.reduce(0) { $0 + $1 * $1 }
    let theta3 = rest.reduce(0) { $0 + $1 * $1 * $1 }
    let floor = max(1e-9 * variances.reduce(0) { $0 + max($1, 0) }, 1e-9)
    if theta1 <= floor { return (t2, floor) }
    let h0 = 1 - 2 * theta1 * theta3 / (3 * theta2 * theta2)
    let c = StandardNormal().quantile(ofSurvival: risk)
    let base =
      c * (2 * theta2 * h0 * h0).squareRoot() / theta1 + 1 + theta2 * h0 * (h0 - 1) / (theta1 * theta1)
    let q =
      h0 > 0 && base > 0
      ? theta1 * power(base, 1 / h0)
      : theta2 / theta1 * ChiSquare(degrees: theta1 * theta1 / theta2).quantile(ofSurvival: risk)
    return (t2, max(q, floor))
  }
}

package import Numerics

/// The directions in which two modalities agree most, and how far a pair lies from that agreement.
///
/// With regularised covariances C₁₁, C₂₂ and C₁₂, the singular values of C₁₁^(−½) C₁₂ C₂₂^(−½) are the canonical
/// correlations ρ. Only pairs of directions whose correlation also holds on rows held out enter the score.
///
/// - Input: present pairs; features on comparable scales.
/// - Output: `conditional`: Σ (a − ρ b)² / (1 − ρ²) both ways, mean; `joint`: Σ (a² − 2 ρ a b + b²) / (1 − ρ²), over the
///   number of directions; ≥ 0.
/// - Complexity: O((*n* + *d*) *d²*), or the kernel form O(*n³*) below *n* = *d*.
/// - Source: Hotelling, *Relations between two sets of variates*, Biometrika 1936; the ridge as in Vinod, Journal of
///   Econometrics 1976. `joint` is twice the negative log density of two unit normals with correlation ρ.
/// - Differs: both modalities are first reduced to their principal directions with at least 1e-3 of the largest
///   variance; ρ is the correlation measured on held-out rows.
package struct CanonicalCorrelation: PairMapping {
  package enum Score: String, Sendable, CaseIterable {
    case conditional, joint
  }

  package static let name = "cca"
  package var isDirected: Bool { false }
  package let score: Score
  /// Added to the diagonal of the covariances, as a share of their mean diagonal.
  package let ridge: Double
  /// At most so many directions.
  package let directions: Int

  package init(score: Score = .conditional, ridge: Double = 1e-3, directions: Int = 16) {
    self.score = score
    self.ridge = ridge
    self.directions = directions
  }

  package func disagreement(
    _ rows: PairedRows, using random: inout SeededGenerator, work: Work
  ) throws(FusionError) -> [Double] {
    let fit = try orCancelled { () throws(Cancelled) in
      try CanonicalFit(
        rows.source.selecting(rows: rows.fit), rows.target.selecting(rows: rows.fit), ridge: ridge,
        work: work)
    }
    let (a, b) = try orCancelled { () throws(Cancelled) in
      (try fit.first.apply(rows.source, work: work), try fit.second.apply(rows.target, work: work))
    }
    return Self.distances(a, b, rows: rows, score: score, directions: directions)
  }

  /// Correlations this close to 1 would divide by nothing.
  private static let highestCorrelation = 0.9999

  static func distances(
    _ a: Matrix, _ b: Matrix, rows: PairedRows, score: Score, directions: Int
  ) -> [Double] {
    let check = rows.choose.count >= 10 ? rows.choose : rows.learning
    // The 95 % point of a correlation of nothing.
    let significant = 1.645 / Double(max(4, check.count)).squareRoot()
    var used: [(a: [Double], b: [Double], rho: Double)] = []
    for place in 0..<min(directions, a.columns) {
      let (x, y) = (
        Standardised(a.column(place), rows: check).values, Standardised(b.column(place), rows: check).values
      )
      let rho = Statistics.correlation(check.map { x[$0] }, check.map { y[$0] })
      if rho > significant || used.isEmpty && place == min(directions, a.columns) - 1 {
        used.append((x, y, min(max(rho, 0), highestCorrelation)))
      }
    }
    return (0..<a.rows).map { row in
      var sum = 0.0
      for direction in used {
        let (x, y, rho) = (direction.a[row], direction.b[row], direction.rho)
        let rest = 1 - rho * rho
        sum +=
          score == .joint
          ? (x * x - 2 * rho * x * y + y * y) / rest
          : ((x - rho * y) * (x - rho * y) + (y - rho * x) * (y - rho * x)) / (2 * rest)
      }
      return sum / Double(max(1, used.count))
    }
  }
}

/// Values with mean 0 and variance 1 on some rows.
struct Standardised {
  let values: [Double]

  init(_ values: [Double], rows: [Int]) {
    let chosen = rows.map { values[$0] }
    let mean = Statistics.mean(chosen)
    let deviation = Statistics.standardDeviation(chosen)
    self.values = values.map { ($0 - mean) / (deviation > 0 ? deviation : 1) }
  }
}

/// Centre and directions of one modality.
package struct CanonicalProjection: Sendable {
  let centering: Centering
  let weights: Matrix

  package func apply(_ matrix: Matrix, work: Work) throws(Cancelled) -> Matrix {
    try centering.apply(matrix).product(weights, work: work)
  }
}

/// Canonical directions and correlations of paired rows.
package struct CanonicalFit: Sendable {
  package let first: CanonicalProjection
  package let second: CanonicalProjection
  /// On the rows that taught, largest first.
  package let correlations: [Double]

  private static let smallestVariance = 1e-3

  package init(_ a: Matrix, _ b: Matrix, ridge: Double, work: Work) throws(Cancelled) {
    let all = Array(0..<a.rows)
    let (centerA, centerB) = (Centering(a, rows: all), Centering(b, rows: all))
    let whiteA = try Whitening(centerA.apply(a), ridge: ridge, smallest: Self.smallestVariance, work: work)
    let whiteB = try Whitening(centerB.apply(b), ridge: ridge, smallest: Self.smallestVariance, work: work)
    let cross = try whiteA.rows.product(whiteB.rows, turning: .yes, work: work)
    let decomposed = SingularValues(cross)
    let rank = decomposed?.values.count ?? 0
    correlations = (decomposed?.values ?? []).map { min($0, 1) }
    first = CanonicalProjection(
      centering: centerA,
      weights: try whiteA.weights.product(
        decomposed?.left ?? Matrix(rows: whiteA.weights.columns, columns: rank), work: work))
    second = CanonicalProjection(
      centering: centerB,
      weights: try whiteB.weights.product(
        decomposed?.right ?? Matrix(rows: whiteB.weights.columns, columns: rank), work: work))
  }
}

/// A projection after which the rows have (almost) the identity as covariance.
struct Whitening {
  /// The rows that taught, over √*n*.
  let rows: Matrix
  let weights: Matrix

  init(_ centred: Matrix, ridge: Double, smallest: Double, work: Work) throws(Cancelled) {
    let basis = try PrincipalBasis(centred, work: work)
    let count = Double(max(1, centred.rows))
    let variances = basis.variances.map { $0 / count }
    let kept = variances.prefix { $0 >= smallest * (variances.first ?? 0) }
    let added = ridge * variances.reduce(0, +) / Double(max(1, centred.columns))
    let places = Array(kept.indices)
    weights = basis.right.selecting(columns: places).scalingColumns {
      1 / (variances[$0] + added).squareRoot()
    }
    rows = basis.left.selecting(columns: places).scalingColumns {
      (variances[$0] / (variances[$0] + added)).squareRoot()
    }
  }
}

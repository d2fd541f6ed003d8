package import Numerics

/// Canonical correlation between curved functions of two modalities.
///
/// Rows become their likenesses exp(−γ‖x − l‖²) to landmark rows, orthonormalised, and `CanonicalCorrelation` follows.
///
/// - Input: present pairs; features on comparable scales.
/// - Output: as `CanonicalCorrelation` (`joint`).
/// - Complexity: O(*n l d* + *l³*) for *l* landmarks.
/// - Randomness: draws the landmarks.
/// - Source: Akaho, *A kernel method for canonical correlation analysis*, 2001; landmarks as in Williams and Seeger, *Using
///   the Nyström method to speed up kernel machines*, NIPS 2000.
/// - Differs: γ is 1 over the median squared distance between landmarks.
package struct KernelCanonicalCorrelation: PairMapping {
  package static let name = "kcca"
  package var isDirected: Bool { false }
  package let landmarks: Int
  package let ridge: Double
  package let directions: Int

  package init(landmarks: Int = 200, ridge: Double = 0.1, directions: Int = 16) {
    self.landmarks = landmarks
    self.ridge = ridge
    self.directions = directions
  }

  package func disagreement(
    _ rows: PairedRows, using random: inout SeededGenerator, work: Work
  ) throws(FusionError) -> [Double] {
    let count = min(landmarks, rows.fit.count)
    let chosen = random.sample(count, of: rows.fit.count).map { rows.fit[$0] }
    let (a, b) = try orCancelled { () throws(Cancelled) in
      (
        try Likeness(to: rows.source.selecting(rows: chosen), work: work).of(rows.source, work: work),
        try Likeness(to: rows.target.selecting(rows: chosen), work: work).of(rows.target, work: work)
      )
    }
    let lifted = PairedRows(source: a, target: b, fit: rows.fit, choose: rows.choose)
    return try CanonicalCorrelation(score: .joint, ridge: ridge, directions: directions)
      .disagreement(lifted, using: &random, work: work)
  }
}

/// Gaussian likeness to landmarks, as coordinates whose inner products approximate the kernel.
struct Likeness {
  private let landmarks: Matrix
  private let gamma: Double
  private let whitening: Matrix

  init(to landmarks: Matrix, work: Work) throws(Cancelled) {
    self.landmarks = landmarks
    let distances = try Self.squaredDistances(landmarks, landmarks, work: work)
    let apart = (0..<landmarks.rows).flatMap { i in
      (0..<i).map { distances[i, $0] }
    }
    let median = Selection.median(of: apart) ?? 1
    gamma = median > 0 ? 1 / median : 1
    let kernel = distances.mapValues { [gamma] in exponential(-gamma * $0) }
    let eigen = SymmetricEigen(kernel)
    let values = eigen?.values ?? []
    let kept = Array(values.indices.prefix { values[$0] > 1e-8 * (values.first ?? 1) })
    whitening =
      eigen?.vectors.selecting(columns: kept).scalingColumns { 1 / values[$0].squareRoot() }
      ?? Matrix(rows: landmarks.rows, columns: 0)
  }

  func of(_ rows: Matrix, work: Work) throws(Cancelled) -> Matrix {
    let distances = try Self.squaredDistances(rows, landmarks, work: work)
    return try distances.mapValues { exponential(-gamma * $0) }.product(whitening, work: work)
  }

  private static func squaredDistances(_ a: Matrix, _ b: Matrix, work: Work) throws(Cancelled) -> Matrix {
    var result = try a.product(b, other: .yes, work: work)
    let normsA = (0..<a.rows).map { a.row($0).reduce(0) { $0 + $1 * $1 } }
    let normsB = (0..<b.rows).map { b.row($0).reduce(0) { $0 + $1 * $1 } }
    for row in 0..<a.rows {
      for column in 0..<b.rows {
        result[row, column] = max(0, normsA[row] + normsB[column] - 2 * result[row, column])
      }
    }
    return result
  }
}

extension Matrix {
  func mapValues(_ transform: (Double) -> Double) -> Matrix {
    Matrix(rows: rows, columns: columns, values: values.map(transform))
  }
}

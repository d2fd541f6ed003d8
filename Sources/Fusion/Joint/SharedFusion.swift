package import Numerics
import Values

/// Adds or multiplies modalities in the directions that they share.
///
/// Each modality is projected onto the shared directions of generalised canonical correlation, where adding and
/// multiplying mean something. `sum`: Σ w P h / Σ w over the modalities present; `product`: Π tanh(P h).
///
/// - Input: two modalities or more.
/// - Output: one column a shared direction.
/// - Complexity: as `GeneralizedCorrelation`.
/// - Source: weighted sum and multiplicative fusion as in Kim et al., *Hadamard product for low-rank bilinear pooling*, ICLR
///   2017, equation 6, for the product.
/// - Differs: the projections are canonical instead of trained; an absent modality leaves the sum and its weights, and
///   is a factor of 1.
package struct SharedFusion: JointOperator, Equatable {
  package enum Operation: String, Sendable {
    case sum, product
  }

  package static let name = "shared"
  package let operation: Operation
  package let directions: Int
  /// One a modality; equal ones if empty.
  package let weights: [Double]

  package init(_ operation: Operation, directions: Int = 16, weights: [Double] = []) {
    self.operation = operation
    self.directions = directions
    self.weights = weights
  }

  package func join(
    _ modalities: Modalities, using random: inout SeededGenerator, work: Work
  ) throws(FusionError) -> JointRows {
    let parts = modalities.parts
    if parts.count < 2 { throw .onlyOneModality }
    if !weights.isEmpty, weights.count != parts.count {
      throw .wrongCount(needed: weights.count, got: parts.count)
    }
    let projected = try GeneralizedCorrelation(directions: directions).projections(
      of: modalities, work: work
    ).projected
    let width = projected.first?.columns ?? 0
    var result = Matrix(rows: modalities.index.count, columns: width)
    for row in 0..<result.rows {
      let present = parts.indices.filter { parts[$0].presence[row] }
      let scales = present.map { weights.isEmpty ? 1.0 : weights[$0] }
      for place in 0..<width {
        result[row, place] = combined(present.map { projected[$0][row, place] }, scales: scales)
      }
    }
    return JointRows(matrix: result, features: jointNames(width))
  }

  private func combined(_ values: [Double], scales: [Double]) -> Double {
    switch operation {
    case .product: return values.reduce(1.0) { $0 * hyperbolicTangent($1) }
    case .sum:
      var sum = 0.0
      var total = 0.0
      for (value, scale) in zip(values, scales) {
        sum += scale * value
        total += abs(scale)
      }
      return total > 0 ? sum / total : 0
    }
  }
}

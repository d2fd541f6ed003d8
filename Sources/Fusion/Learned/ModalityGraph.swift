package import Numerics
import Values

/// The graph of modalities and what its layers do.
package struct ModalityGraph: Sendable, Equatable {
  package enum Layer: String, Sendable, CaseIterable {
    /// h′ = tanh(W h + Θ mean of the neighbours); equation 17 of the survey.
    case mean
    /// h′ = tanh(Σ Â W h), Â = D^(−1/2) (A + I) D^(−1/2) (Kipf and Welling, ICLR 2017, equation 2).
    case gcn
    /// h′ = tanh(Σ α W h), α = softmax of LeakyReLU(a · [W hᵢ; W hⱼ]) (Veličković et al., ICLR 2018, equations 1 to 4).
    case gat
    /// h′ = tanh(W h + Σ Θᵢⱼ hⱼ), a matrix for each pair (Schlichtkrull et al., ESWC 2018, equation 2).
    case relation
  }

  package enum Edges: Sendable, Equatable {
    case all
    /// To so many modalities whose leading components correlate most; an edge of one is an edge of both.
    case nearest(Int)
    /// Where the partial correlation of leading components is at least so large.
    case partial(Double)
    /// For each modality those that it hears.
    case given([[Int]])
  }

  package let layer: Layer
  package let edges: Edges

  package init(_ layer: Layer = .mean, edges: Edges = .all) {
    self.layer = layer
    self.edges = edges
  }

  /// Keeps the inverse of the correlations finite.
  private static let ridge = 1e-3

  /// For each modality those whose messages it hears, ascending.
  ///
  /// - Complexity: O(*n d* min(*n, d*)) for the leading components.
  package func neighbors(in modalities: Modalities, rows: [Int], work: Work) throws(FusionError) -> [[Int]] {
    let count = modalities.parts.count
    func chosen(_ isEdge: (Int, Int) -> Bool) -> [[Int]] {
      (0..<count).map { one in (0..<count).filter { $0 != one && isEdge(one, $0) } }
    }
    switch edges {
    case .all: return chosen { _, _ in true }
    case .given(let lists): return lists
    case .nearest(let k):
      let strengths = try correlations(modalities, rows, work: work)
      let picked = (0..<count).map { one in
        Set(
          (0..<count).filter { $0 != one }
            .sorted { (-abs(strengths[one, $0]), $0) < (-abs(strengths[one, $1]), $1) }.prefix(k))
      }
      return chosen { picked[$0].contains($1) || picked[$1].contains($0) }
    case .partial(let least):
      var strengths = try correlations(modalities, rows, work: work)
      for place in 0..<count { strengths[place, place] += Self.ridge }
      var identity = Matrix(rows: count, columns: count)
      for place in 0..<count { identity[place, place] = 1 }
      guard let precision = Cholesky(strengths)?.solve(identity) else { return chosen { _, _ in true } }
      return chosen { one, other in
        abs(precision[one, other]) / (precision[one, one] * precision[other, other]).squareRoot() >= least
      }
    }
  }

  /// Of the leading component of each modality, over rows in which all are present.
  private func correlations(
    _ modalities: Modalities, _ rows: [Int], work: Work
  ) throws(FusionError) -> Matrix {
    let parts = modalities.parts
    let whole = rows.filter { row in parts.allSatisfy { $0.presence[row] } }
    if whole.count < 10 {
      throw .tooFewPairs(parts[0].name, parts[parts.count - 1].name, needed: 10, got: whole.count)
    }
    var leading: [[Double]] = []
    for part in parts {
      let matrix = part.matrix.selecting(rows: whole)
      let centred = Centering(matrix, rows: Array(0..<whole.count)).apply(matrix)
      let basis = try orCancelled { () throws(Cancelled) in try PrincipalBasis(centred, work: work) }
      leading.append(
        basis.variances.isEmpty ? [Double](repeating: 0, count: whole.count) : basis.left.column(0))
    }
    var result = Matrix(rows: parts.count, columns: parts.count)
    for one in parts.indices {
      for other in parts.indices {
        // Components have length one, and mean zero.
        result[one, other] =
          one == other ? 1 : zip(leading[one], leading[other]).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
    return result
  }
}

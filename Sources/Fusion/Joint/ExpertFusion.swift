package import Numerics
import Values

/// A product of experts: what the modalities present say together about the hidden state of a row.
///
/// Each modality is a linear view of the same hidden vector with its own noise, xₘ = Wₘ z + ε, ε ~ N(0, σₘ² I). Given
/// any subset of modalities the state is normal, and its precision is the sum of the experts' precisions: the prior's I
/// and WₘᵀWₘ / σₘ² of each one present. So a missing modality costs certainty and needs no filling.
///
/// - Input: one modality or more.
/// - Output: the mean of the state, with `residuals` for each modality the root of the mean square of what the state
///   leaves of it, over σₘ.
/// - Complexity: O(iterations · *n d k*).
/// - Source: Hinton, *Training products of experts by minimizing contrastive divergence*, Neural Computation 2002, and Wu and
///   Goodman, *Multimodal generative models*, NeurIPS 2018, equation 4, in the linear case, where the posterior is exact;
///   learning by expectation and maximisation as in Tipping and Bishop, *Probabilistic principal component analysis*,
///   1999, equations 25 to 28, with a noise a modality.
/// - Differs: learns from rows in which all modalities are present.
package struct ExpertFusion: JointOperator, Equatable {
  package static let name = "poe"
  package let dimensions: Int
  package let iterations: Int
  package let addsResiduals: Bool

  package init(dimensions: Int = 8, iterations: Int = 60, addsResiduals: Bool = false) {
    self.dimensions = dimensions
    self.iterations = iterations
    self.addsResiduals = addsResiduals
  }

  private static let smallestNoise = 1e-6

  /// A linear view of the hidden state.
  struct Expert: Sendable {
    var weights: Matrix
    var noise: Double
  }

  package func join(
    _ modalities: Modalities, using random: inout SeededGenerator, work: Work
  ) throws(FusionError) -> JointRows {
    let parts = modalities.parts
    let fit = modalities.rows(.fit, where: Array(parts.indices))
    if fit.count < 4 { throw .noFitRows(name: parts.first?.name ?? "") }
    let width = min(dimensions, parts.reduce(0) { $0 + $1.dimensions }, fit.count - 1)
    let centerings = parts.map { Centering($0.matrix, rows: fit) }
    let centred = zip(centerings, parts).map { $0.apply($1.matrix) }
    let rows = centred.map { $0.selecting(rows: fit) }
    let experts = try orCancelled { () throws(Cancelled) in try learn(rows, width: width, work: work) }
    let count = modalities.index.count
    let views = parts.map(\.presence)
    let stride = width + (addsResiduals ? parts.count : 0)
    let values = try orCancelled { () throws(Cancelled) in
      try work.fill(count, stride: stride, size: 512, stage: "experts") { range, target in
        var factors: [[Bool]: Cholesky] = [:]
        for row in range {
          let present = views.map { $0[row] }
          if !present.contains(true) { continue }
          let factor = factors[present] ?? Self.precision(experts, present: present, width: width)
          factors[present] = factor
          guard let factor else { continue }
          let base = (row - range.lowerBound) * stride
          let state = Self.state(centred.map { $0.row(row) }, experts, present: present, factor: factor)
          for place in 0..<width { target[base + place] = state[place] }
          if !addsResiduals { continue }
          for part in experts.indices where present[part] {
            target[base + width + part] = Self.misfit(centred[part].row(row), experts[part], state)
          }
        }
      }
    }
    let names = jointNames(width)
    return JointRows(
      matrix: Matrix(rows: count, columns: stride, values: values),
      features: addsResiduals ? names + parts.map { "\($0.name).residual" } : names,
      blocks: [Block(name: "joint", columns: 0..<width)]
        + (addsResiduals
          ? parts.enumerated().map { Block(name: $1.name, columns: width + $0..<width + $0 + 1) } : []))
  }

  private static func precision(_ experts: [Expert], present: [Bool], width: Int) -> Cholesky? {
    var matrix = Matrix(rows: width, columns: width)
    for place in 0..<width { matrix[place, place] = 1 }
    for (expert, isPresent) in zip(experts, present) where isPresent {
      guard let gram = try? expert.weights.product(expert.weights, turning: .yes) else { return nil }
      for cell in matrix.values.indices { matrix.values[cell] += gram.values[cell] / expert.noise }
    }
    return Cholesky(matrix)
  }

  private static func state(
    _ rows: [ArraySlice<Double>], _ experts: [Expert], present: [Bool], factor: Cholesky
  ) -> [Double] {
    var right = Matrix(rows: factor.count, columns: 1)
    for (number, expert) in experts.enumerated() where present[number] {
      for (feature, value) in rows[number].enumerated() {
        let scaled = value / expert.noise
        for place in 0..<factor.count { right.values[place] += expert.weights[feature, place] * scaled }
      }
    }
    return factor.solve(right).values
  }

  private static func misfit(_ row: ArraySlice<Double>, _ expert: Expert, _ state: [Double]) -> Double {
    var sum = 0.0
    for (feature, value) in row.enumerated() {
      var rest = value
      for place in state.indices { rest -= expert.weights[feature, place] * state[place] }
      sum += rest * rest
    }
    return (sum / (expert.noise * Double(max(1, row.count)))).squareRoot()
  }

  /// Starts at the principal directions of all modalities side by side.
  private func learn(_ rows: [Matrix], width: Int, work: Work) throws(Cancelled) -> [Expert] {
    let count = rows[0].rows
    let joined = rows.dropFirst().reduce(rows[0]) { $0.beside($1) }
    let basis = try PrincipalBasis(joined, work: work)
    var experts: [Expert] = []
    var start = 0
    for part in rows {
      var weights = Matrix(rows: part.columns, columns: width)
      for feature in 0..<part.columns {
        for place in 0..<min(width, basis.variances.count) {
          weights[feature, place] =
            basis.right[start + feature, place] * (basis.variances[place] / Double(count)).squareRoot()
        }
      }
      start += part.columns
      let total = part.values.reduce(0) { $0 + $1 * $1 } / Double(max(1, part.values.count))
      experts.append(Expert(weights: weights, noise: max(total / 2, Self.smallestNoise)))
    }
    let totals = rows.map { $0.values.reduce(0) { $0 + $1 * $1 } }
    for iteration in 0..<iterations {
      try work.check()
      work.report(Double(iteration) / Double(iterations), "experts")
      guard
        let factor = Self.precision(experts, present: rows.map { _ in true }, width: width)
      else { break }
      var right = Matrix(rows: count, columns: width)
      for (part, expert) in zip(rows, experts) {
        let product = try part.product(expert.weights, work: work)
        for cell in right.values.indices { right.values[cell] += product.values[cell] / expert.noise }
      }
      let states = factor.solve(right.transposed()).transposed()
      var second = try states.product(states, turning: .yes, work: work)
      var unit = Matrix(rows: width, columns: width)
      for place in 0..<width { unit[place, place] = Double(count) }
      let spread = factor.solve(unit)
      for cell in second.values.indices { second.values[cell] += spread.values[cell] }
      guard let inverse = Cholesky(second) else { break }
      for (number, part) in rows.enumerated() {
        let cross = try part.product(states, turning: .yes, work: work)
        let weights = inverse.solve(cross.transposed()).transposed()
        let explained = zip(weights.values, cross.values).reduce(0) { $0 + $1.0 * $1.1 }
        let noise = (totals[number] - explained) / Double(max(1, part.values.count))
        experts[number] = Expert(weights: weights, noise: max(noise, Self.smallestNoise))
      }
    }
    return experts
  }
}

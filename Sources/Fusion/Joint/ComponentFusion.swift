package import Numerics
import Values

/// The directions in which all modalities together vary, or those that are most independent.
///
/// Block-scaled modalities stand side by side; their principal components are kept up to a share of the variance
/// (consensus PCA), and for `independent` turned until each is as far from a normal distribution as can be (FastICA).
///
/// - Input: any number of modalities; an absent one lies in the middle of the fit rows.
/// - Output: one column a component with unit variance on the fit rows; with `residuals` one more a modality: the root of the
///   mean square of what the components leave of it, over its usual size.
/// - Complexity: O(*n d* min(*n*, *d*) + iterations · *n k²*).
/// - Randomness: the start of the turn.
/// - Source: Westerhuis, Kourti and MacGregor, *Analysis of multiblock and hierarchical PCA and PLS models*, Journal of
///   Chemometrics 1998; Hyvärinen, *Fast and robust fixed-point algorithms for independent component analysis*, IEEE
///   Transactions on Neural Networks 1999, equation 20 with g = tanh, all components at once.
package struct ComponentFusion: JointOperator, Equatable {
  package enum Kind: String, Sendable {
    case principal, independent
  }

  package static let name = "components"
  package let kind: Kind
  /// The share of variance that is kept at least.
  package let explained: Double
  package let mostComponents: Int
  package let addsResiduals: Bool

  package init(
    _ kind: Kind, explained: Double = 0.9, mostComponents: Int = 64, addsResiduals: Bool = false
  ) {
    self.kind = kind
    self.explained = explained
    self.mostComponents = mostComponents
    self.addsResiduals = addsResiduals
  }

  private static let iterations = 200
  private static let tolerance = 1e-8

  package func join(
    _ modalities: Modalities, using random: inout SeededGenerator, work: Work
  ) throws(FusionError) -> JointRows {
    let parts = modalities.parts
    let joined = modalities.sideBySide
    let fit = modalities.index.rows(in: .fit).filter { row in parts.contains { $0.presence[row] } }
    if fit.count < 4 { throw .noFitRows(name: parts.first?.name ?? "") }
    let centering = Centering(joined, rows: fit)
    let centred = centering.apply(joined)
    let (basis, count) = try orCancelled { () throws(Cancelled) in
      let basis = try PrincipalBasis(centred.selecting(rows: fit), work: work)
      return (basis, kept(basis.variances))
    }
    let places = Array(0..<count)
    let directions = basis.right.selecting(columns: places)
    let scales = places.map { 1 / (basis.variances[$0] / Double(fit.count)).squareRoot() }
    var components = try orCancelled { () throws(Cancelled) in
      try centred.product(directions.scalingColumns { scales[$0] }, work: work)
    }
    if kind == .independent, count > 1 {
      components = try orCancelled { () throws(Cancelled) in
        let turn = try Self.turn(components.selecting(rows: fit), using: &random, work: work)
        return try components.product(turn, other: .yes, work: work)
      }
    }
    let names = jointNames(count, kind == .principal ? "pc" : "ic")
    if !addsResiduals { return JointRows(matrix: components, features: names) }
    let residuals = try orCancelled { () throws(Cancelled) in
      try Self.residuals(of: centred, directions, modalities: modalities, fit: fit, work: work)
    }
    return JointRows(
      matrix: components.beside(residuals), features: names + parts.map { "\($0.name).residual" },
      blocks: [Block(name: "joint", columns: 0..<count)]
        + parts.enumerated().map { Block(name: $1.name, columns: count + $0..<count + $0 + 1) })
  }

  private func kept(_ variances: [Double]) -> Int {
    let total = variances.reduce(0, +)
    var sum = 0.0
    var count = 0
    for variance in variances.prefix(mostComponents) {
      if sum >= explained * total { break }
      sum += variance
      count += 1
    }
    return max(count, min(1, variances.count))
  }

  /// The orthogonal turn that makes the columns of white rows least normal.
  private static func turn(
    _ white: Matrix, using random: inout SeededGenerator, work: Work
  ) throws(Cancelled) -> Matrix {
    let size = white.columns
    var turn = orthogonal(
      Matrix(rows: size, columns: size, values: (0..<size * size).map { _ in random.normal() }))
    let count = Double(white.rows)
    for iteration in 0..<iterations {
      try work.check()
      work.report(Double(iteration) / Double(iterations), "turning")
      let outputs = try white.product(turn, other: .yes, work: work)
      let bent = outputs.mapValues(hyperbolicTangent)
      var next = try bent.product(white, turning: .yes, work: work)
      for component in 0..<size {
        var slope = 0.0
        for row in 0..<bent.rows { slope += 1 - bent[row, component] * bent[row, component] }
        for column in 0..<size {
          next[component, column] = (next[component, column] - slope * turn[component, column]) / count
        }
      }
      next = orthogonal(next)
      var change = 0.0
      for component in 0..<size {
        let along = (0..<size).reduce(0) { $0 + next[component, $1] * turn[component, $1] }
        change = max(change, abs(abs(along) - 1))
      }
      turn = next
      if change < tolerance { break }
    }
    return turn
  }

  /// The nearest orthogonal matrix.
  private static func orthogonal(_ matrix: Matrix) -> Matrix {
    guard let svd = SingularValues(matrix), let product = try? svd.left.product(svd.right, other: .yes) else {
      return matrix
    }
    return product
  }

  private static func residuals(
    of centred: Matrix, _ directions: Matrix, modalities: Modalities, fit: [Int], work: Work
  ) throws(Cancelled) -> Matrix {
    let back = try centred.product(directions, work: work).product(directions, other: .yes, work: work)
    var result = Matrix(rows: centred.rows, columns: modalities.parts.count)
    var start = 0
    for (number, part) in modalities.parts.enumerated() {
      for row in 0..<centred.rows where part.presence[row] {
        var sum = 0.0
        for column in start..<start + part.dimensions {
          let difference = centred[row, column] - back[row, column]
          sum += difference * difference
        }
        result[row, number] = (sum / Double(part.dimensions)).squareRoot()
      }
      start += part.dimensions
      let usual = Selection.median(of: fit.filter { part.presence[$0] }.map { result[$0, number] }) ?? 1
      if usual > 0 { for row in 0..<centred.rows { result[row, number] /= usual } }
    }
    return result
  }
}

extension Modalities {
  /// All features in one matrix; zeros where a modality is absent.
  var sideBySide: Matrix {
    let width = parts.reduce(0) { $0 + $1.dimensions }
    var result = Matrix(rows: index.count, columns: width)
    var start = 0
    for part in parts {
      for row in 0..<index.count where part.presence[row] {
        for column in 0..<part.dimensions { result[row, start + column] = part.matrix[row, column] }
      }
      start += part.dimensions
    }
    return result
  }
}

extension Matrix {
  func beside(_ other: Matrix) -> Matrix {
    var result = Matrix(rows: rows, columns: columns + other.columns)
    for row in 0..<rows {
      for column in 0..<columns { result[row, column] = self[row, column] }
      for column in 0..<other.columns { result[row, columns + column] = other[row, column] }
    }
    return result
  }
}

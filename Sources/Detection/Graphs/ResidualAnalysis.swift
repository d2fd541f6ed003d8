package import Numerics
package import Values

/// Scores nodes by what of their attributes neither similar nodes nor their neighbours account for.
///
/// X ≈ WᵀX + R: the attributes are a mixture of few representative nodes and a residual, which is smooth along edges and
/// 0 for most nodes. The score is the length of a node's residual.
///
/// - Input: a graph whose nodes have columns of numbers that are no labels, complete; each column is brought to 0...1.
///   Without any, degree, triangles and mean degree of the neighbours. Several edges between two nodes count once, loops
///   and directions not at all.
/// - Output: ≥ 0.
/// - Complexity: O(*t* (*n d²* + *d³* + *c E d*)) for *t* turns, *d* attributes and *c* turns of conjugate gradients; memory
///   O(*n d* + *d²*).
/// - Throws: `missing` for a node that lacks an attribute.
/// - Source: Li, Dani, Hu and Liu, *Radar: residual analysis for anomaly detection in attributed networks*, IJCAI 2017,
///   objective 5 and algorithm 1.
/// - Differs: the inverse of *n* × *n* is taken through one of *d* × *d* (Woodbury), the system of the residual is solved by
///   conjugate gradients; all three weights are 1 unless given, where the paper searches them by labels; with less
///   than that, an odd node soon represents itself. PyGOD follows the gradient for a hundred steps from W = I without α and β,
///   on attributes as they are, where the largest columns decide.
package struct ResidualAnalysis: GraphDetector, Equatable {
  package static let name = "radar"
  /// How few nodes represent the others (α), have a residual (β), and how alike residuals of neighbours are (γ).
  package let alpha: Double
  package let beta: Double
  package let gamma: Double
  package let turns: Int

  package init(alpha: Double = 1, beta: Double = 1, gamma: Double = 1, turns: Int = 20) {
    self.alpha = alpha
    self.beta = beta
    self.gamma = gamma
    self.turns = turns
  }

  /// A turn that changes the residual by less than this share is the last.
  private static let settled = 1e-4
  private static let smallestNorm = 1e-8

  package func scores(of graph: Graph, work: Work) throws(DetectionError) -> [Double] {
    if !(alpha > 0) { throw .parameter(name: "alpha", reason: "must be above 0") }
    if !(beta > 0) { throw .parameter(name: "beta", reason: "must be above 0") }
    if !(gamma >= 0) { throw .parameter(name: "gamma", reason: "must not be below 0") }
    let adjacency = Adjacency(graph)
    let attributes = try NodeAttributes(graph, adjacency).matrix
    let smoothing = GraphSmoothing(adjacency, gamma: gamma)
    return try cancellable { () throws(Cancelled) in
      let residual = try residual(of: attributes, smoothing, work: work)
      return (0..<residual.rows).map { Self.norm(residual.row($0)) }
    }
  }

  private func residual(
    of attributes: Matrix, _ smoothing: GraphSmoothing, work: Work
  ) throws(Cancelled) -> Matrix {
    let count = attributes.rows
    var weights = [Double](repeating: 1, count: count)
    var residual = try smoothing.solve(
      attributes, diagonal: [Double](repeating: beta, count: count), work: work)
    for turn in 0..<turns {
      work.report(Double(turn) / Double(turns), "analysing residuals")
      let mixture = try mixture(attributes, residual, &weights, work: work)
      let diagonal = (0..<count).map { beta / (2 * max(Self.norm(residual.row($0)), Self.smallestNorm)) }
      let next = try smoothing.solve(Self.difference(attributes, mixture), diagonal: diagonal, work: work)
      let change = Self.norm(Self.difference(next, residual).values[...])
      let size = Self.norm(next.values[...])
      residual = next
      if change <= Self.settled * max(size, 1e-12) { break }
    }
    return residual
  }

  /// WᵀX for the W that is best for this residual; `weights` becomes 1 / (2 ‖Wᵢ‖).
  private func mixture(
    _ attributes: Matrix, _ residual: Matrix, _ weights: inout [Double], work: Work
  ) throws(Cancelled) -> Matrix {
    var scaled = attributes
    for row in 0..<attributes.rows {
      let factor = 1 / (alpha * weights[row])
      for column in 0..<attributes.columns { scaled.values[row * attributes.columns + column] *= factor }
    }
    let gram = try attributes.product(scaled, turning: .yes, work: work)
    var kernel = gram
    for place in 0..<gram.rows { kernel[place, place] += 1 }
    guard let factored = Cholesky(kernel) else {
      return Matrix(rows: attributes.rows, columns: attributes.columns)
    }
    let rest = Self.difference(attributes, residual)
    // (X X' + αD)⁻¹ X = D⁻¹X/α (I + X'D⁻¹X/α)⁻¹.
    let sources = factored.solve(scaled.transposed()).transposed()
    let spread = try sources.product(rest.product(rest, turning: .yes, work: work), work: work)
    for row in weights.indices {
      let square = zip(sources.row(row), spread.row(row)).reduce(0) { $0 + $1.0 * $1.1 }
      weights[row] = 1 / (2 * max(max(square, 0).squareRoot(), Self.smallestNorm))
    }
    return try rest.product(factored.solve(gram), work: work)
  }

  private static func norm(_ values: ArraySlice<Double>) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  private static func difference(_ one: Matrix, _ other: Matrix) -> Matrix {
    Matrix(rows: one.rows, columns: one.columns, values: zip(one.values, other.values).map { $0 - $1 })
  }
}

/// Systems with I + diagonal + γ · Laplacian of a graph.
struct GraphSmoothing: Sendable {
  private let adjacency: Adjacency
  private let gamma: Double
  private static let tolerance = 1e-8
  private static let mostTurns = 500

  init(_ adjacency: Adjacency, gamma: Double) {
    self.adjacency = adjacency
    self.gamma = gamma
  }

  /// Column by column by conjugate gradients, scaled by the diagonal (Hestenes and Stiefel, 1952).
  func solve(_ right: Matrix, diagonal: [Double], work: Work) throws(Cancelled) -> Matrix {
    let own = diagonal.indices.map { 1 + diagonal[$0] + gamma * Double(adjacency.lists[$0].count) }
    let columns = right.transposed()
    let solved = try work.map(columns.rows, stage: "smoothing") { column in
      solve(Array(columns.row(column)), own)
    }
    return Matrix(rows: columns.rows, columns: columns.columns, values: solved.flatMap(\.self)).transposed()
  }

  private func solve(_ right: [Double], _ own: [Double]) -> [Double] {
    var solution = [Double](repeating: 0, count: right.count)
    var rest = right
    var step = zip(rest, own).map { $0 / $1 }
    var product = zip(rest, step).reduce(0) { $0 + $1.0 * $1.1 }
    let goal = Self.tolerance * Self.tolerance * product
    for _ in 0..<Self.mostTurns where product > goal && product > 0 {
      let image = apply(step, own)
      let length = product / zip(step, image).reduce(0) { $0 + $1.0 * $1.1 }
      var next = 0.0
      for place in solution.indices {
        solution[place] += length * step[place]
        rest[place] -= length * image[place]
        next += rest[place] * rest[place] / own[place]
      }
      for place in step.indices { step[place] = rest[place] / own[place] + next / product * step[place] }
      product = next
    }
    return solution
  }

  private func apply(_ values: [Double], _ own: [Double]) -> [Double] {
    values.indices.map { node in
      var around = 0.0
      for neighbour in adjacency.lists[node] { around += values[Int(neighbour)] }
      return own[node] * values[node] - gamma * around
    }
  }
}

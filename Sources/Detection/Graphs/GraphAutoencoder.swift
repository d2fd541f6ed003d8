import Learning
package import Numerics
package import Values

/// Scores nodes by how badly a graph network reproduces their attributes and their edges.
///
/// Two graph convolutions press what a node and its surroundings are like into a code. From the codes two more convolutions
/// make the attributes again, and one more together with inner products the edges.
///
/// - Input: as for `ResidualAnalysis`.
/// - Output: balance · ‖xᵢ − x̂ᵢ‖ + (1 − balance) · ‖aᵢ − âᵢ‖, ≥ 0. Where inner products do not reproduce the edges, the latter is
///   about the root of the degree, and nodes of few edges rank low.
/// - Complexity: O(*e* (*n d h* + *n h²* + *E h*)) for *e* epochs and *h* hidden numbers; memory O(*n d* + *E*).
/// - Randomness: weights; the same seed gives the same network.
/// - Source: Ding, Li, Bhanushali and Liu, *Deep anomaly detection on attributed networks* (DOMINANT), SDM 2019, equations
///   3 to 9; with a balance of 1 the graph autoencoder of Kipf and Welling 2016 on attributes (GCNAE).
/// - Differs: inner products stand for edges without a sigmoid, as in PyGOD's version, whose sizes and steps are the
///   defaults, so that time grows with edges and not with pairs; attributes are brought to 0...1.
package struct GraphAutoencoder: GraphDetector, Equatable {
  package static let name = "dominant"
  /// The share of the attributes' error; the rest is that of the edges.
  package let balance: Double
  package let hidden: Int
  package let epochs: Int
  package let rate: Double
  package let seed: UInt64

  package init(
    balance: Double = 0.5, hidden: Int = 64, epochs: Int = 100, rate: Double = 0.004, seed: UInt64 = 1
  ) {
    self.balance = balance
    self.hidden = hidden
    self.epochs = epochs
    self.rate = rate
    self.seed = seed
  }

  package func scores(of graph: Graph, work: Work) throws(DetectionError) -> [Double] {
    if !(0...1).contains(balance) { throw .parameter(name: "balance", reason: "must lie in 0...1") }
    if hidden < 1 { throw .parameter(name: "hidden", reason: "must be at least 1") }
    let adjacency = Adjacency(graph)
    let attributes = try NodeAttributes(graph, adjacency).matrix
    let edges = Edges(
      rows: adjacency.count,
      adjacency.lists.enumerated().flatMap { node, list in list.map { Edges.Edge(from: Int($0), to: node) } })
    var random = SeededGenerator(seed: seed)
    var layers = Layers(
      attributes: attributes, edges: edges, hidden: hidden, balance: balance, using: &random)
    var optimizer = Optimizer(rate: rate)
    return try cancellable { () throws(Cancelled) in
      for epoch in 0..<epochs {
        try work.check()
        work.report(Double(epoch) / Double(epochs), "training")
        layers.step(&optimizer, threads: work.threads)
      }
      return layers.errors(threads: work.threads)
    }
  }

  private struct Layers {
    let attributes: Matrix
    /// The attributes behind the first convolution's sum, which no weight changes.
    let smoothed: Matrix
    let edges: Edges
    let convolution: Edges
    let balance: Double
    var parameters: [Matrix]
    let encoder: [ParameterBook.Dense]
    let attributeDecoder: [ParameterBook.Dense]
    let edgeDecoder: ParameterBook.Dense

    init(
      attributes: Matrix, edges: Edges, hidden: Int, balance: Double, using random: inout SeededGenerator
    ) {
      self.attributes = attributes
      self.edges = edges
      self.balance = balance
      convolution = edges.normalised
      var tape = Tape()
      let input = tape.leaf(attributes)
      let sums = tape.aggregated(input, over: convolution)
      smoothed = tape.value(of: sums)
      let width = attributes.columns
      var book = ParameterBook()
      encoder = [
        book.dense(width, hidden, using: &random), book.dense(hidden, hidden, using: &random),
      ]
      attributeDecoder = [
        book.dense(hidden, hidden, using: &random), book.dense(hidden, width, using: &random),
      ]
      edgeDecoder = book.dense(hidden, hidden, using: &random)
      parameters = book.matrices
    }

    mutating func step(_ optimizer: inout Optimizer, threads: Int) {
      var tape = Tape(threads: threads)
      let nodes = parameters.map { tape.leaf($0) }
      let errors = record(on: &tape, nodes)
      let loss = tape.mean(errors)
      let gradients = tape.gradients(of: loss)
      optimizer.step(&parameters, gradients: nodes.map { gradients[$0] })
    }

    func errors(threads: Int) -> [Double] {
      var tape = Tape(threads: threads)
      let nodes = parameters.map { tape.leaf($0) }
      let errors = record(on: &tape, nodes)
      return tape.value(of: errors).values.map { min($0, largestScore) }
    }

    private func record(on tape: inout Tape, _ nodes: [Tape.Node]) -> Tape.Node {
      let input = tape.leaf(smoothed)
      let first = tape.activated(tape.dense(input, encoder[0], nodes), .rectifier)
      let code = convolved(first, encoder[1], on: &tape, nodes)
      let middle = tape.activated(convolved(code, attributeDecoder[0], on: &tape, nodes), .rectifier)
      let output = convolved(middle, attributeDecoder[1], on: &tape, nodes)
      let attributeErrors = tape.rowDistances(output, target: attributes)
      if balance == 1 { return attributeErrors }
      let places = convolved(code, edgeDecoder, on: &tape, nodes)
      let edgeErrors = tape.edgeDistances(places, to: edges)
      return tape.sum(
        tape.scaled(attributeErrors, by: balance), tape.scaled(edgeErrors, by: 1 - balance))
    }

    /// The narrower side is the one that is summed over neighbours.
    private func convolved(
      _ a: Tape.Node, _ layer: ParameterBook.Dense, on tape: inout Tape, _ nodes: [Tape.Node]
    ) -> Tape.Node {
      tape.dense(tape.aggregated(a, over: convolution), layer, nodes)
    }
  }
}

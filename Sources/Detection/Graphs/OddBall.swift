package import Numerics
package import Values

/// Scores nodes by how far their egonet is from the power law that the egonets of the graph follow.
///
/// - Input: a graph; several edges between two nodes count once, loops and directions not at all.
/// - Output: ≥ 0; 0 for a node without edges. Near-stars and near-cliques are high.
/// - Complexity: O(Σ over edges of the shorter list of neighbours).
/// - Source: Akoglu, McGlohon and Faloutsos, *OddBall: spotting anomalies in weighted graphs*, PAKDD 2010: the egonet
///   density law (section 3.1) and the distance of equation 2; with weights the egonet weight law (section 3.2).
/// - Differs: the law is fitted by least squares over all nodes, not over medians of bins; the density of points around a
///   node (LOF) is not added.
package struct OddBall: GraphDetector, Equatable {
  package static let name = "oddball"
  /// The weight of each edge, for the weight law; nil for the density law.
  package let weights: [Double]?

  package init(weights: [Double]? = nil) { self.weights = weights }

  package func scores(of graph: Graph, work: Work) throws(DetectionError) -> [Double] {
    let (law, x, y) = try points(of: graph, work: work)
    return zip(x, y).map(law.oddness)
  }

  /// Above the law lie near-cliques (or heavy edges), below it near-stars (or light edges).
  package func contributions(of graph: Graph, work: Work) throws(DetectionError) -> Contributions? {
    let (law, x, y) = try points(of: graph, work: work)
    var matrix = Matrix(rows: x.count, columns: 2)
    for node in x.indices {
      matrix[node, y[node] >= law.expected(x[node]) ? 0 : 1] = min(
        law.oddness(x[node], y[node]), largestScore)
    }
    let features = weights == nil ? ["near-clique", "near-star"] : ["heavy edges", "light edges"]
    return Contributions(
      matrix: matrix, features: features,
      blocks: features.enumerated().map { Block(name: $1, columns: $0..<$0 + 1) },
      meaning: weights == nil
        ? "distance from the law, with more edges among the neighbours than usual or with fewer"
        : "distance from the law, with more weight on the edges than usual or with less")
  }

  /// The law, and each node's place.
  private func points(
    of graph: Graph, work: Work
  ) throws(DetectionError) -> (law: PowerLaw, x: [Double], y: [Double]) {
    let adjacency = Adjacency(graph)
    if adjacency.count == 0 { throw .tooFewRows(needed: 1, got: 0) }
    let triangles = try cancellable { () throws(Cancelled) in
      try work.map((adjacency.count + 63) / 64, stage: "looking at egonets") { chunk in
        (chunk * 64..<min(adjacency.count, (chunk + 1) * 64)).map { Double(adjacency.triangles(of: $0)) }
      }
    }.flatMap { $0 }
    let edges = adjacency.lists.indices.map { Double(adjacency.lists[$0].count) + triangles[$0] }
    guard let weights else {
      let nodes = adjacency.lists.map { Double($0.count + 1) }
      return (PowerLaw(nodes, edges), nodes, edges)
    }
    let total = try totals(weights, graph, adjacency, work: work)
    return (PowerLaw(edges, total), edges, total)
  }

  /// The weight of each egonet: of the edges of the node and of those among its neighbours.
  private func totals(
    _ weights: [Double], _ graph: Graph, _ adjacency: Adjacency, work: Work
  ) throws(DetectionError) -> [Double] {
    var totals = [Double](repeating: 0, count: adjacency.count)
    for edge in graph.sources.indices {
      if edge % 256 == 0, work.isCancelled() { throw .cancelled }
      let (one, other) = (Int(graph.sources[edge]), Int(graph.targets[edge]))
      guard one != other, weights[edge].isFinite else { continue }
      let weight = abs(weights[edge])
      totals[one] += weight
      totals[other] += weight
      for node in adjacency.common(one, other) { totals[Int(node)] += weight }
    }
    return totals.map { min($0, 1e150) }
  }
}

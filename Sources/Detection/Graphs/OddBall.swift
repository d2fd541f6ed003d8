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
      let law = PowerLaw(nodes, edges.map { $0 })
      return zip(nodes, edges).map(law.oddness)
    }
    let total = try totals(weights, graph, adjacency, work: work)
    let law = PowerLaw(edges, total)
    return zip(edges, total).map(law.oddness)
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

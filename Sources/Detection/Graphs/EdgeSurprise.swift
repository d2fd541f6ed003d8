package import Numerics
package import Values

/// Scores edges by how little the rest of the graph leads one to expect them.
///
/// Each other edge of a node votes for where one more would lead: to where random walks of one and of two more steps from
/// its far end arrive. One vote goes to all nodes by their degree. An edge surprises if neither of its ends foretells the
/// other; the only edge of a node is judged by what is known of the other end.
///
/// - Input: a graph; several edges between two nodes count once and have the same score, directions do not count.
/// - Output: −log₂ of the larger of the two chances, one number an edge, ≥ 0.
/// - Complexity: O(Σ over nodes of the squared degree), memory O(*n*) a thread.
/// - Source: Liu and Lü, *Link prediction based on local random walk*, EPL 2010, equations 3 and 4: superposed random
///   walks, here of two and of three steps; MacKay and Peto, *A hierarchical Dirichlet language model*, 1995, equation 11,
///   for the vote that smooths; degrees as in the configuration model, with half an edge more for each node.
package struct EdgeSurprise: Sendable, Equatable {
  package static let name = "edges"
  package init() {}

  package func scores(of graph: Graph, work: Work) throws(DetectionError) -> [Double] {
    if graph.sources.isEmpty { throw .tooFewRows(needed: 1, got: 0) }
    let adjacency = Adjacency(graph)
    var edges = [[Int]](repeating: [], count: adjacency.count)
    for edge in graph.sources.indices { edges[Int(graph.sources[edge])].append(edge) }
    let groups = edges
    // Few chunks, since each has a number for every node.
    let size = max(64, (adjacency.count + 63) / 64)
    let found = try cancellable { () throws(Cancelled) in
      try work.map((adjacency.count + size - 1) / size, stage: "walking") { chunk in
        var walks = Walks(adjacency)
        var scores: [(edge: Int, score: Double)] = []
        for node in chunk * size..<min(adjacency.count, (chunk + 1) * size) where !groups[node].isEmpty {
          if node % 64 == 0, work.isCancelled() { break }
          walks.begin(at: node)
          for edge in groups[node] { scores.append((edge, walks.surprise(of: Int(graph.targets[edge])))) }
          walks.end(at: node)
        }
        return scores
      }
    }
    if work.isCancelled() { throw .cancelled }
    var scores = [Double](repeating: 0, count: graph.sources.count)
    for one in found.joined() { scores[one.edge] = one.score }
    return scores
  }

  /// Walks from one node.
  private struct Walks {
    let adjacency: Adjacency
    let edgeCount: Double
    private var node = 0
    /// Σ 1/k over the nodes through which each node is reached in two steps.
    private var reached: [Double]

    init(_ adjacency: Adjacency) {
      self.adjacency = adjacency
      edgeCount = Double(adjacency.lists.reduce(0) { $0 + $1.count }) / 2
      reached = [Double](repeating: 0, count: adjacency.count)
    }

    mutating func begin(at node: Int) {
      self.node = node
      for middle in adjacency.lists[node] {
        let share = 1 / Double(adjacency.lists[Int(middle)].count)
        for other in adjacency.lists[Int(middle)] { reached[Int(other)] += share }
      }
    }

    mutating func end(at node: Int) {
      for middle in adjacency.lists[node] {
        for other in adjacency.lists[Int(middle)] { reached[Int(other)] = 0 }
      }
    }

    func surprise(of other: Int) -> Double {
      let degree = Double(adjacency.lists[node].count)
      let otherDegree = Double(adjacency.lists[other].count)
      // Without the edge itself.
      let (own, theirs) = other == node ? (degree, degree) : (degree - 1, otherDegree - 1)
      let halves = 2 * edgeCount + Double(adjacency.count) / 2 - (other == node ? 0 : 2)
      let votes = other == node ? 0 : votes(for: other, otherDegree)
      let chance = max(
        (votes + (theirs + 0.5) / halves) / (own + 1), (votes + (own + 0.5) / halves) / (theirs + 1))
      return max(0, -logarithm2(chance))
    }

    /// Σ 1/k over common neighbours and Σ 1/(k k′) over paths of three edges, half of each: the same from both ends.
    private func votes(for other: Int, _ degree: Double) -> Double {
      var longer = 0.0
      for last in adjacency.lists[other] where Int(last) != node {
        // A walk that uses the edge itself came here through the other end.
        longer += max(reached[Int(last)] - 1 / degree, 0) / Double(adjacency.lists[Int(last)].count)
      }
      return (reached[other] + longer) / 2
    }
  }
}

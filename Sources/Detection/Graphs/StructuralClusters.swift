package import Numerics
package import Values

/// Scores nodes by how little they belong to any cluster of nodes that share their neighbours.
///
/// The similarity σ of two neighbours is the share of neighbours that they have in common; a node is the core of a cluster
/// at ε if *least* nodes of its neighbourhood, itself among them, are at least ε similar; what is that similar to a core belongs
/// to its cluster. The score is 1 − the largest ε at which the node belongs to a cluster: `threshold` at 1 − ε gives exactly the
/// nodes that SCAN leaves outside (hubs and outliers) at that ε.
///
/// - Input: a graph; several edges between two nodes count once, loops and directions not at all.
/// - Output: 0 to 1; 1 for a node that no cluster could have.
/// - Complexity: O(Σ over edges of the shorter list of neighbours).
/// - Source: Xu, Yuruk, Feng and Schweiger, *SCAN: a structural clustering algorithm for networks*, KDD 2007, definitions
///   1 to 8.
/// - Differs: all values of ε at once, where the paper takes one.
package struct StructuralClusters: GraphDetector, Equatable {
  package static let name = "scan"
  package let least: Int

  package init(least: Int = 2) { self.least = least }

  package func scores(of graph: Graph, work: Work) throws(DetectionError) -> [Double] {
    try ties(of: graph, work: work).belongings.map { 1 - $0.level }
  }

  /// What a node is at the ε above which it belongs to no cluster: a hub if its neighbours belong to several there, else an
  /// outlier (definitions 7 and 8).
  ///
  /// - Complexity: O(*E* log *E*) for *E* edges, beside that of the scores.
  package func contributions(of graph: Graph, work: Work) throws(DetectionError) -> Contributions? {
    let ties = try ties(of: graph, work: work)
    var matrix = Matrix(rows: ties.belongings.count, columns: 2)
    for (node, isHub) in ties.hubs().enumerated() {
      matrix[node, isHub ? 0 : 1] = 1 - ties.belongings[node].level
    }
    let features = ["hub", "outlier"]
    return Contributions(
      matrix: matrix, features: features,
      blocks: features.enumerated().map { Block(name: $1, columns: $0..<$0 + 1) },
      meaning: "1 - ε, where its neighbours belong to several clusters or to one at most")
  }

  private func ties(of graph: Graph, work: Work) throws(DetectionError) -> ClusterTies {
    if least < 2 { throw .parameter(name: "least", reason: "must be at least 2") }
    let adjacency = Adjacency(graph)
    let count = adjacency.count
    if count == 0 { throw .tooFewRows(needed: 1, got: 0) }
    let similarities = try cancellable { () throws(Cancelled) in
      try work.map((count + 63) / 64, stage: "comparing neighbours") { chunk in
        (chunk * 64..<min(count, (chunk + 1) * 64)).map { node in
          adjacency.lists[node].map { Self.similarity(node, Int($0), adjacency) }
        }
      }
    }.flatMap { $0 }
    return ClusterTies(adjacency, similarities, least: least)
  }

  /// |Γ(u) ∩ Γ(v)| / √(|Γ(u)| |Γ(v)|) of two neighbours; Γ holds the node itself.
  private static func similarity(_ one: Int, _ other: Int, _ adjacency: Adjacency) -> Double {
    let sizes = Double(adjacency.lists[one].count + 1) * Double(adjacency.lists[other].count + 1)
    return Double(adjacency.shared(one, other) + 2) / sizes.squareRoot()
  }
}

/// At which ε nodes are cores, belong to clusters, and are joined.
private struct ClusterTies {
  let adjacency: Adjacency
  let similarities: [[Double]]
  /// The largest ε at which a node is a core; each is as similar as can be to itself.
  let cores: [Double]
  /// The largest ε at which a node belongs to a cluster, and the core through which it does.
  let belongings: [(level: Double, core: Int)]

  init(_ adjacency: Adjacency, _ similarities: [[Double]], least: Int) {
    self.adjacency = adjacency
    self.similarities = similarities
    let cores = similarities.map { list -> Double in
      list.count + 1 < least ? 0 : list.sorted(by: >)[least - 2]
    }
    self.cores = cores
    belongings = similarities.indices.map { node in
      var best = (level: cores[node], core: node)
      for (place, other) in adjacency.lists[node].enumerated() {
        let level = min(similarities[node][place], cores[Int(other)])
        if level > best.level { best = (level, Int(other)) }
      }
      return best
    }
  }

  /// Whether the neighbours of each node belong to several clusters just above the ε at which it belongs to one.
  func hubs() -> [Bool] {
    var links: [(level: Double, one: Int, other: Int)] = []
    for node in cores.indices {
      for (place, neighbour) in adjacency.lists[node].enumerated() where Int(neighbour) > node {
        let other = Int(neighbour)
        links.append((min(similarities[node][place], cores[node], cores[other]), node, other))
      }
    }
    links.sort { ($1.level, $0.one, $0.other) < ($0.level, $1.one, $1.other) }
    var parents = Array(cores.indices)
    func cluster(_ node: Int) -> Int {
      var node = node
      while parents[node] != node {
        parents[node] = parents[parents[node]]
        node = parents[node]
      }
      return node
    }
    var isHub = [Bool](repeating: false, count: cores.count)
    var next = 0
    // From the closest clusters to the widest.
    for node in cores.indices.sorted(by: { (belongings[$1].level, $0) < (belongings[$0].level, $1) }) {
      let level = belongings[node].level
      while next < links.count, links[next].level > level {
        parents[cluster(links[next].one)] = cluster(links[next].other)
        next += 1
      }
      var found = Set<Int>()
      for neighbour in adjacency.lists[node] where belongings[Int(neighbour)].level > level {
        found.insert(cluster(belongings[Int(neighbour)].core))
      }
      isHub[node] = found.count > 1
    }
    return isHub
  }
}

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
    // The largest ε at which a node is a core; each is as similar as can be to itself.
    let cores = similarities.map { list -> Double in
      list.count + 1 < least ? 0 : list.sorted(by: >)[least - 2]
    }
    return (0..<count).map { node in
      var best = cores[node]
      for (place, other) in adjacency.lists[node].enumerated() {
        best = max(best, min(similarities[node][place], cores[Int(other)]))
      }
      return 1 - best
    }
  }

  /// |Γ(u) ∩ Γ(v)| / √(|Γ(u)| |Γ(v)|) of two neighbours; Γ holds the node itself.
  private static func similarity(_ one: Int, _ other: Int, _ adjacency: Adjacency) -> Double {
    let sizes = Double(adjacency.lists[one].count + 1) * Double(adjacency.lists[other].count + 1)
    return Double(adjacency.shared(one, other) + 2) / sizes.squareRoot()
  }
}

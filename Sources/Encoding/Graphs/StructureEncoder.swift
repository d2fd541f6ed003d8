package import Numerics
package import Values

/// Describes the place of each node in a graph.
///
/// - Input: a graph; several edges between two nodes count once, loops not at all. Directions count for the first two
///   features only.
/// - Output: one vector a node: edges in and out, degree, core number, triangles, share of linked neighbours
///   (clustering), mean degree of neighbours, edges of the egonet, and the logarithm of its distance from the power
///   law between nodes and edges of egonets.
/// - Complexity: O(Σ degree²).
/// - Source: Akoglu, McGlohon and Faloutsos, *OddBall: spotting anomalies in weighted graphs*, PAKDD 2010, equation 2
///   and section 3.1 (egonet density law); core numbers after Batagelj and Zaversnik, 2003.
/// - Differs: the law is fitted by least squares over all nodes, not over medians of bins.
package struct StructureEncoder: Sendable, Equatable {
  package init() {}

  private static let features = [
    "in", "out", "degree", "core", "triangles", "clustering", "neighbour degree", "egonet edges",
    "egonet oddness",
  ]

  package func encode(_ graph: Graph, work: Work) throws(EncodingError) -> Encoded {
    let count = graph.nodes.rowCount
    if count == 0 { throw .noRows }
    var into = [Double](repeating: 0, count: count)
    var out = into
    for (source, target) in zip(graph.sources, graph.targets) {
      out[Int(source)] += 1
      into[Int(target)] += 1
    }
    let adjacency = Adjacency(graph)
    let neighbours = adjacency.lists
    let cores = Self.cores(neighbours)
    let raw = try orCancelled { () throws(Cancelled) in
      try work.map((count + 63) / 64, stage: "looking at neighbours") { chunk in
        (chunk * 64..<min(count, (chunk + 1) * 64)).map { Double(adjacency.triangles(of: $0)) }
      }
    }
    let triangles = raw.flatMap { $0 }
    // The egonet of a node: itself, its neighbours, and all edges among them.
    let egoEdges = (0..<count).map { Double(neighbours[$0].count) + triangles[$0] }
    let egoNodes = neighbours.map { Double($0.count + 1) }
    let law = PowerLaw(egoNodes, egoEdges)
    let oddness = zip(egoNodes, egoEdges).map(law.oddness)
    let (entering, leaving) = (into, out)
    return try encodeRows(count, features: Self.features, stage: "structure", work: work) { node, vector in
      let degree = Double(neighbours[node].count)
      let around = neighbours[node].reduce(0.0) { $0 + Double(neighbours[Int($1)].count) }
      let possible = degree * (degree - 1) / 2
      vector += [
        entering[node], leaving[node], degree, Double(cores[node]), triangles[node],
        possible > 0 ? triangles[node] / possible : 0, degree > 0 ? around / degree : 0, egoEdges[node],
        oddness[node],
      ]
      return true
    }
  }

  /// The largest k such that a node lies in a part where all have k neighbours.
  package static func cores(_ neighbours: [[Int32]]) -> [Int] {
    var degrees = neighbours.map(\.count)
    let most = degrees.max() ?? 0
    var buckets = [[Int]](repeating: [], count: most + 1)
    for (node, degree) in degrees.enumerated() { buckets[degree].append(node) }
    var cores = [Int](repeating: -1, count: neighbours.count)
    var level = 0
    while level <= most {
      guard let node = buckets[level].popLast() else {
        level += 1
        continue
      }
      if cores[node] >= 0 || degrees[node] > level { continue }
      cores[node] = level
      for other in neighbours[node] where cores[Int(other)] < 0 && degrees[Int(other)] > level {
        degrees[Int(other)] -= 1
        buckets[degrees[Int(other)]].append(Int(other))
      }
    }
    return cores
  }
}

/// Sets each node beside its neighbours: its own attributes, and how far they are from the mean of theirs.
///
/// - Input: a graph whose nodes have columns of numbers that are no labels.
/// - Output: two numbers an attribute: the value, and its distance from the mean of the neighbours, 0 for a node without
///   any.
/// - Complexity: O(*edges* · *attributes*).
/// - Source: the residual of Li, Dani, Hu and Liu, *Radar: residual analysis for anomaly detection in attributed
///   networks*, IJCAI 2017, with the neighbours' mean in place of the learned reconstruction.
package struct ContrastEncoder: Sendable, Equatable {
  package init() {}

  package func encode(_ graph: Graph, work: Work) throws(EncodingError) -> Encoded {
    let columns = graph.nodes.features
    if columns.isEmpty { throw .noFeatures }
    let numbers = columns.map { $0.numbers ?? [] }
    let neighbours = Adjacency(graph).lists
    let features = columns.flatMap { ["\($0.name)", "\($0.name) - neighbours"] }
    return try encodeRows(
      graph.nodes.rowCount, features: features, stage: "contrast", perChunk: 64, work: work
    ) { node, vector in
      for column in numbers {
        var (sum, count) = (0.0, 0.0)
        for neighbour in neighbours[node] where !column[Int(neighbour)].isNaN {
          sum += column[Int(neighbour)]
          count += 1
        }
        vector.append(column[node])
        vector.append(count > 0 ? column[node] - sum / count : column[node] - column[node])
      }
      return true
    }
  }
}

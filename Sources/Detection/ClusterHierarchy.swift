package import Numerics
import Values

/// Scores rows by how much earlier than the densest rows around them they leave the hierarchy of clusters.
///
/// - Input: `n` × `d`, complete, on comparable scales: the distance is Euclidean. Scale the columns first.
/// - Output: GLOSH, 1 − ε(C) / ε(x) in 0...1: ε(x) is the radius below which the row belongs to no cluster, ε(C) the radius
///   below which its last cluster, with all that come out of it, is gone.
/// - Complexity: fit O(*n² d*), score O(*n m d*) for *m* rows; memory 16 *n d* bytes.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below three rows.
/// - Source: Campello, Moulavi, Zimek and Sander, *Hierarchical density estimates for data clustering, visualization, and
///   outlier detection*, ACM TKDD 2015, definitions 3.1 to 3.3, algorithm 1, and equation 8 (GLOSH).
/// - Differs: rows that were not fitted on join at their smallest mutual reachability distance to a training row, and the
///   cluster is the one in which that row is at this radius. The smallest cluster has as many rows as make a row a core.
package struct ClusterHierarchy: Detector, Equatable {
  package static let name = "hdbscan"
  /// Rows, itself among them, that decide the core distance; also the rows of the smallest cluster.
  package let least: Int

  package init(least: Int = 5) { self.least = least }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if least < 2 { throw .parameter(name: "least", reason: "must be at least 2") }
    let rows = try ReferenceRows(training, atLeast: 3, work: work)
    let count = min(least - 1, training.rowCount - 1)
    let found = try rows.matrix.nearest(count, to: rows.matrix, excludingSelf: true, work: work)
    let cores = (0..<training.rowCount).map { found.distance($0, count - 1) }
    let edges = try cancellable { () throws(Cancelled) in
      try Self.spanningTree(rows.matrix, cores: cores, work: work)
    }
    return Model(
      rows: rows, least: least, cores: cores, tree: CondensedTree(edges, rows: cores.count, least: least))
  }

  struct Edge: Sendable {
    let a: Int
    let b: Int
    let length: Double
  }

  /// Prim's minimum spanning tree over mutual reachability distances, ascending.
  private static func spanningTree(
    _ matrix: Matrix, cores: [Double], work: Work
  ) throws(Cancelled) -> [Edge] {
    let squaredCores = cores.map { $0 * $0 }
    // The rows that are not in the tree yet, packed anew whenever half of them are gone.
    var rest = Array(1..<matrix.rows)
    var outside = OpenRows(matrix, rest, squaredCores)
    var edges: [Edge] = []
    edges.reserveCapacity(rest.count)
    var last = 0
    for step in 1..<matrix.rows {
      if step % 16 == 0 { work.report(Double(step) / Double(matrix.rows), "spanning tree") }
      if outside.left * 2 < rest.count {
        (rest, outside) = outside.packed(matrix, rest, squaredCores)
      }
      let next = try outside.takeNearest(to: last, core: squaredCores[last], of: matrix, work: work)
      edges.append(Edge(a: next.parent, b: rest[next.place], length: next.squared.squareRoot()))
      last = rest[next.place]
    }
    return edges.enumerated().sorted { ($0.element.length, $0.offset) < ($1.element.length, $1.offset) }
      .map(\.element)
  }

  /// Rows outside the tree with their smallest reachability distance to it.
  private struct OpenRows {
    private let distances: SquaredDistances
    private var cores: [Double]
    /// Infinite cores mark rows that were taken.
    private var nearest: [Double]
    private var parents: [Int]
    private(set) var left: Int

    init(_ matrix: Matrix, _ rows: [Int], _ squaredCores: [Double]) {
      distances = SquaredDistances(matrix.selecting(rows: rows))
      cores = rows.map { squaredCores[$0] }
      nearest = [Double](repeating: .infinity, count: rows.count)
      parents = [Int](repeating: 0, count: rows.count)
      left = rows.count
    }

    func packed(_ matrix: Matrix, _ rows: [Int], _ squaredCores: [Double]) -> ([Int], OpenRows) {
      let kept = rows.indices.filter { cores[$0].isFinite }
      var new = OpenRows(matrix, kept.map { rows[$0] }, squaredCores)
      new.nearest = kept.map { nearest[$0] }
      new.parents = kept.map { parents[$0] }
      return (kept.map { rows[$0] }, new)
    }

    /// Lets a row into the tree, and takes out the row that is now nearest to it.
    mutating func takeNearest(
      to row: Int, core: Double, of matrix: Matrix, work: Work
    ) throws(Cancelled) -> (place: Int, parent: Int, squared: Double) {
      let squared = try distances.from(matrix.row(row), work: work)
      var (next, smallest) = (-1, Double.infinity)
      for place in 0..<cores.count {
        let reach = max(max(core, cores[place]), squared[place])
        if reach < nearest[place] { (nearest[place], parents[place]) = (reach, row) }
        if cores[place].isFinite, next < 0 || nearest[place] < smallest {
          (next, smallest) = (place, nearest[place])
        }
      }
      cores[next] = .infinity
      left -= 1
      return (next, parents[next], smallest)
    }
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = ClusterHierarchy.name
    package static let needsCompleteRows = true
    let rows: ReferenceRows
    let least: Int
    let cores: [Double]
    let tree: CondensedTree

    package func evidence(
      for row: Int, of rows: Observations, trainedAt place: Int?, work: Work
    ) throws(DetectionError) -> Evidence? { try self.rows.evidence(of: rows, excluding: place, work: work) }

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let matrix = self.rows.matrix
      let distances = SquaredDistances(matrix)
      let rank = min(least - 2, matrix.rows - 1)
      return try self.rows.scoreRows(rows, cost: 16 * matrix.values.count, work: work) { _, values in
        let squared = distances.from(values)
        var sorted = squared
        Selection.place(&sorted, rank: rank)
        let own = sorted[rank].squareRoot()
        var (best, nearest) = (Double.infinity, 0)
        for row in squared.indices {
          let reach = max(cores[row], squared[row].squareRoot())
          if reach < best { (best, nearest) = (reach, row) }
        }
        return tree.outlierness(joining: nearest, at: max(own, best))
      }
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      precondition(training.rowCount == cores.count, "these are not the training rows")
      return (0..<cores.count).map { tree.outlierness(of: $0) }
    }
  }
}

/// Clusters of at least some rows, as they come out of one another while the radius shrinks.
struct CondensedTree: Sendable, Codable, Equatable {
  /// The cluster out of which each one comes; −1 for the first.
  private var parents: [Int] = [-1]
  /// The radius at which each cluster begins.
  private var births: [Double] = [.infinity]
  /// The smallest radius at which it or any that comes out of it still exists.
  private var ends: [Double] = [.infinity]
  /// The last cluster of each row, and the radius below which it is in none.
  private var homes: [Int]
  private var leaving: [Double]

  init(_ edges: [ClusterHierarchy.Edge], rows: Int, least: Int) {
    homes = [Int](repeating: 0, count: rows)
    leaving = [Double](repeating: 0, count: rows)
    let merges = Merges(edges, rows: rows)
    // Nodes of the dendrogram with the cluster they are in; children are looked at after their parents.
    var open = [(node: merges.root, cluster: 0)]
    births[0] = merges.length(merges.root)
    while let (node, cluster) = open.popLast() {
      let length = merges.length(node)
      let parts = merges.parts(node)
      let large = parts.filter { merges.size($0) >= least }
      for part in parts where merges.size(part) < least {
        for row in merges.rows(under: part) {
          homes[row] = cluster
          leaving[row] = length
        }
      }
      for part in large {
        if large.count > 1 {
          parents.append(cluster)
          births.append(length)
          ends.append(length)
        }
        open.append((part, large.count > 1 ? parents.count - 1 : cluster))
      }
      ends[cluster] = min(ends[cluster], length)
    }
    for cluster in ends.indices.reversed() where parents[cluster] >= 0 {
      ends[parents[cluster]] = min(ends[parents[cluster]], ends[cluster])
    }
  }

  func outlierness(of row: Int) -> Double { Self.glosh(leaving[row], end: ends[homes[row]]) }

  /// Of a row that joins beside a training row at some radius.
  func outlierness(joining row: Int, at radius: Double) -> Double {
    var cluster = homes[row]
    while parents[cluster] >= 0, births[cluster] < radius { cluster = parents[cluster] }
    return Self.glosh(radius, end: ends[cluster])
  }

  private static func glosh(_ leaving: Double, end: Double) -> Double {
    leaving > end ? 1 - end / leaving : 0
  }
}

/// Which rows come together at which edge: a binary tree over rows.
private struct Merges {
  private var lefts: [Int] = []
  private var rights: [Int] = []
  private var lengths: [Double] = []
  private var sizes: [Int] = []
  private let count: Int

  var root: Int { count + lefts.count - 1 }

  init(_ edges: [ClusterHierarchy.Edge], rows: Int) {
    count = rows
    var components = DisjointSets(count: rows)
    // The node of each leader's component.
    var nodes = Array(0..<rows)
    for edge in edges {
      let (a, b) = (components.leader(of: edge.a), components.leader(of: edge.b))
      let (left, right) = (min(nodes[a], nodes[b]), max(nodes[a], nodes[b]))
      lefts.append(left)
      rights.append(right)
      lengths.append(edge.length)
      sizes.append(size(left) + size(right))
      components.join(a, b)
      nodes[a] = count + lefts.count - 1
    }
  }

  func size(_ node: Int) -> Int { node < count ? 1 : sizes[node - count] }
  func length(_ node: Int) -> Double { node < count ? 0 : lengths[node - count] }
  func children(_ node: Int) -> (Int, Int)? {
    node < count ? nil : (lefts[node - count], rights[node - count])
  }

  /// What a node falls into below its length: edges of equal length are cut together.
  func parts(_ node: Int) -> [Int] {
    var parts: [Int] = []
    var open = [node]
    while let part = open.popLast() {
      if let (left, right) = children(part), length(part) == length(node) {
        open += [right, left]
      } else {
        parts.append(part)
      }
    }
    return parts
  }

  func rows(under node: Int) -> [Int] {
    var rows: [Int] = []
    var open = [node]
    while let node = open.popLast() {
      if let (left, right) = children(node) { open += [left, right] } else { rows.append(node) }
    }
    return rows
  }
}

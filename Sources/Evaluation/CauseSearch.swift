/// Ranks the nodes of a graph of dependencies as causes of what one node shows.
///
/// A cause is unusual in a way that nothing explains on which it depends. The walk begins at the node that raised the
/// alarm and follows dependencies from unusual node to unusual node. The own share of a node is its departure less the
/// highest departure among what it depends on. Candidates are the nodes reached whose own share is above the
/// limit; they come first. Nodes that explain more entries (unusual nodes on which nothing unusual depends) stand above
/// those that explain fewer, and then the larger own share wins.
///
/// - Input: a departure of each node, at least 0, NaN where nothing was measured, which counts as usual; the nodes on
///   which each depends.
/// - Complexity: O(*c* (*n* + *e*)) for *c* unusual nodes reached, *n* nodes and *e* edges.
/// - Source: the traversal of unusual nodes is that of Chen, Qi, Zheng and Hou, *CauseInfer*, INFOCOM 2014, section IV.
/// - Differs: own shares instead of leaves only, so that a cause whose dependencies tremble is not hidden by them; ranks by
///   the entries that are explained.
package struct CauseSearch: Sendable {
  package struct Cause: Sendable, Equatable {
    package let node: Int
    /// How far the node is from what is usual.
    package let departure: Double
    package let own: Double
    /// Unusual nodes on which nothing unusual depends and which depend on this one, itself among them if it is one.
    package let entries: Int
    /// From the node with the alarm to this one.
    package let path: [Int]
  }

  private let departures: [Double]
  private let dependencies: [[Int]]
  private let dependents: [[Int]]
  private let limit: Double

  /// - Parameters:
  ///   - dependencies: for each node, those on which it depends (which it calls).
  ///   - limit: departures above it are unusual.
  package init(departures: [Double], dependencies: [[Int]], limit: Double) {
    precondition(departures.count == dependencies.count, "a departure a node")
    self.departures = departures.map { $0.isNaN ? 0 : $0 }
    self.dependencies = dependencies.enumerated().map { node, below in below.filter { $0 != node } }
    self.limit = limit
    var above = [[Int]](repeating: [], count: dependencies.count)
    for (node, below) in self.dependencies.enumerated() {
      for other in below { above[other].append(node) }
    }
    dependents = above
  }

  /// The causes of the alarm at `start`, the likeliest first; none if nothing unusual is reached.
  package func causes(of start: Int) -> [Cause] {
    let reached = walk(from: start, over: dependencies)
    return reached.order.filter(isUnusual).map { node in
      Cause(
        node: node, departure: departures[node], own: own(node), entries: entries(above: node),
        path: path(to: node, reached.from))
    }.sorted { a, b in
      let (first, second) = (a.own > limit, b.own > limit)
      if first != second { return first }
      return (b.entries, b.own, a.node) < (a.entries, a.own, b.node)
    }
  }

  private func isUnusual(_ node: Int) -> Bool { departures[node] > limit }

  private func own(_ node: Int) -> Double {
    departures[node] - (dependencies[node].map { departures[$0] }.max() ?? 0)
  }

  private func entries(above node: Int) -> Int {
    walk(from: node, over: dependents).order.count { node in !dependents[node].contains(where: isUnusual) }
  }

  /// The start and all unusual nodes that unusual nodes lead to, in order of distance.
  private func walk(from start: Int, over edges: [[Int]]) -> (order: [Int], from: [Int: Int]) {
    var order = [start]
    var from = [start: start]
    var next = 0
    while next < order.count {
      let node = order[next]
      next += 1
      for other in edges[node] where from[other] == nil && isUnusual(other) {
        from[other] = node
        order.append(other)
      }
    }
    return (order, from)
  }

  private func path(to node: Int, _ from: [Int: Int]) -> [Int] {
    var path = [node]
    while let last = path.last, let before = from[last], before != last { path.append(before) }
    return path.reversed()
  }
}

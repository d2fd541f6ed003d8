/// Elements 0..<count in sets that grow together.
///
/// - Complexity: O(log *n*) a step on average.
/// - Source: Tarjan and van Leeuwen, *Worst-case analysis of set union algorithms*, Journal of the ACM 1984, path halving
///   without ranks.
package struct DisjointSets: Sendable {
  private var parents: [Int]

  /// Each element alone.
  package init(count: Int) { parents = Array(0..<count) }

  /// The element that stands for the set of this one.
  package mutating func leader(of element: Int) -> Int {
    var element = element
    while parents[element] != element {
      parents[element] = parents[parents[element]]
      element = parents[element]
    }
    return element
  }

  /// Makes one set of two; the leader of the first one stays.
  package mutating func join(_ first: Int, _ second: Int) {
    let leader = leader(of: first)
    parents[self.leader(of: second)] = leader
  }
}

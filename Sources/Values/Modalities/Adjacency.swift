/// Which nodes of a graph stand side by side: directions, copies of edges and loops do not count.
package struct Adjacency: Sendable, Equatable {
  /// The neighbours of each node, ascending.
  package let lists: [[Int32]]

  package init(_ graph: Graph) {
    var lists = [[Int32]](repeating: [], count: graph.nodes.rowCount)
    for (source, target) in zip(graph.sources, graph.targets) where source != target {
      lists[Int(source)].append(target)
      lists[Int(target)].append(source)
    }
    self.lists = lists.map { list in
      let sorted = list.sorted()
      return sorted.indices.filter { $0 == 0 || sorted[$0] != sorted[$0 - 1] }.map { sorted[$0] }
    }
  }

  package var count: Int { lists.count }

  /// How many neighbours two nodes share.
  ///
  /// - Complexity: O(the shorter list · log the longer one), or O(both lists) where they are about as long.
  package func shared(_ one: Int, _ other: Int) -> Int {
    let (short, long) =
      lists[one].count <= lists[other].count ? (lists[one], lists[other]) : (lists[other], lists[one])
    if short.count * 16 < long.count { return short.count { Self.holds(long, $0) } }
    var (i, j, count) = (0, 0, 0)
    while i < short.count, j < long.count {
      let (left, right) = (short[i], long[j])
      if left == right { count += 1 }
      if left <= right { i += 1 }
      if right <= left { j += 1 }
    }
    return count
  }

  /// The neighbours that two nodes share, ascending.
  package func common(_ one: Int, _ other: Int) -> [Int32] {
    let (short, long) =
      lists[one].count <= lists[other].count ? (lists[one], lists[other]) : (lists[other], lists[one])
    return short.filter { Self.holds(long, $0) }
  }

  private static func holds(_ list: [Int32], _ node: Int32) -> Bool {
    var (low, high) = (0, list.count)
    while low < high {
      let middle = (low + high) / 2
      if list[middle] < node { low = middle + 1 } else { high = middle }
    }
    return low < list.count && list[low] == node
  }

  /// Edges among the neighbours of a node.
  package func triangles(of node: Int) -> Int {
    lists[node].reduce(0) { $0 + shared(node, Int($1)) } / 2
  }
}

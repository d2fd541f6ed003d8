import Numerics
import Values

/// A tree of oblique cuts.
struct ObliqueTree: Sendable, Codable, Equatable {
  struct Node: Sendable, Codable, Equatable {
    var columns: [Int32] = []
    var weights: [Double] = []
    var offset = 0.0
    /// A row farther than this from the cut counts no step; nil counts all.
    var reach: Double?
    /// The right child is the next one; both are 0 in a leaf.
    var left: Int32 = 0
    /// What a path that ends here is long.
    var length = 0.0
  }

  var nodes: [Node] = []

  func pathLength(of row: ArraySlice<Double>) -> Double {
    var node = 0
    var uncounted = 0.0
    while nodes[node].left > 0 {
      let distance = Self.side(of: row, nodes[node]) - nodes[node].offset
      if let reach = nodes[node].reach, abs(distance) > reach { uncounted += 1 }
      node = Int(nodes[node].left) + (distance <= 0 ? 0 : 1)
    }
    return nodes[node].length - uncounted
  }

  static func side(of row: ArraySlice<Double>, _ node: Node) -> Double {
    var sum = 0.0
    for (column, weight) in zip(node.columns, node.weights) {
      sum += weight * row[row.startIndex + Int(column)]
    }
    return sum
  }
}

/// Grows trees of oblique cuts; how a cut is chosen is what the forests differ in.
protocol TreeGrower: Sendable {
  var matrix: Matrix { get }
  /// The cut of these rows; nil if they are all equal.
  func cut(_ rows: [Int], using random: inout SeededGenerator) -> ObliqueTree.Node?
}

extension TreeGrower {
  /// Trees that each draw `size` rows and their cuts.
  func forest(
    _ trees: Int, size: Int, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> [ObliqueTree] {
    let source = random.stream(0)
    _ = random.next()
    return try cancellable { () throws(Cancelled) in
      try work.map(trees, stage: "growing trees") { tree in
        var own = source.stream(tree)
        return grow(using: &own, size: size)
      }
    }
  }

  private func grow(using random: inout SeededGenerator, size: Int) -> ObliqueTree {
    // As high as a balanced tree of so many leaves.
    var depth = 0
    while 1 << depth < size { depth += 1 }
    var tree = ObliqueTree(nodes: [ObliqueTree.Node()])
    var open = [(node: 0, rows: random.sample(size, of: matrix.rows).sorted(), level: 0)]
    while let (node, rows, level) = open.popLast() {
      let chosen = level < depth && rows.count > 1 ? cut(rows, using: &random) : nil
      guard var made = chosen else {
        tree.nodes[node].length = Double(level) + IsolationTrees.averagePath(rows.count)
        continue
      }
      var parts: [[Int]] = [[], []]
      for row in rows {
        parts[ObliqueTree.side(of: matrix.row(row), made) <= made.offset ? 0 : 1].append(row)
      }
      made.left = Int32(tree.nodes.count)
      tree.nodes[node] = made
      for part in parts {
        open.append((tree.nodes.count, part, level + 1))
        tree.nodes.append(ObliqueTree.Node())
      }
    }
    return tree
  }
}

extension [ObliqueTree] {
  /// 2^(−mean path / c) of each row, c being the mean path in a tree of `sampleSize` rows.
  ///
  /// - Source: Liu, Ting and Zhou, *Isolation Forest*, ICDM 2008, equation 2.
  func scores(
    of rows: Observations, scaledAs reference: ReferenceRows, sampleSize: Int, stepCost: Int, work: Work
  ) throws(DetectionError) -> [Double] {
    let typical = IsolationTrees.averagePath(sampleSize)
    return try reference.scoreRows(rows, cost: count * stepCost, work: work) { _, values in
      let sum = reduce(0) { $0 + $1.pathLength(of: values) }
      return power(2, -sum / Double(count) / typical)
    }
  }
}

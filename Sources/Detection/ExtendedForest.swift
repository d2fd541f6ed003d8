package import Numerics
import Values

/// Scores rows by how few random oblique cuts isolate them.
///
/// Cuts across all columns at once have no preferred direction, so that no bands of low scores lie along the axes.
///
/// - Input: `n` × `d`, complete. Columns are standardised.
/// - Output: 2^(−mean path / c) in 0...1; about 0.5 is ordinary.
/// - Complexity: fit O(*t s d* log *s*), score O(*n t d* log *s*), memory O(*t s d*); *t* trees of *s* rows.
/// - Randomness: each tree draws its rows and its cuts; the same seed gives the same trees everywhere.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below two rows.
/// - Source: Hariri, Carrasco Kind and Brunner, *Extended isolation forest*, IEEE TKDE 2021, algorithms 2 and 3; cuts
///   by columns that vary in the node, their number one more than the extension level.
package struct ExtendedForest: Detector, Equatable {
  package static let name = "eif"
  package let trees: Int
  /// Rows that each tree is grown from; fewer if there are fewer.
  package let sampleSize: Int
  /// Columns beyond the first that a cut goes across; nil means all.
  package let level: Int?

  package init(trees: Int = 100, sampleSize: Int = 256, level: Int? = nil) {
    self.trees = trees
    self.sampleSize = sampleSize
    self.level = level
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if trees < 1 { throw .parameter(name: "trees", reason: "must be at least 1") }
    if sampleSize < 2 { throw .parameter(name: "sample", reason: "must be at least 2") }
    let rows = try ReferenceRows(training, atLeast: 2, scaling: .standard, work: work)
    let size = min(sampleSize, training.rowCount)
    var depth = 0
    while 1 << depth < size { depth += 1 }
    let grower = ObliqueGrower(
      matrix: rows.matrix, depth: depth,
      breadth: min(training.matrix.columns, (level ?? training.matrix.columns) + 1))
    let source = random.stream(0)
    _ = random.next()
    let grown = try cancellable { () throws(Cancelled) in
      try work.map(trees, stage: "growing trees") { tree in
        var own = source.stream(tree)
        return grower.grow(using: &own, size: size)
      }
    }
    return Model(rows: rows.keeping([]), trees: grown, sampleSize: size)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = ExtendedForest.name
    package static let needsCompleteRows = true
    /// Only their scale.
    let rows: ReferenceRows
    let trees: [ObliqueTree]
    let sampleSize: Int

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let typical = IsolationTrees.averagePath(sampleSize)
      let cost = trees.count * 20 * rows.matrix.columns
      return try self.rows.scoreRows(rows, cost: cost, work: work) { _, values in
        let sum = trees.reduce(0) { $0 + $1.pathLength(of: values) }
        return power(2, -sum / Double(trees.count) / typical)
      }
    }
  }
}

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
  var depth: Int { get }
  /// The cut of these rows; nil if they are all equal.
  func cut(_ rows: [Int], using random: inout SeededGenerator) -> ObliqueTree.Node?
}

extension TreeGrower {
  func grow(using random: inout SeededGenerator, size: Int) -> ObliqueTree {
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

private struct ObliqueGrower: TreeGrower {
  let matrix: Matrix
  let depth: Int
  /// Columns that a cut goes across.
  let breadth: Int

  /// A random direction through a random point of the box around the rows; nil if they are all equal.
  func cut(_ rows: [Int], using random: inout SeededGenerator) -> ObliqueTree.Node? {
    var lows = Array(matrix.row(rows[0]))
    var highs = lows
    for row in rows {
      for (column, value) in matrix.row(row).enumerated() {
        lows[column] = min(lows[column], value)
        highs[column] = max(highs[column], value)
      }
    }
    let varying = lows.indices.filter { highs[$0] > lows[$0] }
    if varying.isEmpty { return nil }
    var node = ObliqueTree.Node()
    let chosen = random.sample(min(breadth, varying.count), of: varying.count).sorted()
    for column in chosen.map({ varying[$0] }) {
      let weight = random.normal()
      node.columns.append(Int32(column))
      node.weights.append(weight)
      node.offset += weight * (lows[column] + random.unit() * (highs[column] - lows[column]))
    }
    return node
  }
}

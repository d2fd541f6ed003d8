import KernelsBaseline
import KernelsV3

/// Random trees that separate rows, as complete binary trees in flat arrays.
///
/// A row goes left if its value is below the threshold. A missing value takes the branch that more of the tree's
/// sample took.
package struct IsolationTrees: Sendable, Equatable, Codable {
  package let columns: Int
  package let depth: Int
  package let treeCount: Int
  /// Rows that each tree was grown from.
  package let sampleSize: Int
  /// Inner nodes in level order, tree after tree.
  let features: [Int32]
  /// Infinite where the tree ended above: everything goes left, and every leaf below is the same.
  let thresholds: [Double]
  /// Nodes whose left branch took more rows: missing values follow them.
  let missingGoesLeft: [Bool]
  /// Leaves, tree after tree: depth plus the expected rest of the path.
  let lengths: [Double]
  /// Steps expected from each inner node on; see `contributions`.
  let expected: [Double]

  /// The mean number of comparisons of an unsuccessful search among `count` rows: what is left of a path that ends
  /// at a node with as many rows (Liu, Ting and Zhou, ICDM 2008, equation 1).
  package static func averagePath(_ count: Int) -> Double {
    switch count {
    case ...1: return 0
    case 2: return 1
    default:
      let n = Double(count)
      return 2 * (logarithm(n - 1) + eulerGamma) - 2 * (n - 1) / n
    }
  }
  private static let eulerGamma = 0.5772156649015329

  /// Grows `treeCount` trees, each from `sampleSize` different rows.
  package init(
    _ matrix: Matrix, treeCount: Int, sampleSize: Int, using random: inout SeededGenerator, work: Work
  ) throws(Cancelled) {
    precondition(sampleSize >= 1 && sampleSize <= matrix.rows, "a sample larger than the data")
    columns = matrix.columns
    self.treeCount = treeCount
    self.sampleSize = sampleSize
    var depth = 0
    while 1 << depth < sampleSize { depth += 1 }
    self.depth = depth
    let source = random.stream(0)
    _ = random.next()
    let grower = TreeGrower(matrix: matrix, sampleSize: sampleSize, depth: depth)
    let trees = try work.map(treeCount, stage: "growing trees") { tree in
      var own = source.stream(tree)
      return grower.grow(using: &own)
    }
    features = trees.flatMap(\.features)
    thresholds = trees.flatMap(\.thresholds)
    lengths = trees.flatMap(\.lengths)
    expected = trees.flatMap(\.expected)
    missingGoesLeft = trees.flatMap(\.missingGoesLeft)
  }

  /// The mean path length of each row over all trees.
  package func meanPathLengths(of matrix: Matrix, kernels: Kernels = .best, work: Work) throws(Cancelled)
    -> [Double]
  {
    let columns = columns
    let size = max(8, min(1024, 4096 / max(1, columns) / 8 * 8))
    return try work.fill(matrix.rows, size: size, stage: "scoring") { range, target in
      let rows = Array(matrix.values[range.lowerBound * columns..<range.upperBound * columns])
      var sums = [Double](repeating: 0, count: range.count)
      self.add(rows, range.count, into: &sums, kernels: kernels)
      for i in 0..<range.count {
        let row = rows[i * columns..<(i + 1) * columns]
        target[i] = (row.contains(where: \.isNaN) ? self.sum(ofIncomplete: row) : sums[i]) / Double(treeCount)
      }
    }
  }

  /// The sum over all trees for a row with missing values.
  private func sum(ofIncomplete row: ArraySlice<Double>) -> Double {
    let inner = (1 << depth) - 1
    var sum = 0.0
    for tree in 0..<treeCount {
      var node = 0
      for _ in 0..<depth { node = child(of: node, in: tree * inner, for: row) }
      sum += lengths[(tree << depth) + node - inner]
    }
    return sum
  }

  private func child(of node: Int, in tree: Int, for row: ArraySlice<Double>) -> Int {
    let value = row[row.startIndex + Int(features[tree + node])]
    let goesLeft = value.isNaN ? missingGoesLeft[tree + node] : value < thresholds[tree + node]
    return 2 * node + (goesLeft ? 1 : 2)
  }

  private func add(
    _ rows: [Double], _ count: Int, into sums: inout [Double], kernels: Kernels
  ) {
    // SAFETY: the node arrays hold `treeCount` complete trees of `depth`, features lie below `columns`, the
    // rows are `count * columns` values, the sums `count`; nothing overlaps.
    unsafe features.withUnsafeBufferPointer { features in
      unsafe thresholds.withUnsafeBufferPointer { thresholds in
        unsafe lengths.withUnsafeBufferPointer { lengths in
          unsafe rows.withUnsafeBufferPointer { rows in
            unsafe sums.withUnsafeMutableBufferPointer { sums in
              guard let lengths = lengths.baseAddress, let rows = rows.baseAddress,
                let sums = sums.baseAddress
              else { return }
              if depth == 0 {
                for i in 0..<count {
                  for tree in 0..<treeCount { unsafe sums[i] += lengths[tree] }
                }
                return
              }
              guard let features = features.baseAddress, let thresholds = thresholds.baseAddress else {
                return
              }
              switch kernels {
              case .v3, .v4:
                unsafe KernelsV3.addPathLengths(
                  features: features, thresholds: thresholds, lengths: lengths, trees: 0..<treeCount,
                  depth: depth,
                  rows: rows, rowCount: count, columns: columns, sums: sums)
              case .baseline:
                unsafe KernelsBaseline.addPathLengths(
                  features: features, thresholds: thresholds, lengths: lengths, trees: 0..<treeCount,
                  depth: depth,
                  rows: rows, rowCount: count, columns: columns, sums: sums)
              }
            }
          }
        }
      }
    }
  }

  /// The mean path length of each row, and the mean distance between its values and the thresholds that it met.
  ///
  /// - Source: Xu et al., *Deep isolation forest for anomaly detection*, TKDE 2023, equation 8 for the distance.
  package func pathsAndGaps(of matrix: Matrix, work: Work) throws(Cancelled) -> (
    paths: [Double], gaps: [Double]
  ) {
    let inner = (1 << depth) - 1
    let pairs = try work.fill(matrix.rows, stride: 2, size: 64, stage: "scoring") { range, target in
      for row in range {
        let values = matrix.row(row)
        var (path, gap) = (0.0, 0.0)
        for tree in 0..<treeCount {
          var (node, steps, sum) = (0, 0, 0.0)
          for _ in 0..<depth {
            let here = tree * inner + node
            if thresholds[here] < .infinity {
              sum += abs(values[values.startIndex + Int(features[here])] - thresholds[here])
              steps += 1
            }
            node = child(of: node, in: tree * inner, for: values)
          }
          path += lengths[(tree << depth) + node - inner]
          gap += sum / Double(max(1, steps))
        }
        target[2 * (row - range.lowerBound)] = path / Double(treeCount)
        target[2 * (row - range.lowerBound) + 1] = gap / Double(treeCount)
      }
    }
    return ((0..<matrix.rows).map { pairs[2 * $0] }, (0..<matrix.rows).map { pairs[2 * $0 + 1] })
  }

  /// How much each feature shortens (or, if negative, lengthens) each row's mean path.
  ///
  /// At a node from which `e` more steps are expected, a split on feature f that leads to a child from which `e'` are
  /// expected credits f with e − 1 − e'. Along a path the credits add up to the expected length at the root minus the
  /// row's own, exactly.
  package func contributions(to matrix: Matrix, work: Work) throws(Cancelled) -> Matrix {
    let columns = columns
    let inner = (1 << depth) - 1
    let values = try work.fill(matrix.rows, stride: columns, size: 64, stage: "contributions") {
      range, target in
      for row in range {
        let base = (row - range.lowerBound) * columns
        let values = matrix.row(row)
        for tree in 0..<treeCount {
          var node = 0
          for _ in 0..<depth {
            let here = tree * inner + node
            if thresholds[here] == .infinity { break }
            let next = child(of: node, in: tree * inner, for: values)
            let after =
              next < inner
              ? expected[tree * inner + next] : lengths[(tree << depth) + next - inner] - Double(depth)
            target[base + Int(features[here])] += (expected[here] - 1 - after) / Double(treeCount)
            node = next
          }
        }
      }
    }
    return Matrix(rows: matrix.rows, columns: columns, values: values)
  }
}

/// Grows one tree.
private struct TreeGrower: Sendable {
  let matrix: Matrix
  let sampleSize: Int
  let depth: Int

  struct Tree: Sendable {
    var features: [Int32]
    var thresholds: [Double]
    var missingGoesLeft: [Bool]
    var lengths: [Double]
    var expected: [Double]
  }

  func grow(using random: inout SeededGenerator) -> Tree {
    let leaves = 1 << depth
    var tree = Tree(
      features: [Int32](repeating: 0, count: leaves - 1),
      thresholds: [Double](repeating: .infinity, count: leaves - 1),
      missingGoesLeft: [Bool](repeating: false, count: leaves - 1),
      lengths: [Double](repeating: 0, count: leaves), expected: [Double](repeating: 0, count: leaves - 1))
    var rows = random.sample(sampleSize, of: matrix.rows)
    split(&rows, 0..<rows.count, node: 0, level: 0, &tree, using: &random)
    return tree
  }

  private func split(
    _ rows: inout [Int], _ range: Range<Int>, node: Int, level: Int, _ tree: inout Tree,
    using random: inout SeededGenerator
  ) {
    let inner = tree.features.count
    let rest = IsolationTrees.averagePath(range.count)
    if level == depth {
      tree.lengths[node - inner] = Double(level) + rest
      return
    }
    guard range.count > 1, let (feature, low, high) = choose(rows[range], using: &random) else {
      // Every way down from here ends in the same length.
      tree.expected[node] = rest
      let below = depth - level
      let first = ((node + 1) << below) - (inner + 1)
      for leaf in first..<first + (1 << below) { tree.lengths[leaf] = Double(level) + rest }
      return
    }
    var threshold = high - random.unit() * (high - low)
    if threshold <= low { threshold = high }
    // Missing values come last and join the larger side below.
    var middle = range.lowerBound
    var end = range.upperBound
    var i = middle
    while i < end {
      let value = matrix.values[rows[i] * matrix.columns + feature]
      if value.isNaN {
        end -= 1
        rows.swapAt(i, end)
      } else {
        if value < threshold {
          rows.swapAt(i, middle)
          middle += 1
        }
        i += 1
      }
    }
    let leftIsLarger = middle - range.lowerBound > end - middle
    tree.expected[node] = rest
    tree.features[node] = Int32(feature)
    tree.thresholds[node] = threshold
    tree.missingGoesLeft[node] = leftIsLarger
    if leftIsLarger, end < range.upperBound {
      let right = Array(rows[middle..<end])
      rows.replaceSubrange(middle..<range.upperBound, with: rows[end..<range.upperBound] + right)
      middle += range.upperBound - end
    }
    split(&rows, range.lowerBound..<middle, node: 2 * node + 1, level: level + 1, &tree, using: &random)
    split(&rows, middle..<range.upperBound, node: 2 * node + 2, level: level + 1, &tree, using: &random)
  }

  /// A random feature that varies among the rows, with its range; nil if none does.
  private func choose(
    _ rows: ArraySlice<Int>, using random: inout SeededGenerator
  ) -> (feature: Int, low: Double, high: Double)? {
    var candidates = Array(0..<matrix.columns)
    while !candidates.isEmpty {
      let pick = random.below(candidates.count)
      let feature = candidates[pick]
      var low = Double.infinity
      var high = -Double.infinity
      for row in rows {
        let value = matrix.values[row * matrix.columns + feature]
        if value.isNaN { continue }
        low = min(low, value)
        high = max(high, value)
      }
      if low < high { return (feature, low, high) }
      candidates.swapAt(pick, candidates.count - 1)
      candidates.removeLast()
    }
    return nil
  }
}

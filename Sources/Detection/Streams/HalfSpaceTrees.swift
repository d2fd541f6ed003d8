package import Numerics

/// Judges a row by how few of the last window's rows fell where it falls.
///
/// - Input: see `StreamDetector`; the first window sets the range of each feature.
/// - Output: 1 / (1 + mean mass × 2^depth / window) in 0...1; 0.5 where rows lie as thinly as if spread evenly.
/// - Complexity: O(*t h*) a row, memory O(*t* 2^*h*) for *t* trees of depth *h*.
/// - Source: Tan, Ting and Liu, *Fast anomaly detection for streaming data*, IJCAI 2011, algorithms 1 to 3: 25 trees,
///   windows of 250 rows, a node holding at most a tenth of the window ends the walk.
/// - Differs: depth 10 in place of 15: deeper nodes hold no row of a window of 250.
package struct HalfSpaceTrees: StreamMethod {
  package static let name = "hst"
  package let trees: Int
  package let depth: Int
  package let window: Int

  package init(trees: Int = 25, depth: Int = 10, window: Int = 250) {
    self.trees = trees
    self.depth = depth
    self.window = window
  }

  package func start(features: Int, using random: inout SeededGenerator) throws(DetectionError) -> State {
    if trees < 1 { throw .parameter(name: "trees", reason: "must be at least 1") }
    if !(1...20).contains(depth) { throw .parameter(name: "depth", reason: "must lie in 1...20") }
    if window < 2 { throw .parameter(name: "window", reason: "must hold at least 2 rows") }
    return State(
      window: window, depth: depth,
      trees: (0..<trees).map { _ in Tree(depth: depth, features: features, using: &random) })
  }

  package struct State: StreamState {
    let window: Int
    let depth: Int
    package var warmup: Int { window }
    private var trees: [Tree]
    private var first: [[Double]] = []
    private var lows: [Double] = []
    private var widths: [Double] = []
    private var seen = 0

    fileprivate init(window: Int, depth: Int, trees: [Tree]) {
      self.window = window
      self.depth = depth
      self.trees = trees
    }

    package mutating func take(_ row: [Double]) -> StreamScore {
      seen += 1
      if seen <= window {
        first.append(row)
        if seen == window { begin() }
        return .learning(remaining: window - seen + 1)
      }
      let place = scaled(row)
      let limit = Double(window) / 10
      var mass = 0.0
      for tree in trees.indices { mass += trees[tree].take(place, limit: limit) }
      mass /= Double(trees.count)
      if seen % window == 0 { turn() }
      return .score(1 / (1 + mass / Double(window)))
    }

    /// The ranges of the first window, and its masses as the first reference.
    private mutating func begin() {
      for column in first[0].indices {
        let values = first.map { $0[column] }
        let low = values.min() ?? 0
        lows.append(low)
        widths.append(max((values.max() ?? 0) - low, 1e-300))
      }
      for row in first {
        let place = scaled(row)
        for tree in trees.indices { _ = trees[tree].take(place, limit: -1) }
      }
      first = []
      turn()
    }

    private mutating func turn() { for tree in trees.indices { trees[tree].turn() } }

    private func scaled(_ row: [Double]) -> [Double] {
      row.indices.map { max(-1e9, min((row[$0] - lows[$0]) / widths[$0], 1e9)) }
    }
  }

  /// A full binary tree over half spaces, its root at 1.
  fileprivate struct Tree: Sendable, Codable {
    private let depth: Int
    private var features: [Int32]
    private var splits: [Double]
    /// Rows of the last window and of the one that is filling, at each node.
    private var reference: [Int32]
    private var latest: [Int32]

    init(depth: Int, features count: Int, using random: inout SeededGenerator) {
      self.depth = depth
      let inner = 1 << depth
      features = [Int32](repeating: 0, count: inner)
      splits = [Double](repeating: 0, count: inner)
      reference = [Int32](repeating: 0, count: 2 * inner)
      latest = reference
      var lows: [Double] = []
      var highs: [Double] = []
      for _ in 0..<count {
        let center = random.unit()
        let reach = 2 * max(center, 1 - center)
        lows.append(center - reach)
        highs.append(center + reach)
      }
      grow(1, &lows, &highs, using: &random)
    }

    private mutating func grow(
      _ node: Int, _ lows: inout [Double], _ highs: inout [Double], using random: inout SeededGenerator
    ) {
      if node >= splits.count { return }
      let feature = random.below(lows.count)
      let (low, high) = (lows[feature], highs[feature])
      let middle = (low + high) / 2
      features[node] = Int32(feature)
      splits[node] = middle
      highs[feature] = middle
      grow(2 * node, &lows, &highs, using: &random)
      highs[feature] = high
      lows[feature] = middle
      grow(2 * node + 1, &lows, &highs, using: &random)
      lows[feature] = low
    }

    /// The mass of the node at which a walk for this row ends, times 2^depth of it; counts the row.
    mutating func take(_ row: [Double], limit: Double) -> Double {
      var node = 1
      var level = 0
      var found: Double?
      while true {
        latest[node] += 1
        if found == nil, level == depth || Double(reference[node]) <= limit {
          found = Double(reference[node]) * Double(1 << level)
        }
        if level == depth { return found ?? 0 }
        node = 2 * node + (row[Int(features[node])] < splits[node] ? 0 : 1)
        level += 1
      }
    }

    mutating func turn() {
      swap(&reference, &latest)
      for node in latest.indices { latest[node] = 0 }
    }
  }
}

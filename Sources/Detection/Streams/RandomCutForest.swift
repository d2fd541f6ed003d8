package import Numerics

/// Judges a row by how much simpler random trees of the last rows become without it.
///
/// - Input: see `StreamDetector`; features should be on comparable scales. With a shingle, a row is judged together with
///   the rows before it.
/// - Output: the mean over the trees of the collusive displacement, ≥ 0; about 1 to log₂ of the tree's size is ordinary.
/// - Complexity: O(*t h d*) a row for trees of height *h*, memory O(*t s d*) for *t* trees of *s* rows.
/// - Source: Guha, Mishra, Roy and Schrijvers, *Robust random cut forest based anomaly detection on streams*, ICML 2016,
///   definitions 1 to 3 and algorithms 1 and 2 (insertion, deletion); 100 trees of 256 rows.
/// - Differs: every tree holds the last *s* rows (the paper draws a sample of a longer stream).
package struct RandomCutForest: StreamMethod {
  package static let name = "rrcf"
  package let trees: Int
  package let size: Int
  package let shingle: Int

  package init(trees: Int = 100, size: Int = 256, shingle: Int = 1) {
    self.trees = trees
    self.size = size
    self.shingle = shingle
  }

  package func start(features: Int, using random: inout SeededGenerator) throws(DetectionError) -> State {
    if trees < 1 { throw .parameter(name: "trees", reason: "must be at least 1") }
    if size < 4 { throw .parameter(name: "size", reason: "must be at least 4") }
    if shingle < 1 { throw .parameter(name: "shingle", reason: "must be at least 1") }
    var trees: [RandomCutTree] = []
    for number in 0..<self.trees {
      trees.append(
        RandomCutTree(capacity: size, dimensions: features * shingle, seed: random.stream(number).bits))
    }
    return State(size: size, shingle: shingle, features: features, trees: trees)
  }

  package struct State: StreamState {
    let size: Int
    let shingle: Int
    let features: Int
    package var warmup: Int { size / 2 + shingle - 1 }
    private var trees: [RandomCutTree]
    private var recent: [Double] = []
    private var seen = 0
    private var inserted = 0

    init(size: Int, shingle: Int, features: Int, trees: [RandomCutTree]) {
      self.size = size
      self.shingle = shingle
      self.features = features
      self.trees = trees
    }

    package mutating func take(_ row: [Double]) -> StreamScore {
      recent += row
      if recent.count > features * shingle { recent.removeFirst(features) }
      seen += 1
      if recent.count < features * shingle { return .learning(remaining: warmup - seen + 1) }
      let slot = inserted % size
      var sum = 0.0
      for tree in trees.indices { sum += trees[tree].replace(slot, by: recent) }
      inserted += 1
      return seen <= warmup ? .learning(remaining: warmup - seen + 1) : .score(sum / Double(trees.count))
    }
  }
}

extension SeededGenerator {
  /// A number to start another generator from.
  fileprivate var bits: UInt64 {
    var copy = self
    return copy.next()
  }
}

/// One tree: leaf `i` holds slot `i`, inner nodes come behind.
struct RandomCutTree: Sendable, Codable {
  private let capacity: Int
  private let dimensions: Int
  private var points: [Double]
  private var isUsed: [Bool]
  private var root: Int32 = -1
  private var parent: [Int32]
  private var left: [Int32]
  private var right: [Int32]
  private var feature: [Int32]
  private var cut: [Double]
  private var leaves: [Int32]
  private var lows: [Double]
  private var highs: [Double]
  private var free: [Int32]
  private var state: UInt64

  init(capacity: Int, dimensions: Int, seed: UInt64) {
    self.capacity = capacity
    self.dimensions = dimensions
    let nodes = 2 * capacity
    points = [Double](repeating: 0, count: capacity * dimensions)
    isUsed = [Bool](repeating: false, count: capacity)
    parent = [Int32](repeating: -1, count: nodes)
    left = parent
    right = parent
    feature = [Int32](repeating: 0, count: nodes)
    leaves = feature
    cut = [Double](repeating: 0, count: nodes)
    lows = [Double](repeating: 0, count: nodes * dimensions)
    highs = lows
    free = (Int32(capacity)..<Int32(nodes)).reversed()
    state = seed
  }

  /// Puts a point where the oldest was; its collusive displacement.
  mutating func replace(_ slot: Int, by point: [Double]) -> Double {
    if isUsed[slot] { remove(slot) }
    for (d, value) in point.enumerated() {
      points[slot * dimensions + d] = value
      lows[slot * dimensions + d] = value
      highs[slot * dimensions + d] = value
    }
    leaves[slot] = 1
    isUsed[slot] = true
    insert(slot)
    return displacement(slot)
  }

  /// The largest ratio, on the way up, of what lies beside to what would go along.
  func displacement(_ slot: Int) -> Double {
    var node = Int32(slot)
    var largest = 0.0
    while parent[Int(node)] >= 0 {
      let above = Int(parent[Int(node)])
      let sibling = left[above] == node ? right[above] : left[above]
      largest = max(largest, Double(leaves[Int(sibling)]) / Double(leaves[Int(node)]))
      node = Int32(above)
    }
    return largest
  }

  private mutating func insert(_ slot: Int) {
    parent[slot] = -1
    guard root >= 0 else {
      root = Int32(slot)
      return
    }
    var node = Int(root)
    while true {
      // A cut of the box that the point makes with the subtree's, in proportion to the sides.
      var total = 0.0
      for d in 0..<dimensions { total += side(node, slot, d) }
      var place = unit() * total
      var chosen = 0
      while chosen < dimensions - 1, place > side(node, slot, chosen) {
        place -= side(node, slot, chosen)
        chosen += 1
      }
      let value = points[slot * dimensions + chosen]
      let low = lows[node * dimensions + chosen]
      let high = highs[node * dimensions + chosen]
      let position = min(low, value) + place
      let isBelow = value <= position && position < low
      let isAbove = position >= high && position < value
      // Equal points share a place: an even cut between them that no later walk confuses.
      if isBelow || isAbove || node < capacity {
        separate(
          slot, from: node, feature: chosen, cut: isAbove ? position : isBelow ? position : value,
          below: !isAbove)
        return
      }
      let goesLeft = points[slot * dimensions + Int(feature[node])] <= cut[node]
      node = Int(goesLeft ? left[node] : right[node])
    }
  }

  private func side(_ node: Int, _ slot: Int, _ d: Int) -> Double {
    let value = points[slot * dimensions + d]
    return max(highs[node * dimensions + d], value) - min(lows[node * dimensions + d], value)
  }

  /// Puts a new inner node above `node`, with the point on the other side.
  private mutating func separate(
    _ slot: Int, from node: Int, feature chosen: Int, cut position: Double, below: Bool
  ) {
    guard let added = free.popLast() else { return }
    let above = parent[node]
    let inner = Int(added)
    parent[inner] = above
    feature[inner] = Int32(chosen)
    cut[inner] = position
    left[inner] = Int32(below ? slot : node)
    right[inner] = Int32(below ? node : slot)
    parent[slot] = added
    parent[node] = added
    if above < 0 {
      root = added
    } else if left[Int(above)] == Int32(node) {
      left[Int(above)] = added
    } else {
      right[Int(above)] = added
    }
    update(from: added)
  }

  private mutating func remove(_ slot: Int) {
    isUsed[slot] = false
    let above = parent[slot]
    if above < 0 {
      root = -1
      return
    }
    let sibling = left[Int(above)] == Int32(slot) ? right[Int(above)] : left[Int(above)]
    let top = parent[Int(above)]
    parent[Int(sibling)] = top
    free.append(above)
    if top < 0 {
      root = sibling
      return
    }
    if left[Int(top)] == above { left[Int(top)] = sibling } else { right[Int(top)] = sibling }
    update(from: top)
  }

  /// Counts and boxes, from a node to the root.
  private mutating func update(from start: Int32) {
    var node = start
    while node >= 0 {
      let (at, a, b) = (Int(node), Int(left[Int(node)]), Int(right[Int(node)]))
      leaves[at] = leaves[a] + leaves[b]
      for d in 0..<dimensions {
        lows[at * dimensions + d] = min(lows[a * dimensions + d], lows[b * dimensions + d])
        highs[at * dimensions + d] = max(highs[a * dimensions + d], highs[b * dimensions + d])
      }
      node = parent[at]
    }
  }

  /// SplitMix64 (Steele, Lea and Flood, 2014), so that the tree can be saved with its generator.
  private mutating func unit() -> Double {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }
}

import Numerics

/// Turns any pattern of bits into one of few columns, so that like patterns share columns.
///
/// - Complexity: O(bits on × columns) a pattern; memory 4 × bits × columns bytes.
/// - Source: Cui, Ahmad and Hawkins, *The HTM spatial pooler*, Frontiers in Computational Neuroscience 2017, equations 1 to 7
///   with global inhibition; without boosting, as in Numenta's setting for the anomaly benchmark.
struct SpatialPooler: Sendable, Codable {
  let columns: Int
  let bits: Int
  /// Columns that stay on.
  let kept: Int
  /// By bit, then by column; below 0 where there is no synapse.
  private var permanences: [Float]
  /// Columns in the order in which those with as many bits come on.
  private let order: [Int32]

  private static let potential = 0.8
  private static let connected: Float = 0.2
  private static let up: Float = 0.003
  private static let down: Float = 0.0005

  init(bits: Int, columns: Int, kept: Int, using random: inout SeededGenerator) {
    self.bits = bits
    self.columns = columns
    self.kept = min(kept, columns)
    permanences = (0..<bits * columns).map { _ in
      if random.unit() >= Self.potential { return -1 }
      let share = Float(random.unit())
      return random.unit() < 0.5 ? Self.connected * share : Self.connected + (1 - Self.connected) * share
    }
    order = random.sample(columns, of: columns).map(Int32.init)
  }

  /// The columns that are on, ascending; learns them.
  mutating func take(_ active: [Int]) -> [Int] {
    var overlaps = [Int32](repeating: 0, count: columns)
    for bit in active {
      let base = bit * columns
      for column in 0..<columns { overlaps[column] += permanences[base + column] >= Self.connected ? 1 : 0 }
    }
    let chosen = best(overlaps, most: active.count)
    var isOn = [Bool](repeating: false, count: bits)
    for bit in active { isOn[bit] = true }
    for bit in 0..<bits {
      let step = isOn[bit] ? Self.up : -Self.down
      for column in chosen {
        let cell = bit * columns + column
        if permanences[cell] >= 0 { permanences[cell] = min(max(permanences[cell] + step, 0), 1) }
      }
    }
    return chosen
  }

  /// The columns with the largest overlaps, found by counting; ascending.
  private func best(_ overlaps: [Int32], most: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: most + 1)
    for overlap in overlaps { counts[Int(overlap)] += 1 }
    var (level, above) = (most, 0)
    while level > 0, above + counts[level] < kept {
      above += counts[level]
      level -= 1
    }
    var chosen = overlaps.indices.filter { overlaps[$0] > level }
    for column in order where chosen.count < kept && overlaps[Int(column)] == level {
      chosen.append(Int(column))
    }
    return chosen.sorted()
  }
}

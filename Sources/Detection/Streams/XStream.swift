package import Numerics

/// Judges a row by how few of the last window's rows share its bins along random chains of halvings.
///
/// - Input: see `StreamDetector`; the first window sets location and scale of each feature.
/// - Output: the mean over the chains of −min over the levels *l* of log₂(1 + count) + *l*; higher is rarer.
/// - Complexity: O(*d K* + *C D*) a row for *K* projections and *C* chains of depth *D*; memory 8 *C D* kB.
/// - Randomness: draws projections and chains.
/// - Source: Manzoor, Lamba and Akoglu, *xStream: outlier detection in feature-evolving data streams*, KDD 2018, algorithms
///   1 to 4 (sparse projections, half-space chains, windowed counts in a sketch).
/// - Differs: features are known from the start and standardised; logarithms as in the authors' program; one row of 1,024
///   counters a level instead of a count-min sketch of several.
package struct XStream: StreamMethod {
  package static let name = "xstream"
  package let projections: Int
  package let chains: Int
  package let depth: Int
  package let window: Int

  package init(projections: Int = 50, chains: Int = 50, depth: Int = 15, window: Int = 250) {
    self.projections = projections
    self.chains = chains
    self.depth = depth
    self.window = window
  }

  package func start(features: Int, using random: inout SeededGenerator) throws(DetectionError) -> State {
    if projections < 1 { throw .parameter(name: "projections", reason: "must be at least 1") }
    if chains < 1 { throw .parameter(name: "chains", reason: "must be at least 1") }
    if !(1...60).contains(depth) { throw .parameter(name: "depth", reason: "must lie in 1...60") }
    if window < 2 { throw .parameter(name: "window", reason: "must hold at least 2 rows") }
    let size = (3 / Double(projections)).squareRoot()
    let weights = (0..<features * projections).map { _ -> Double in
      switch random.below(6) {
      case 0: -size
      case 1: size
      default: 0
      }
    }
    return State(
      window: window, projections: projections, weights: weights,
      chains: (0..<chains).map { _ in Chain(depth: depth, projections: projections, using: &random) })
  }

  package struct State: StreamState {
    let window: Int
    let projections: Int
    /// Features × projections.
    let weights: [Double]
    package var warmup: Int { window }
    private var chains: [Chain]
    private var first: [[Double]] = []
    private var centers: [Double] = []
    private var scales: [Double] = []
    private var seen = 0

    fileprivate init(window: Int, projections: Int, weights: [Double], chains: [Chain]) {
      self.window = window
      self.projections = projections
      self.weights = weights
      self.chains = chains
    }

    package mutating func take(_ row: [Double]) -> StreamScore {
      seen += 1
      if seen <= window {
        first.append(row)
        if seen == window { begin() }
        return .learning(remaining: window - seen + 1)
      }
      let place = projected(row)
      var sum = 0.0
      for chain in chains.indices { sum += chains[chain].take(place) }
      if seen % window == 0 { turn() }
      return .score(-sum / Double(chains.count))
    }

    /// Location and scale of the first window, the range of its projections, and its counts.
    private mutating func begin() {
      for column in first[0].indices {
        let (mean, deviation) = moments(of: first.map { $0[column] })
        centers.append(mean)
        scales.append(deviation > 0 ? deviation : 1)
      }
      let places = first.map(projected)
      let widths = (0..<projections).map { axis -> Double in
        let values = places.map { $0[axis] }
        let range = (values.max() ?? 0) - (values.min() ?? 0)
        return range > 0 ? range / 2 : 1
      }
      for chain in chains.indices {
        chains[chain].widths = widths
        for place in places { _ = chains[chain].take(place) }
      }
      first = []
      turn()
    }

    private mutating func turn() { for chain in chains.indices { chains[chain].turn() } }

    private func projected(_ row: [Double]) -> [Double] {
      var result = [Double](repeating: 0, count: projections)
      for (feature, value) in row.enumerated() {
        let z = max(-1e9, min((value - centers[feature]) / scales[feature], 1e9))
        for axis in 0..<projections { result[axis] += z * weights[feature * projections + axis] }
      }
      return result
    }
  }

  /// A chain of halvings with the counts of the last window and of the one that is filling.
  fileprivate struct Chain: Sendable, Codable {
    private let axes: [Int]
    /// Shares of the width by which bins begin earlier.
    private let shifts: [Double]
    var widths: [Double] = []
    private var reference: [Int32]
    private var latest: [Int32]

    private static let counters = 1024

    init(depth: Int, projections: Int, using random: inout SeededGenerator) {
      axes = (0..<depth).map { _ in random.below(projections) }
      shifts = (0..<projections).map { _ in random.unit() }
      reference = [Int32](repeating: 0, count: depth * Self.counters)
      latest = reference
    }

    /// The smallest log₂(1 + count) + level over the levels; counts the row.
    mutating func take(_ place: [Double]) -> Double {
      var position = [Double](repeating: .nan, count: place.count)
      var bins = [Int64](repeating: 0, count: place.count)
      var least = Double.infinity
      // The bins seen so far, as one number that each change of a bin changes.
      var key: UInt64 = 0
      for (level, axis) in axes.enumerated() {
        if position[axis].isNaN {
          position[axis] = place[axis] / widths[axis] + shifts[axis]
        } else {
          key ^= Self.mixed(axis, bins[axis])
          position[axis] = 2 * position[axis] - shifts[axis]
        }
        bins[axis] = Int64(max(-1e15, min(position[axis].rounded(.down), 1e15)))
        key ^= Self.mixed(axis, bins[axis])
        let cell = level * Self.counters + Int(key >> 54)
        least = min(least, logarithm2(1 + Double(reference[cell])) + Double(level + 1))
        latest[cell] += 1
      }
      return least
    }

    private static func mixed(_ axis: Int, _ bin: Int64) -> UInt64 {
      var random = SeededGenerator(seed: UInt64(axis) &* 0x9e37_79b9_7f4a_7c15 ^ UInt64(bitPattern: bin))
      return random.next()
    }

    mutating func turn() {
      swap(&reference, &latest)
      for cell in latest.indices { latest[cell] = 0 }
    }
  }
}

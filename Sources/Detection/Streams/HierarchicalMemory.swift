package import Numerics

/// Judges rows by how improbable the errors of a sequence memory are that predicts each from all before it.
///
/// Values become patterns of bits, like values like patterns; a spatial pooler turns them into few columns, and a temporal
/// memory foretells which columns come next. Its errors are judged by an anomaly likelihood.
///
/// - Input: see `StreamDetector`; the rows that warm it up set how fine each feature is seen.
/// - Output: the likelihood in 0...1; 1 where a feature leaves the range of all values so far by more than a twentieth
///   of its width.
/// - Complexity: about O(columns × 21 *d*) a row and what `TemporalMemory` takes; memory bounded by its segments.
/// - Randomness: bits of values, synapses; the same seed gives the same memory on every machine.
/// - Source: Ahmad, Lavin, Purdy and Agha, *Unsupervised real-time anomaly detection for streaming data*, Neurocomputing
///   2017 (HTM); encoders: Purdy, *Encoding data for HTM systems*, 2016, section on random distributed encoders; sizes of
///   Numenta's setting for the anomaly benchmark.
/// - Differs: the range of values is that of the rows that warm it up, not of the whole series; there is no encoder of
///   the time of day.
package struct HierarchicalMemory: StreamMethod {
  package static let name = "htm"
  package let warmup: Int
  package let columns: Int
  /// Segments that are remembered.
  package let memory: Int

  package init(warmup: Int = 388, columns: Int = 2048, memory: Int = 100_000) {
    self.warmup = warmup
    self.columns = columns
    self.memory = memory
  }

  package func start(features: Int, using random: inout SeededGenerator) throws(DetectionError) -> State {
    if warmup < 2 { throw .parameter(name: "warmup", reason: "must be at least 2") }
    if columns < 64 { throw .parameter(name: "columns", reason: "must be at least 64") }
    if memory < 1000 { throw .parameter(name: "memory", reason: "must be at least 1000") }
    return State(self, features: features, using: &random)
  }

  package struct State: StreamState {
    package let warmup: Int
    private var first: [[Double]] = []
    private var seen = 0
    private var encoders: [ValueEncoder] = []
    private var pooler: SpatialPooler
    private var memory: TemporalMemory
    private var likelihood: AnomalyLikelihood
    private var lows: [Double] = []
    private var highs: [Double] = []
    private let seed: UInt64

    /// Of the columns 2 in 100 are on: 40 of 2048.
    private static let sparsity = 51
    private static let cells = 32
    private static let tolerance = 0.05

    fileprivate init(_ method: HierarchicalMemory, features: Int, using random: inout SeededGenerator) {
      warmup = method.warmup
      pooler = SpatialPooler(
        bits: features * ValueEncoder.bits, columns: method.columns, kept: method.columns / Self.sparsity,
        using: &random)
      memory = TemporalMemory(
        columns: method.columns, kept: method.columns / Self.sparsity, cellsPerColumn: Self.cells,
        most: method.memory, seed: random.next())
      likelihood = AnomalyLikelihood(skipped: method.warmup / 2)
      seed = random.next()
    }

    package mutating func take(_ row: [Double]) -> StreamScore {
      seen += 1
      let isOutside = leavesRange(row)
      if seen <= warmup {
        first.append(row)
        if seen == warmup { begin() }
        return .learning(remaining: warmup - seen + 1)
      }
      let score = likelihood.take(error(of: row), isJudging: true)
      return .score(isOutside ? 1 : score)
    }

    /// Learns the rows that warm it up, now that their range is known.
    private mutating func begin() {
      encoders = lows.indices.map { feature in
        ValueEncoder(
          origin: first[0][feature], range: highs[feature] - lows[feature], offset: feature, seed: seed)
      }
      for row in first { _ = likelihood.take(error(of: row), isJudging: false) }
      first = []
    }

    private mutating func error(of row: [Double]) -> Double {
      let bits = zip(encoders, row).flatMap { $0.active($1) }
      return memory.take(pooler.take(bits))
    }

    private mutating func leavesRange(_ row: [Double]) -> Bool {
      if lows.isEmpty { (lows, highs) = (row, row) }
      var isOutside = false
      for (feature, value) in row.enumerated() {
        let width = highs[feature] - lows[feature]
        let slack = width * Self.tolerance
        if width > 0, value > highs[feature] + slack || value < lows[feature] - slack { isOutside = true }
        lows[feature] = min(lows[feature], value)
        highs[feature] = max(highs[feature], value)
      }
      return isOutside
    }
  }
}

/// Bits for a number: numbers nearer than 21 buckets share some, in proportion.
private struct ValueEncoder: Sendable, Codable {
  static let bits = 400
  private static let on = 21
  /// Buckets over the range, which is widened by a fifth on both sides.
  private static let buckets = 130.0
  private static let margin = 0.2
  private static let farthest = 500.0
  private static let finest = 0.001

  private let origin: Double
  private let resolution: Double
  private let offset: Int
  private let seed: UInt64

  init(origin: Double, range: Double, offset: Int, seed: UInt64) {
    self.origin = origin
    resolution = max(range * (1 + 2 * Self.margin) / Self.buckets, Self.finest)
    self.offset = offset * Self.bits
    self.seed = seed &+ UInt64(offset)
  }

  func active(_ value: Double) -> [Int] {
    let bucket = Int(max(-Self.farthest, min(((value - origin) / resolution).rounded(), Self.farthest)))
    var chosen: [Int] = []
    for step in 0..<Self.on {
      var random = SeededGenerator(seed: seed &+ UInt64(bitPattern: Int64(bucket + step)) &* 0x9e37_79b9)
      let bit = offset + random.below(Self.bits)
      if !chosen.contains(bit) { chosen.append(bit) }
    }
    return chosen
  }
}

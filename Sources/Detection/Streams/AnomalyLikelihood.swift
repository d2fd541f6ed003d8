import Numerics

/// How improbable the last errors of a predictor are beside those of before.
///
/// - Output: 0...1: ln(*q* + 1e-10) / ln(1e-10) for the chance *q* that the mean of ten errors is as large as the last one.
///   Only the first of a run of means with *q* below 1e-5 keeps its number, the others count as 1e-3.
/// - Complexity: O(1) an error, and O(history) every hundredth one.
/// - Source: Ahmad, Lavin, Purdy and Agha, *Unsupervised real-time anomaly detection for streaming data*, Neurocomputing
///   2017, equations 4 to 6, with the floors of deviation and mean, the logarithm and the filter of their program.
struct AnomalyLikelihood: Sendable, Codable, Equatable {
  /// Errors at the start that say nothing yet.
  let skipped: Int
  private var errors: [Double] = []
  private var recent: [Double] = []
  private var seen = 0
  private var mean = 0.0
  private var deviation = 0.0
  private var wasRed = false

  private static let averaged = 10
  private static let history = 8640
  private static let every = 100
  private static let smallestMean = 0.03
  private static let smallestVariance = 0.0003
  private static let red = 1e-5
  private static let yellow = 1e-3
  private static let floor = 1e-10

  init(skipped: Int) { self.skipped = skipped }

  /// Means of ten, oldest first, without those that say nothing.
  private mutating func estimate() {
    let skip = max(0, min(skipped - (seen - errors.count), errors.count))
    let known = errors.dropFirst(skip)
    let mean = known.reduce(0, +) / Double(max(known.count, 1))
    let variance = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(known.count, 1))
    self.mean = max(mean, Self.smallestMean)
    deviation = max(variance, Self.smallestVariance).squareRoot()
  }

  /// Learns an error in 0...1; how improbable it is, once there is something to compare it with.
  mutating func take(_ error: Double, isJudging: Bool) -> Double {
    recent.append(error)
    if recent.count > Self.averaged { recent.removeFirst() }
    let average = recent.reduce(0, +) / Double(recent.count)
    var result = 0.0
    if isJudging {
      if deviation == 0 || seen % Self.every == 0 { estimate() }
      let chance = complementaryErrorFunction((average - mean) / deviation / 2.0.squareRoot()) / 2
      let isRed = chance <= Self.red
      let shown = isRed && wasRed ? Self.yellow : chance
      wasRed = isRed
      result = min(max(logarithm(shown + Self.floor) / logarithm(Self.floor), 0), 1)
    }
    errors.append(average)
    if errors.count > 2 * Self.history { errors.removeFirst(Self.history) }
    seen += 1
    return result
  }
}

package import Numerics

/// Judges each channel by how improbable its value is under the tail of the values that have passed.
///
/// - Input: see `StreamDetector`.
/// - Output: -log₁₀ of the probability of a value at least as far out, for the channel where it is largest; a risk of
///   1e-4 is a score of 4. Both tails count.
/// - Complexity: O(*d*) a row and a fit of at most 1,000 peaks now and then, memory O(*d* (1,000 + drift)).
/// - Source: Siffer, Fouque, Termier and Largouët, *Anomaly detection in streams with extreme value theory*, KDD 2017,
///   algorithms 2 (SPOT) and 3 (DSPOT): initial threshold at the 98% quantile of the first rows, risk 1e-4.
/// - Differs: the score is the probability itself and not an alarm at one risk; the fit is made anew when the peaks have
///   grown by a tenth; the last 1,000 peaks are kept; a tail is never thought to end: where its shape is negative, an
///   exponential one takes its place, so that a value a little beyond all others is not thought impossible.
package struct StreamingPeaks: StreamMethod {
  package static let name = "spot"
  package let warmup: Int
  /// The share of the first rows below the initial threshold.
  package let level: Double
  /// Values more improbable than this are not learned from.
  package let risk: Double
  /// Rows whose mean is taken off first (DSPOT); 0 for none.
  package let drift: Int

  package init(warmup: Int = 200, level: Double = 0.98, risk: Double = 1e-4, drift: Int = 0) {
    self.warmup = warmup
    self.level = level
    self.risk = risk
    self.drift = drift
  }

  package func start(features: Int, using random: inout SeededGenerator) throws(DetectionError) -> State {
    if warmup < 10 { throw .parameter(name: "warmup", reason: "must be at least 10") }
    if !(level > 0.5 && level < 1) { throw .parameter(name: "level", reason: "must lie between 0.5 and 1") }
    if !(risk > 0 && risk < 1 - level) { throw .parameter(name: "risk", reason: "must be below 1 - level") }
    if drift < 0 { throw .parameter(name: "drift", reason: "must not be negative") }
    let channel = Channel(level: level, risk: risk, drift: drift)
    return State(warmup: warmup + drift, channels: [Channel](repeating: channel, count: features))
  }

  package struct State: StreamState {
    package let warmup: Int
    private var channels: [Channel]
    private var seen = 0

    fileprivate init(warmup: Int, channels: [Channel]) {
      self.warmup = warmup
      self.channels = channels
    }

    package mutating func take(_ row: [Double]) -> StreamScore {
      var largest = 0.0
      for (place, value) in row.enumerated() {
        largest = max(
          largest, channels[place].take(value, isLearning: seen < warmup, isLast: seen == warmup - 1))
      }
      seen += 1
      return seen <= warmup ? .learning(remaining: warmup - seen + 1) : .score(largest)
    }
  }

  fileprivate struct Channel: Sendable, Codable {
    let level: Double
    let risk: Double
    let drift: Int
    private var recent: [Double] = []
    private var next = 0
    private var first: [Double] = []
    private var tails: [PeakTail] = []

    init(level: Double, risk: Double, drift: Int) {
      self.level = level
      self.risk = risk
      self.drift = drift
    }

    mutating func take(_ value: Double, isLearning: Bool, isLast: Bool) -> Double {
      if recent.count < drift {
        recent.append(value)
        return 0
      }
      let centered = value - (drift > 0 ? recent.reduce(0) { $0 + $1 / Double(drift) } : 0)
      var score = 0.0
      if isLearning {
        first.append(centered)
        if isLast {
          tails = [PeakTail(first, level: level), PeakTail(first.map { -$0 }, level: level)]
          first = []
        }
      } else {
        score = max(tails[0].surprise(centered), tails[1].surprise(-centered))
        if score <= -logarithm10(risk) {
          tails[0].learn(centered)
          tails[1].learn(-centered)
        }
      }
      // An anomaly does not move the mean.
      if drift > 0, score <= -logarithm10(risk) {
        recent[next] = value
        next = (next + 1) % drift
      }
      return score
    }
  }
}

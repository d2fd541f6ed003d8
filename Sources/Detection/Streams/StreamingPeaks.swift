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
    private var tails: [Tail] = []

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
          tails = [Tail(first, level: level), Tail(first.map { -$0 }, level: level)]
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

  /// One tail of a channel.
  fileprivate struct Tail: Sendable, Codable {
    private let center: Double
    private let threshold: Double
    private var peaks: [Double]
    private var peakCount: Double
    private var count: Double
    private var fittedAt = 0.0
    private var scale = 1.0
    private var shape = 0.0

    private static let mostPeaks = 1000

    init(_ values: [Double], level: Double) {
      let sample = SortedSample(values)
      center = sample.median ?? 0
      let bound = sample.quantile(level) ?? 0
      threshold = bound
      peaks = values.filter { $0 > bound }.map { $0 - bound }
      peakCount = Double(peaks.count)
      count = Double(values.count)
      fit()
    }

    private mutating func fit() {
      fittedAt = peakCount
      if let fitted = GeneralizedPareto(fitting: peaks) {
        let mean = peaks.reduce(0, +) / Double(peaks.count)
        (scale, shape) = fitted.shape > 0 ? (fitted.scale, fitted.shape) : (mean, 0)
      } else {
        // Too few peaks for a fit: an exponential tail, as wide as the body where there is nothing else.
        let mean = peaks.isEmpty ? 0 : peaks.reduce(0, +) / Double(peaks.count)
        (scale, shape) = (max(mean, abs(threshold - center), 1e-300), 0)
      }
    }

    /// -log₁₀ of the chance of a value at least as large; it grows evenly from the center to the threshold.
    func surprise(_ value: Double) -> Double {
      let share = max(peakCount, 0.5) / count
      if value <= threshold {
        if value <= center || threshold <= center { return 0 }
        return (value - center) / (threshold - center) * -logarithm10(share)
      }
      let beyond = (value - threshold) / scale
      let rest = shape < 1e-9 ? beyond : logarithm1p(shape * beyond) / shape
      return min(-logarithm10(share) + rest / 2.302585092994046, 1e6)
    }

    mutating func learn(_ value: Double) {
      count += 1
      if value <= threshold { return }
      peaks.append(value - threshold)
      if peaks.count > Self.mostPeaks { peaks.removeFirst() }
      peakCount += 1
      if peakCount >= 1.1 * fittedAt { fit() }
    }
  }
}

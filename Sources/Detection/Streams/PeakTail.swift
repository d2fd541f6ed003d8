import Numerics

/// The upper tail of a stream, modelled by the peaks over an initial threshold.
///
/// - Complexity: O(1) a value and a fit of at most 1,000 peaks now and then.
/// - Source: Siffer, Fouque, Termier and Largouët, *Anomaly detection in streams with extreme value theory*, KDD 2017,
///   algorithm 2.
/// - Differs: see `StreamingPeaks`.
struct PeakTail: Sendable, Codable {
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

  /// The value that a next one exceeds with the chance `risk`.
  func level(risk: Double) -> Double {
    let share = max(peakCount, 0.5) / count
    if risk >= share { return threshold }
    let rest = logarithm(share / risk)
    return threshold + scale * (shape < 1e-9 ? rest : exponentialMinus1(shape * rest) / shape)
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

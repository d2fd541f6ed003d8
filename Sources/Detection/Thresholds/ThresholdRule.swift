package import Numerics

/// Why no threshold can be set.
package enum ThresholdError: Error, Sendable, Equatable {
  /// No scored row to learn from; `segment` is "" where one threshold serves all rows.
  case noRows(segment: String)
  /// A stream that is longer than what it learns from at first has something to decide on.
  case tooFewRows(needed: Int, got: Int)
  /// Too few scores lie above the initial quantile to fit a tail to.
  case tooFewExceedances(needed: Int, got: Int, segment: String)
  /// All scores above the initial quantile are equal.
  case noTail(segment: String)
  /// More than half of the scores are equal, so that their median deviation is 0.
  case noSpread(segment: String)
  /// The risk is at least the share of scores above the initial quantile.
  case riskAboveTail(risk: Double, tail: Double, segment: String)
  /// Durations need rows with times.
  case noTimes
  /// No normal row apart from the ones to decide on.
  case noNormalRows(segment: String)
}

/// A way of setting a threshold from scores that are mostly normal, without labels.
package protocol ThresholdRule: Sendable, Equatable {
  /// With its parameters, for the reader: `pot, risk 0.001`.
  var summary: String { get }
  /// The threshold; a score above it is an alarm.
  func threshold(of scores: SortedSample, segment: String) throws(ThresholdError) -> Double
  /// Whether decisions on many rows depend on one another, and need normal rows apart from them.
  var needsNormalRows: Bool { get }
  /// The threshold for the very scores that are decided on, by those of normal rows.
  func threshold(
    of normal: SortedSample, deciding scores: [Double], segment: String
  ) throws(ThresholdError) -> Double
}

extension ThresholdRule {
  package var needsNormalRows: Bool { false }
  package func threshold(
    of normal: SortedSample, deciding scores: [Double], segment: String
  ) throws(ThresholdError) -> Double {
    try threshold(of: normal, segment: segment)
  }
}

/// Alarms the share of scores that lies above a quantile of the normal ones.
///
/// - Input: at least one score.
/// - Output: the quantile, interpolated.
/// - Complexity: O(1) on sorted scores.
/// - Source: type 7 of Hyndman and Fan, *Sample quantiles in statistical packages*, The American Statistician 1996.
package struct QuantileThreshold: ThresholdRule {
  /// 0...1.
  package let level: Double
  package init(level: Double) { self.level = level }

  package var summary: String { "quantile, level \(level)" }

  package func threshold(of scores: SortedSample, segment: String) throws(ThresholdError) -> Double {
    guard let value = scores.quantile(level) else { throw .noRows(segment: segment) }
    return value
  }
}

/// Alarms scores that lie many robust standard deviations above the median.
///
/// - Input: scores of which more than half differ from their median.
/// - Output: median + factor × 1.4826 × median absolute deviation.
/// - Complexity: O(*n* log *n*).
/// - Throws: `noSpread` if the deviation is 0, where every score above the median would be an alarm.
/// - Source: Leys et al., *Detecting outliers: do not use standard deviation around the mean, use absolute deviation
///   around the median*, Journal of Experimental Social Psychology 2013, equations 1 and 2.
package struct MedianDeviationThreshold: ThresholdRule {
  package let factor: Double
  package init(factor: Double) { self.factor = factor }

  package var summary: String { "mad, factor \(factor)" }

  package func threshold(of scores: SortedSample, segment: String) throws(ThresholdError) -> Double {
    guard let median = scores.median, let deviation = scores.medianAbsoluteDeviation
    else { throw .noRows(segment: segment) }
    if deviation == 0 { throw .noSpread(segment: segment) }
    return median + factor * Statistics.normalConsistency * deviation
  }
}

/// Alarms scores that a normal row would exceed with a chosen small risk, from a model of the tail.
///
/// The excesses over a high quantile follow a generalised Pareto distribution whatever the scores' own distribution
/// is, so that the threshold can lie beyond the largest score seen.
///
/// - Input: enough scores for ten of them to exceed the initial quantile; without one, it is 98 %, or as much lower as
///   ten excesses need (below ties of the highest scores, if need be), down to the median.
/// - Output: `t + quantile` of the fitted tail at `risk n / nₜ`, where `nₜ` of `n` scores exceed `t`.
/// - Complexity: about 250 passes over the excesses.
/// - Throws: `tooFewExceedances`, `noTail`, `riskAboveTail`.
/// - Source: Siffer et al., *Anomaly detection in streams with extreme value theory*, KDD 2017, equation 1; initial
///   quantile 98 % as in its section 4.2.
/// - Differs: the tail is fitted by the maximum of the profile likelihood over a grid and a golden section, where
///   the paper looks for roots of its derivative (Grimshaw); shapes below -1 are left out.
package struct PeaksOverThreshold: ThresholdRule {
  /// Fewer excesses leave the shape of the tail to chance.
  package static let fewestExceedances = 10

  package let risk: Double
  package let initial: Double?
  private static let usualInitial = 0.98

  package init(risk: Double, initial: Double? = nil) {
    self.risk = risk
    self.initial = initial
  }

  package var summary: String {
    "pot, risk \(risk)" + (initial.map { ", initial quantile \($0)" } ?? "")
  }

  private func initial(among count: Int) -> Double {
    if let initial { return initial }
    let lower = (Double(count - Self.fewestExceedances) - 0.5) / Double(count - 1)
    return lower >= 0.5 ? min(lower, Self.usualInitial) : Self.usualInitial
  }

  /// Where the tail begins: below the ties of the highest scores, as those at the ends of a windowed series.
  private func start(in scores: SortedSample) -> Double? {
    guard let start = scores.quantile(initial(among: scores.count)) else { return nil }
    let place = scores.count - Self.fewestExceedances
    guard initial == nil, place > 0, scores.count - scores.countAtMost(start) < Self.fewestExceedances
    else { return start }
    let below = scores.countBelow(scores.values[place])
    return below > scores.count / 2 ? scores.values[below - 1] : start
  }

  package func threshold(of scores: SortedSample, segment: String) throws(ThresholdError) -> Double {
    guard let start = start(in: scores) else { throw .noRows(segment: segment) }
    let excesses = scores.values[scores.countAtMost(start)...].map { $0 - start }
    if excesses.count < Self.fewestExceedances {
      throw .tooFewExceedances(needed: Self.fewestExceedances, got: excesses.count, segment: segment)
    }
    let tail = Double(excesses.count) / Double(scores.count)
    if risk >= tail { throw .riskAboveTail(risk: risk, tail: tail, segment: segment) }
    guard let law = GeneralizedPareto(fitting: excesses) else { throw .noTail(segment: segment) }
    return start + law.quantile(ofSurvival: risk / tail)
  }
}

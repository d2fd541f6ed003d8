import Numerics

/// Where values usually lie: their median, and how far they stray from it.
///
/// The scale is 1.4826 times the median absolute deviation, at least a thousandth of the median: where nothing ever
/// changed, a change that nobody would notice is none.
package struct RobustRange: Sendable, Equatable {
  package let level: Double
  package let scale: Double

  /// The share of the median below which a change is none.
  private static let resolution = 1e-3

  /// nil without a finite value.
  package init?(_ values: [Double]) {
    let sample = SortedSample(values.filter(\.isFinite))
    guard let level = sample.quantile(0.5), let stray = sample.medianAbsoluteDeviation else { return nil }
    self.level = level
    scale = max(Statistics.normalConsistency * stray, Self.resolution * abs(level), 1e-12)
  }

  /// How many scales a value lies from the level.
  package func departure(of value: Double) -> Double { abs(value - level) / scale }
}

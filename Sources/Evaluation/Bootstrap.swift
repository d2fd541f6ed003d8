package import Numerics

/// How far a metric could lie from its value by the luck of which rows were drawn.
///
/// - Input: judged rows; the metric as a function of rows that may repeat.
/// - Output: the 2.5 % and 97.5 % points of `resamples` metrics on rows drawn with replacement, separately among
///   anomalous and normal rows, so that each draw has as many of both as the data; nil if the metric is undefined.
/// - Randomness: one stream a resample of the given generator.
/// - Source: Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, section 13.3 (percentile interval).
package func bootstrapInterval(
  of judged: LabelledScores, resamples: Int = 200, using random: SeededGenerator, work: Work,
  metric: @Sendable ([Int]) -> Double?
) throws(Cancelled) -> ClosedRange<Double>? {
  let anomalous = judged.labels.indices.filter { judged.labels[$0] }
  let normal = judged.labels.indices.filter { !judged.labels[$0] }
  let values = try work.map(resamples, stage: "bootstrap") { resample -> Double? in
    var random = random.stream(resample)
    var rows: [Int] = []
    rows.reserveCapacity(judged.count)
    for part in [anomalous, normal] {
      for _ in part.indices { rows.append(part[random.below(part.count)]) }
    }
    return metric(rows)
  }
  let sample = SortedSample(values.compactMap(\.self))
  guard sample.count == resamples, let low = sample.quantile(0.025), let high = sample.quantile(0.975)
  else { return nil }
  return low...high
}

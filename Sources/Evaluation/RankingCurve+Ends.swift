import Numerics

extension RankingCurve {
  /// The ROC area up to a false-positive rate, scaled so that chance is one half and perfection 1.
  ///
  /// - Input: the largest false-positive rate that anyone would accept, above 0 and at most 1.
  /// - Output: 0...1; nil without rows of both sorts. The curve is interpolated at the limit.
  /// - Source: McClish, *Analyzing a portion of the ROC curve*, Medical Decision Making 1989, equation 6.
  package func partialArea(upTo limit: Double) -> Double? {
    guard positives > 0, negatives > 0, limit > 0 else { return nil }
    var area = 0.0
    var before = (falseRate: 0.0, trueRate: 0.0)
    for point in points {
      let falseRate = Double(point.falsePositives) / Double(negatives)
      let trueRate = Double(point.truePositives) / Double(positives)
      if falseRate >= limit {
        let share =
          falseRate > before.falseRate ? (limit - before.falseRate) / (falseRate - before.falseRate) : 0
        let trueRateAtLimit = before.trueRate + share * (trueRate - before.trueRate)
        area += (limit - before.falseRate) * (before.trueRate + trueRateAtLimit) / 2
        before = (limit, trueRateAtLimit)
        break
      }
      area += (falseRate - before.falseRate) * (before.trueRate + trueRate) / 2
      before = (falseRate, trueRate)
    }
    let least = limit * limit / 2
    return (1 + (area - least) / (limit - least)) / 2
  }

  /// The precision among as many highest rows as there are anomalies.
  ///
  /// - Output: 0...1, the prevalence for constant scores; nil without anomalous rows.
  /// - Source: Campos et al., *On the evaluation of unsupervised outlier detection*, Data Mining and Knowledge
  ///   Discovery 2016, section 3 (P@n with n the number of outliers).
  /// - Differs: of rows tied at the border each counts by its chance to be among the chosen.
  package var precisionAtAnomalies: Double? {
    guard positives > 0 else { return nil }
    var before = (trues: 0, flagged: 0)
    for point in points {
      let flagged = point.truePositives + point.falsePositives
      if flagged >= positives {
        let share = Double(positives - before.flagged) / Double(flagged - before.flagged)
        return (Double(before.trues) + share * Double(point.truePositives - before.trues)) / Double(positives)
      }
      before = (point.truePositives, flagged)
    }
    return nil
  }

  /// The share of normal rows that must be alarmed for 95 of 100 anomalous ones to be.
  ///
  /// - Output: 0...1; nil without rows of both sorts.
  /// - Source: Hendrycks and Gimpel, *A baseline for detecting misclassified and out-of-distribution examples*, ICLR
  ///   2017; at the highest threshold that reaches the rate, without interpolation.
  package var falsePositiveRateAt95: Double? {
    guard positives > 0, negatives > 0 else { return nil }
    return points.first { 100 * $0.truePositives >= 95 * positives }
      .map { Double($0.falsePositives) / Double(negatives) }
  }
}

package import Numerics

/// Alarms scores far above the upper quartile, in lengths of the box between the quartiles.
///
/// - Input: scores whose quartiles differ.
/// - Output: Q3 + factor × (Q3 − Q1); 1.5 marks outliers and 3 far-out ones.
/// - Complexity: O(1) on sorted scores.
/// - Throws: `noSpread` if the quartiles are equal.
/// - Source: Tukey, *Exploratory Data Analysis*, 1977, section 2D.
package struct QuartileThreshold: ThresholdRule {
  package let factor: Double
  package init(factor: Double = 1.5) { self.factor = factor }

  package var summary: String { "iqr, factor \(factor)" }

  package func threshold(of scores: SortedSample, segment: String) throws(ThresholdError) -> Double {
    guard let low = scores.quantile(0.25), let high = scores.quantile(0.75)
    else { throw .noRows(segment: segment) }
    if high == low { throw .noSpread(segment: segment) }
    return high + factor * (high - low)
  }
}

/// Alarms squared distances that a normal row exceeds with a chosen risk, by the law that such distances follow.
///
/// - Input: squared distances of rows of which at least half are normal, such as those of `mahalanobis` and `mcd`; how
///   many independent features they are made of.
/// - Output: the χ² quantile at the risk, times the median score over the law's own median, so that a spread that was
///   estimated too small or too large does not move it.
/// - Complexity: O(1) on sorted scores.
/// - Throws: `noSpread` if the median score is not above 0.
/// - Source: Maronna and Zamar, *Robust estimates of location and dispersion for high-dimensional datasets*,
///   Technometrics 2002, equation 6 (the cut at the corrected χ² quantile).
package struct ChiSquareThreshold: ThresholdRule {
  package let degrees: Int
  package let risk: Double

  package init(degrees: Int, risk: Double) {
    self.degrees = degrees
    self.risk = risk
  }

  package var summary: String { "chi2, degrees \(degrees), risk \(risk)" }

  package func threshold(of scores: SortedSample, segment: String) throws(ThresholdError) -> Double {
    guard let median = scores.median else { throw .noRows(segment: segment) }
    if median <= 0 { throw .noSpread(segment: segment) }
    let law = ChiSquare(degrees: Double(degrees))
    return median / law.quantile(0.5) * law.quantile(ofSurvival: risk)
  }
}

import Numerics

/// Counts standard deviations above the mean, or robust ones above the median.
///
/// - Input: one reference score at least.
/// - Output: deviations; a reference that does not vary leaves the distance from it.
/// - Source: Aggarwal and Sathe, *Theoretical foundations and algorithms for outlier ensembles*, SIGKDD Explorations
///   2015, section 2; Leys et al., 2013, for the median.
package struct DeviationCalibration: CalibrationRule {
  package let isRobust: Bool
  package init(isRobust: Bool) { self.isRobust = isRobust }

  package func fitted(
    reference: [Double], labels: [Bool], segment: String
  ) throws(CalibrationError) -> any FittedCalibration {
    let (center, scale) = isRobust ? medianMoments(of: reference) : moments(of: reference)
    return Fitted(center: center, scale: scale > 0 ? scale : 1)
  }

  struct Fitted: FittedCalibration {
    let center: Double
    let scale: Double
    func score(_ raw: Double) -> Double { (raw - center) / scale }
  }
}

/// Makes probabilities of scores that are about normally distributed.
///
/// - Input: one reference score at least.
/// - Output: max(0, erf((*x* − mean) / (√2 sd))), in 0...1; what lies below the mean becomes 0 and what lies far above 1,
///   so that ranks get lost there.
/// - Source: Kriegel, Kröger, Schubert and Zimek, *Interpreting and unifying outlier scores*, SDM 2011, section 4.2
///   (Gaussian scaling).
package struct UnifyingCalibration: CalibrationRule {
  package init() {}

  package func fitted(
    reference: [Double], labels: [Bool], segment: String
  ) throws(CalibrationError) -> any FittedCalibration {
    let (center, scale) = moments(of: reference)
    return Fitted(center: center, scale: scale > 0 ? scale : 1)
  }

  struct Fitted: FittedCalibration {
    let center: Double
    let scale: Double

    func score(_ raw: Double) -> Double {
      max(0, errorFunction((raw - center) / scale / 2.0.squareRoot()))
    }
    func probability(_ raw: Double) -> Double? { score(raw) }
  }
}

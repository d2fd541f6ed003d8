import Numerics

/// Counts what share of the reference scores lies below.
///
/// - Input: *n* ≥ 1 reference scores.
/// - Output: 1 − *p* with *p* = (1 + reference scores at least as high) / (*n* + 1), in 0...1; all scores above the whole
///   reference are equal.
/// - Complexity: O(log *n*) a score.
/// - Source: Vovk, Gammerman and Shafer, *Algorithmic Learning in a Random World*, 2005, equation 2.20 (conformal p-value).
package struct EmpiricalCalibration: CalibrationRule {
  package init() {}

  package func fitted(
    reference: [Double], labels: [Bool], segment: String
  ) throws(CalibrationError) -> any FittedCalibration { Fitted(sample: SortedSample(reference)) }

  struct Fitted: FittedCalibration {
    let sample: SortedSample

    /// The share below, of one more than there are.
    func score(_ raw: Double) -> Double { Double(sample.countBelow(raw)) / Double(sample.count + 1) }
    func probability(_ raw: Double) -> Double? { score(raw) }
  }
}

/// Says how rare a score is, also beyond all that were seen.
///
/// - Input: reference scores of which ten at least exceed the initial quantile *t* and differ.
/// - Output: −log10 of the chance of a score as high: 3 is one in a thousand. Up to *t* the chance is the share of
///   reference scores at least as high (plus one, of one more), beyond it that share at *t* times the tail of a generalised
///   Pareto distribution fitted to the excesses.
/// - Complexity: about 250 passes over the excesses, then O(log *n*) a score.
/// - Throws: `tooFewExceedances`, `noTail`.
/// - Source: Coles, *An Introduction to Statistical Modeling of Extreme Values*, 2001, section 4.2; Siffer et al., KDD 2017.
/// - Differs: beyond the end of a bounded tail, or where the chance is below 1e-300, it goes on falling as 1 / distance.
package struct TailCalibration: CalibrationRule {
  /// The quantile above which the tail begins.
  package let initial: Double
  package init(initial: Double = 0.9) { self.initial = initial }

  package func fitted(
    reference: [Double], labels: [Bool], segment: String
  ) throws(CalibrationError) -> any FittedCalibration {
    let sample = SortedSample(reference)
    guard let start = sample.quantile(initial) else { throw .noRows(segment: segment) }
    let excesses = sample.values[sample.countAtMost(start)...].map { $0 - start }
    if excesses.count < PeaksOverThreshold.fewestExceedances {
      throw .tooFewExceedances(
        needed: PeaksOverThreshold.fewestExceedances, got: excesses.count, segment: segment)
    }
    guard let law = GeneralizedPareto(fitting: excesses) else { throw .noTail(segment: segment) }
    return Fitted(sample: sample, start: start, law: law)
  }

  struct Fitted: FittedCalibration {
    let sample: SortedSample
    let start: Double
    let law: GeneralizedPareto

    private static let smallest = 1e-300

    /// The share of the reference at or above, never 0.
    private func share(_ raw: Double) -> Double {
      Double(1 + sample.count - sample.countBelow(raw)) / Double(sample.count + 1)
    }

    func score(_ raw: Double) -> Double {
      if raw <= start { return -logarithm10(share(raw)) }
      let beyond = Double(1 + sample.count - sample.countAtMost(start)) / Double(sample.count + 1)
      let excess = raw - start
      let survival = law.survival(excess)
      if survival > Self.smallest { return -logarithm10(beyond) - logarithm10(survival) }
      // Where the law leaves nothing: the excess at which it has `smallest` left, and on from there.
      let end = law.quantile(ofSurvival: Self.smallest)
      return -logarithm10(beyond) - logarithm10(Self.smallest)
        + logarithm10(max(1, 1 + (excess - end) / law.scale))
    }

    func probability(_ raw: Double) -> Double? { 1 - power(10, -score(raw)) }
  }
}

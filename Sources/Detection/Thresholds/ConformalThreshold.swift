package import Numerics

/// Alarms rows whose scores are rare among normal ones, so that few alarms are false on average.
///
/// A row's p-value is how often a normal row scores at least as high. Of *m* rows those with the *k* smallest p-values
/// are alarmed, where *k* is the largest number with p ≤ rate × *k* / *m*.
///
/// - Input: scores of normal rows that the model was not fitted on, and the scores to decide on.
/// - Output: the score above which rows are alarmed; the largest score if none is.
/// - Complexity: O((*n* + *m*) log *n*).
/// - Throws: `noNormalRows` without normal rows apart from those decided on.
/// - Source: Bates, Candès, Lei, Romano and Sesia, *Testing for outliers with conformal p-values*, Annals of Statistics
///   2023, equations 1 and 6; Benjamini and Hochberg, *Controlling the false discovery rate*, 1995, procedure 1.
/// - Differs: the p-values are the marginal ones; ties count against the row.
package struct ConformalThreshold: ThresholdRule {
  /// The expected share of alarms that are false.
  package let rate: Double

  package init(rate: Double) { self.rate = rate }

  package var summary: String { "conformal, false discovery rate \(rate)" }
  package var needsNormalRows: Bool { true }

  /// With no row to decide on but those learned from, every one of them is its own p-value.
  package func threshold(of scores: SortedSample, segment: String) throws(ThresholdError) -> Double {
    throw .noNormalRows(segment: segment)
  }

  package func threshold(
    of normal: SortedSample, deciding scores: [Double], segment: String
  ) throws(ThresholdError) -> Double {
    if normal.count == 0 { throw .noNormalRows(segment: segment) }
    let descending = scores.sorted(by: >)
    let count = Double(normal.count)
    var allowed: Int?
    for (place, score) in descending.enumerated() {
      let atLeast = normal.count - normal.countBelow(score)
      let limit = rate * Double(place + 1) / Double(descending.count)
      if Double(1 + atLeast) / (count + 1) <= limit { allowed = atLeast }
    }
    guard let allowed, allowed < normal.count
    else { return max(descending.first ?? 0, normal.values[normal.count - 1]) }
    // Fewer than `allowed + 1` normal scores reach a score above this one.
    return normal.values[normal.count - 1 - allowed]
  }
}

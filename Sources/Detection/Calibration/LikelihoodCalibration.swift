import Numerics
package import Values

/// Turns the scores of moments into how improbable the last ten of them are beside those of before.
///
/// A detector that judges row by row is often a little surprised; what counts is when it is surprised more often than it was.
///
/// - Input: scores of rows in order of time, each segment for itself.
/// - Output: 0...1, 0 for the rows that are learned from; see `AnomalyLikelihood`, which takes errors *e* / (*e* + *s*), where
///   *e* is how far a score lies above the median of the rows to learn from and *s* how far their 99 % quantile does.
/// - Complexity: O(*n*), and a look at up to 17,280 earlier rows every hundredth row.
/// - Source: Ahmad, Lavin, Purdy and Agha, *Unsupervised real-time anomaly detection for streaming data*, Neurocomputing
///   2017, equations 4 to 6.
/// - Differs: the paper knows errors of one predictor, which are shares by themselves.
package struct LikelihoodCalibration: Sendable, Equatable {
  package init() {}

  private static let high = 0.99

  package func calibrate(_ scores: Scores) throws(CalibrationError) -> Scores {
    var values = scores.values
    for run in scores.index.runs {
      let rows = ThresholdRows.choose(in: scores, among: run.rows).rows
      let reference = rows.map { scores.values[$0] }.sorted()
      guard let last = rows.last else { throw .noRows(segment: run.name) }
      let middle = reference[reference.count / 2]
      let spread = reference[Int(Self.high * Double(reference.count - 1))] - middle
      // Where all rows are learned from, a first part of them must do.
      let learned = rows.count == run.rows.count ? run.rows.lowerBound + rows.count / 7 : last + 1
      var likelihood = AnomalyLikelihood(skipped: (learned - run.rows.lowerBound) / 2)
      for row in run.rows where scores.isScored(row) {
        let above = max(0, min(scores.values[row], largestScore) - middle)
        let error = above == 0 ? 0 : above / (above + max(spread, 0))
        values[row] = likelihood.take(error, isJudging: row >= learned)
      }
    }
    return Scores(
      index: scores.index, values: values, method: scores.method, presence: scores.presence,
      fitted: scores.fitted, contributions: scores.contributions, maker: scores.maker)
  }
}

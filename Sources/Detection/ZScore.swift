package import Numerics
package import Values

/// Scores rows by how many standard deviations their features lie from the mean.
///
/// - Input: `n` × `d`; missing values are skipped, a row without any value scores 0.
/// - Output: |z| ≥ 0 in standard deviations, summarised over the features; at most 1e100.
/// - Complexity: fit and score O(*n d*).
/// - Throws: `tooFewRows` below two rows.
/// - Source: Grubbs, *Procedures for detecting outlying observations in samples*, Technometrics 1969, equation 1.
/// - Differs: a feature that never varied has scale 1, so that another value scores its distance.
package struct ZScore: Detector, Equatable {
  package static let name = "zscore"
  package let summary: DeviationSummary

  package init(summary: DeviationSummary = .largest) { self.summary = summary }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    try training.require(rows: 2)
    let fitted = try cancellable { () throws(Cancelled) in
      try ColumnFigures(training.matrix, work: work, stage: "fitting")
    }
    return Model(
      deviations: Deviations(
        centers: fitted.means, scales: fitted.deviations.map { $0 > 0 ? $0 : 1 }, summary: summary))
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = ZScore.name
    let deviations: Deviations

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try deviations.scores(of: rows, work: work)
    }

    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      try deviations.contributions(to: rows, meaning: "standard deviations from the mean", work: work)
    }
  }
}

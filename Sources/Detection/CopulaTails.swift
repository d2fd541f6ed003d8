package import Numerics
package import Values

/// Scores rows by how unlikely the tails of the empirical copula are in which they lie.
///
/// - Input: `n` × `d`, any scale: only the order within a column matters. A missing value adds nothing.
/// - Output: the sum of tail surprises −log p over the features, ≥ 0, in nats.
/// - Complexity: fit O(*n d*), score O(*n d* log *n*); memory 8 *n d* bytes.
/// - Throws: `tooFewRows` below two rows.
/// - Source: Li, Zhao, Botta, Ionescu and Hu, *COPOD: copula-based outlier detection*, ICDM 2020, algorithm 1.
/// - Differs: a feature's term is the larger of its skewness-chosen tail and the mean of both tails, as in PyOD, where
///   the paper takes the largest of three sums. New rows are compared with the training rows alone.
package struct CopulaTails: Detector, Equatable {
  package static let name = "copod"

  package init() {}

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    try training.require(rows: 2)
    return Model(tails: try TailSurprises(training, rule: .skewed, work: work))
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = CopulaTails.name
    let tails: TailSurprises

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try tails.scores(of: rows, work: work)
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      try tails.scoresOfTraining(training, work: work)
    }

    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      try tails.contributions(to: rows, work: work)
    }
  }
}

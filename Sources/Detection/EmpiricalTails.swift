package import Numerics
package import Values

/// Scores rows by how far out in the tail of each feature's distribution they lie.
///
/// - Input: `n` × `d`, any scale: only the order within a column matters. A missing value adds nothing; a
///   category's term is −log of the share of its level.
/// - Output: the sum of tail surprises −log p over the features, ≥ 0, in nats.
/// - Complexity: fit O(*n d*), score O(*n d* log *n*); memory 8 *n d* bytes.
/// - Throws: `tooFewRows` below two rows.
/// - Source: Li, Zhao, Hu, Botta, Ionescu and Chen, *ECOD: unsupervised outlier detection using empirical cumulative
///   distribution functions*, TKDE 2022, algorithm 1.
/// - Differs: a feature's term is the largest of its left, right and skewness-chosen tails, as in PyOD, where the paper
///   takes the largest of three sums. New rows are compared with the training rows alone; beyond their range the tail
///   has probability 1 / (n + 1).
package struct EmpiricalTails: Detector, Equatable {
  package static let name = "ecod"

  package init() {}

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    try training.require(rows: 2)
    return Model(tails: try TailSurprises(training, rule: .largest, work: work))
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = EmpiricalTails.name
    package static let takesCategories = true
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

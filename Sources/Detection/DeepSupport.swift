package import Learning
package import Numerics
import Values

/// Scores rows by how far a network that gathers normal rows at one point maps them from it.
///
/// - Input: `n` × `d`, complete. Shifting or scaling a column does not matter.
/// - Output: a squared distance ≥ 0, no unit.
/// - Complexity: O(*e n p*) for *e* epochs and *p* weights; scores O(*n p*).
/// - Randomness: weights, held-out rows and order of rows.
/// - Throws: `tooFewRows` below two rows, `missing` for incomplete rows.
/// - Source: Ruff et al., *Deep one-class classification*, ICML 2018, equation 4 (one-class Deep SVDD), weight decay 1e-6.
/// - Differs: the center is the mean of the first outputs of a random network, without training an autoencoder first; the
///   last layer is rectified as the others are; a tenth of the rows is held out and decides when to stop.
package struct DeepSVDD: Detector, Equatable {
  package static let name = "deepsvdd"

  /// Widths of the layers; the last is the space in which rows gather.
  package let widths: [Int]
  package let descent: Descent

  package init(
    widths: [Int] = [64, 32],
    descent: Descent = Descent(epochs: 100, batchSize: 32, rate: 1e-3, patience: 10, decay: 1e-6)
  ) {
    self.widths = widths
    self.descent = descent
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    Model(
      sphere: try HiddenSphere(training, widths: widths, descent: descent, using: &random, work: work))
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = DeepSVDD.name
    package static let needsCompleteRows = true
    let sphere: HiddenSphere

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try sphere.distances(of: rows, work: work)
    }
  }
}

/// Scores rows as Deep SVDD does, and learns from the labels of some training rows, if there are any.
///
/// - Input: `n` × `d`, complete, with labels of none, some or all rows.
/// - Output: a squared distance ≥ 0, no unit.
/// - Complexity: as of Deep SVDD.
/// - Randomness: weights, held-out rows and order of rows.
/// - Throws: `tooFewRows` below two rows, `missing` for incomplete rows.
/// - Source: Ruff et al., *Deep semi-supervised anomaly detection*, ICLR 2020, equation 7, η = 1: known anomalies are pushed
///   away from the center, known normal rows drawn to it.
/// - Differs: as Deep SVDD; rows known to be anomalous do not take part in the center.
package struct DeepSAD: Detector, Equatable {
  package static let name = "deepsad"

  package let widths: [Int]
  /// Weight of a labelled row beside an unlabelled one.
  package let eta: Double
  package let descent: Descent

  package init(
    widths: [Int] = [64, 32], eta: Double = 1,
    descent: Descent = Descent(epochs: 100, batchSize: 32, rate: 1e-3, patience: 10, decay: 1e-6)
  ) {
    self.widths = widths
    self.eta = eta
    self.descent = descent
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if training.labels.allSatisfy({ $0 == true }), !training.labels.isEmpty {
      throw .parameter(name: "labels", reason: "must leave some rows that are not known to be anomalous")
    }
    return Model(
      sphere: try HiddenSphere(
        training, widths: widths, descent: descent, labels: training.labels, eta: eta, using: &random,
        work: work))
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = DeepSAD.name
    package static let needsCompleteRows = true
    let sphere: HiddenSphere

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try sphere.distances(of: rows, work: work)
    }
  }
}

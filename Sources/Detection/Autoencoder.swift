package import Learning
package import Numerics
package import Values

/// Scores rows by how badly a narrow network reproduces them.
///
/// The network must press each row through fewer numbers than it has features; it learns what normal rows have in
/// common, and a row without that comes out different.
///
/// - Input: `n` × `d`, complete. Shifting or scaling a column does not matter.
/// - Output: the mean over features of the squared error in standard deviations, ≥ 0.
/// - Complexity: O(*e n d h*) for *e* epochs and a hidden width *h* below *d*; scores O(*n d h*).
/// - Randomness: weights, held-out rows and order of rows; the same seed gives the same network.
/// - Throws: `tooFewRows` below two rows, `missing` for incomplete rows.
/// - Source: Hawkins et al., *Outlier detection using replicator neural networks*, DaWaK 2002, equations 1 and 2.
/// - Differs: three hidden layers with tanh, also in the middle, where the paper has a staircase; trained by Adam with
///   early stopping; values are standardised and held within 1000 standard deviations.
package struct Autoencoder: Detector, Equatable {
  package static let name = "autoencoder"

  /// Width of the narrowest layer as a share of the features, at least one number.
  package let bottleneck: Double
  package let training: Training

  package init(
    bottleneck: Double = 0.25,
    training: Training = Training(epochs: 200, batchSize: 32, rate: 0.003, heldOut: 0.1, patience: 15)
  ) {
    self.bottleneck = bottleneck
    self.training = training
  }

  package func fit(
    _ observations: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    let matrix = observations.matrix
    let rows = try NetworkRows(observations, work: work)
    let input = try rows.input(observations, work: work)
    let narrow = max(1, Int((Double(matrix.columns) * bottleneck).rounded()))
    let middle = max(narrow, (matrix.columns + narrow + 1) / 2)
    let network = Network(
      widths: [matrix.columns, middle, narrow, middle, matrix.columns], activation: .tanh, using: &random)
    var generator = random
    let trained = try cancellable { () throws(Cancelled) in
      try training.fit(network, input: input, target: input, using: &generator, work: work)
    }
    random = generator
    return Model(rows: rows, network: trained.network)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = Autoencoder.name
    package static let needsCompleteRows = true
    let rows: NetworkRows
    let network: Network

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let errors = try squaredErrors(of: rows, work: work)
      return (0..<errors.rows).map { errors.row($0).reduce(0, +) / Double(errors.columns) }
    }

    /// Each feature's squared error: the score is their mean.
    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      Contributions(
        matrix: try squaredErrors(of: rows, work: work), features: rows.features, blocks: rows.blocks,
        meaning: "squared reconstruction error")
    }

    private func squaredErrors(of observations: Observations, work: Work) throws(DetectionError) -> Matrix {
      try rows.map(observations, width: observations.matrix.columns, work: work) { input, target in
        let output = network.apply(input)
        for (cell, (value, found)) in zip(input.values, output.values).enumerated() {
          target[cell] = (value - found) * (value - found)
        }
      }
    }
  }
}

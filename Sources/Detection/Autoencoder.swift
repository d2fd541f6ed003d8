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
/// - Randomness: weights, held-out rows, order of rows and cells left out; the same seed gives the same network.
/// - Throws: `tooFewRows` below two rows, `missing` for incomplete rows.
/// - Source: Hawkins et al., *Outlier detection using replicator neural networks*, DaWaK 2002, equations 1 and 2.
/// - Differs: three hidden layers with tanh, also in the middle, where the paper has a staircase; trained by Adam with
///   early stopping and dropout (Srivastava et al., JMLR 2014), without which anomalies among the rows are learnt by heart; values are standardised and held within 1000 standard deviations.
package struct Autoencoder: Detector, Equatable {
  package static let name = "autoencoder"

  /// Width of the narrowest layer as a share of the features, at least one number.
  package let bottleneck: Double
  /// The share of cells between layers that are left out in each step of training.
  package let dropout: Double
  package let descent: Descent

  package init(
    bottleneck: Double = 0.25, dropout: Double = 0.2,
    descent: Descent = Descent(epochs: 200, batchSize: 32, rate: 0.003, patience: 15)
  ) {
    self.bottleneck = bottleneck
    self.dropout = dropout
    self.descent = descent
  }

  package func fit(
    _ observations: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    let d = observations.matrix.columns
    let rows = try NetworkRows(observations, work: work)
    let input = try rows.input(observations, work: work)
    let narrow = max(1, Int((Double(d) * bottleneck).rounded()))
    let middle = max(narrow, (d + narrow + 1) / 2)
    var network = Network(widths: [d, middle, narrow, middle, d], activation: .tanh, using: &random)
    let (own, watched) = NetworkRows.divide(input.rows, heldOut: 0.1, using: &random)
    let (start, dropout) = (network, dropout)
    network.parameters = try descent.fit(
      start.parameters, rows: own, watched: watched, drawing: &random, work: work
    ) { tape, nodes, batch, random in
      let rows = tape.leaf(input.selecting(rows: batch))
      let output = start.record(on: &tape, input: rows, parameters: nodes[...]) {
        $0.dropped($1, rate: dropout, using: &random)
      }
      return tape.meanSquaredError(output, target: rows)
    }
    return Model(rows: rows, network: network)
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

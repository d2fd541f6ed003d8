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
    if matrix.rows < 2 { throw .tooFewRows(needed: 2, got: matrix.rows) }
    try observations.requireComplete()
    let fitted = try observations.mapFeatures(work: work, stage: "scaling") { moments(of: $0) }
    let standardisation = Standardisation(
      centers: fitted.map(\.mean), scales: fitted.map { $0.deviation > 0 ? $0.deviation : 1 })
    let narrow = max(1, Int((Double(matrix.columns) * bottleneck).rounded()))
    let middle = max(narrow, (matrix.columns + narrow + 1) / 2)
    let network = Network(
      widths: [matrix.columns, middle, narrow, middle, matrix.columns], activation: .tanh, using: &random)
    var generator = random
    let trained = try cancellable { () throws(Cancelled) in
      let input = try standardisation.apply(matrix, within: Model.farthest, work: work)
      return try training.fit(network, input: input, target: input, using: &generator, work: work)
    }
    random = generator
    return Model(features: observations.features, standardisation: standardisation, network: trained.network)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = Autoencoder.name
    package static let needsCompleteRows = true
    package let features: [String]
    let standardisation: Standardisation
    let network: Network

    /// In standard deviations; keeps errors finite.
    fileprivate static let farthest = 1000.0
    private static let chunk = 256

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

    private func squaredErrors(of rows: Observations, work: Work) throws(DetectionError) -> Matrix {
      try rows.require(features: standardisation.centers.count)
      try rows.requireComplete()
      let columns = rows.matrix.columns
      let values = try cancellable { () throws(Cancelled) in
        try work.fill(rows.rowCount, stride: columns, size: Self.chunk, stage: "scoring") { range, target in
          let input = Matrix(
            rows: range.count, columns: columns,
            values: standardisation.apply(rows.matrix, range, within: Self.farthest))
          let output = network.apply(input)
          for cell in 0..<range.count * columns {
            let error = input.values[cell] - output.values[cell]
            target[cell] = error * error
          }
        }
      }
      return Matrix(rows: rows.rowCount, columns: columns, values: values)
    }
  }
}

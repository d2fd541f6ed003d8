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
    try Model.requireComplete(observations)
    var centers: [Double] = []
    var scales: [Double] = []
    for column in 0..<matrix.columns {
      let values = matrix.column(column)
      let deviation = Statistics.standardDeviation(values, degreesLost: 0)
      centers.append(Statistics.mean(values))
      scales.append(deviation > 0 && deviation.isFinite ? deviation : 1)
    }
    let narrow = max(1, Int((Double(matrix.columns) * bottleneck).rounded()))
    let middle = max(narrow, (matrix.columns + narrow + 1) / 2)
    let network = Network(
      widths: [matrix.columns, middle, narrow, middle, matrix.columns], activation: .tanh, using: &random)
    let untrained = Model(
      features: observations.features, centers: centers, scales: scales, network: network)
    let input = untrained.standardised(matrix)
    do {
      let trained = try training.fit(network, input: input, target: input, using: &random, work: work)
      return Model(
        features: observations.features, centers: centers, scales: scales, network: trained.network)
    } catch {
      throw .cancelled
    }
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = Autoencoder.name
    package static let needsCompleteRows = true
    package let features: [String]
    let centers: [Double]
    let scales: [Double]
    let network: Network

    /// In standard deviations; keeps errors finite.
    private static let farthest = 1000.0
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
      if rows.features.count != centers.count {
        throw .wrongFeatures(expected: centers.count, got: rows.features.count)
      }
      try Self.requireComplete(rows)
      let count = rows.matrix.rows
      let chunks = (count + Self.chunk - 1) / Self.chunk
      do {
        let parts = try work.map(chunks, stage: "scoring") { chunk -> [Double] in
          let range = chunk * Self.chunk..<min(count, (chunk + 1) * Self.chunk)
          let input = standardised(rows.matrix.selecting(rows: Array(range)))
          let output = network.apply(input)
          return zip(input.values, output.values).map { ($0 - $1) * ($0 - $1) }
        }
        return Matrix(rows: count, columns: rows.matrix.columns, values: parts.flatMap(\.self))
      } catch {
        throw .cancelled
      }
    }

    func standardised(_ matrix: Matrix) -> Matrix {
      var result = matrix
      for row in 0..<matrix.rows {
        for column in 0..<matrix.columns {
          let z = (matrix[row, column] - centers[column]) / scales[column]
          result[row, column] = min(max(z, -Self.farthest), Self.farthest)
        }
      }
      return result
    }

    static func requireComplete(_ rows: Observations) throws(DetectionError) {
      let columns = rows.matrix.columns
      if let cell = rows.matrix.values.firstIndex(where: \.isNaN) {
        throw .missing(row: cell / columns, feature: rows.features[cell % columns])
      }
    }
  }
}

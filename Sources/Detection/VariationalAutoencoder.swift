package import Learning
package import Numerics
package import Values

/// Scores rows by how badly a network reproduces them that keeps only a distribution of few hidden numbers of each.
///
/// - Input: `n` × `d`, complete. Shifting or scaling a column does not matter.
/// - Output: the mean over features of the squared error in standard deviations, ≥ 0, from the mean of the hidden numbers.
/// - Complexity: O(*e n p*) for *e* epochs and *p* weights; scores O(*n p*).
/// - Randomness: weights, held-out rows, order of rows, cells left out and draws of hidden numbers.
/// - Throws: `tooFewRows` below two rows, `missing` for incomplete rows.
/// - Source: Kingma and Welling, *Auto-encoding variational Bayes*, ICLR 2014, equation 10, with a normal likelihood of unit
///   variance; An and Cho, *Variational autoencoder based anomaly detection using reconstruction probability*, 2015.
/// - Differs: dropout between layers (Srivastava et al., JMLR 2014), without which anomalies among the rows are learnt by heart; the
///   score is the error of the mean code, where An and Cho average the likelihood over draws: the same row
///   always has the same score. Values are held within 1000 standard deviations.
package struct VariationalAutoencoder: Detector, Equatable {
  package static let name = "vae"

  /// Hidden numbers.
  package let latent: Int
  /// Widths of the encoder's hidden layers; the decoder's are the same, backwards.
  package let widths: [Int]
  /// Weight of the divergence from the standard normal distribution.
  package let beta: Double
  /// The share of cells between layers that are left out in each step of training.
  package let dropout: Double
  package let descent: Descent

  package init(
    latent: Int = 2, widths: [Int] = [128, 64, 32], beta: Double = 1, dropout: Double = 0.2,
    descent: Descent = Descent(epochs: 30, batchSize: 32, rate: 1e-3, patience: 10)
  ) {
    self.latent = latent
    self.widths = widths
    self.beta = beta
    self.dropout = dropout
    self.descent = descent
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if latent < 1 { throw .parameter(name: "latent", reason: "must be at least 1") }
    let rows = try NetworkRows(training, work: work)
    let input = try rows.input(training, work: work)
    let d = input.columns
    let encoder = Network(widths: [d] + widths + [2 * latent], activation: .rectifier, using: &random)
    let decoder = Network(widths: [latent] + widths.reversed() + [d], activation: .rectifier, using: &random)
    let (own, watched) = NetworkRows.divide(input.rows, heldOut: 0.1, using: &random)
    let encoderCount = encoder.parameters.count
    let (latent, beta, dropout) = (latent, beta, dropout)
    let found = try descent.fit(
      encoder.parameters + decoder.parameters, rows: own, watched: watched, drawing: &random, work: work
    ) { tape, nodes, batch, random in
      let target = tape.leaf(input.selecting(rows: batch))
      let code = encoder.record(on: &tape, input: target, parameters: nodes[..<encoderCount]) {
        $0.dropped($1, rate: dropout, using: &random)
      }
      let mean = tape.columns(code, 0..<latent)
      let logVariance = tape.held(tape.columns(code, latent..<2 * latent), within: Self.logVariances)
      let noise = Matrix(
        rows: batch.count, columns: latent, values: (0..<batch.count * latent).map { _ in random.normal() })
      let drawn = tape.drawn(mean: mean, logVariance: logVariance, noise: noise)
      let output = decoder.record(on: &tape, input: drawn, parameters: nodes[encoderCount...]) {
        $0.dropped($1, rate: dropout, using: &random)
      }
      let error = tape.meanSquaredError(output, target: target)
      let divergence = tape.normalDivergence(mean: mean, logVariance: logVariance)
      return tape.total([tape.scaled(error, by: Double(d) / 2), tape.scaled(divergence, by: beta)])
    }
    var (fittedEncoder, fittedDecoder) = (encoder, decoder)
    fittedEncoder.parameters = Array(found[..<encoderCount])
    fittedDecoder.parameters = Array(found[encoderCount...])
    return Model(rows: rows, latent: latent, encoder: fittedEncoder, decoder: fittedDecoder)
  }

  /// Keeps variances finite.
  private static let logVariances = -20.0...20.0

  package struct Model: FittedDetector, Equatable {
    package static let method = VariationalAutoencoder.name
    package static let needsCompleteRows = true
    let rows: NetworkRows
    let latent: Int
    let encoder: Network
    let decoder: Network

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
        let means = encoder.apply(input).selecting(columns: Array(0..<latent))
        let output = decoder.apply(means)
        for (cell, (value, found)) in zip(input.values, output.values).enumerated() {
          target[cell] = min((value - found) * (value - found), largestScore)
        }
      }
    }
  }
}

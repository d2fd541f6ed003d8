import Learning
package import Numerics
package import Values

/// Scores rows by how badly a part of them can be told by the rest of them.
///
/// Two networks see some neighbouring features and all the others; in a normal row, they agree on what belongs together.
///
/// - Input: `n` × `d`, complete, at least two features. Shifting or scaling a column does not matter; the order of columns does.
/// - Output: the mean over parts of a cross-entropy ≥ 0.
/// - Complexity: O(*e n m p*) for *e* epochs of at most 1024 rows, *m* parts and *p* weights; scores O(*n m p*).
/// - Randomness: weights, which rows teach, and their order.
/// - Throws: `tooFewRows` below two rows, `missing` for incomplete rows, `parameter` for a single feature.
/// - Source: Shenkar and Wolf, *Anomaly detection for tabular data with internal contrastive learning*, ICLR 2022, equations 1
///   to 3, temperature 0.01, parts of 2 features below 40, of 10 up to 160, of *d* − 150 above; outputs are brought to length one over
///   the parts of a row and then each by itself, as in the authors' code.
/// - Differs: hidden layers of 64 and 128, and of 32 and 64 cells, all with tanh, and 64 outputs, where the paper has 200, 400
///   and 200, and 50, 100 and 200; it trains for a number of steps, not until the loss is below 0.001; a part is never more than
///   half of the features.
package struct InternalContrast: Detector, Equatable {
  package static let name = "icl"
  /// Features of a part; by their number if nil.
  package let part: Int?
  package let temperature: Double
  /// nil for 1600 steps, but at least 40 and at most 200 epochs.
  package let epochs: Int?
  package let rate: Double

  package init(part: Int? = nil, temperature: Double = 0.01, epochs: Int? = nil, rate: Double = 1e-3) {
    self.part = part
    self.temperature = temperature
    self.epochs = epochs
    self.rate = rate
  }

  private static let outputs = 64
  private static let mostRows = 1024
  private static let batchSize = 64

  private func descent(rows: Int) -> Descent {
    let usual = min(max(40, 1600 * Self.batchSize / max(1, rows)), 200)
    let epochs = epochs ?? usual
    return Descent(epochs: epochs, batchSize: Self.batchSize, rate: rate, patience: epochs)
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    let rows = try NetworkRows(training, work: work)
    let d = training.features.count
    if d < 2 { throw .parameter(name: "part", reason: "needs a second feature to tell the first by") }
    let usual = d < 40 ? 2 : d <= 160 ? 10 : d - 150
    let size = min(part ?? usual, d / 2)
    let input = try rows.input(training, work: work)
    let parts = Parts(columns: d, size: size)
    func network(_ widths: [Int]) -> ChannelNetwork {
      ChannelNetwork(widths: widths, channels: parts.count, activation: .tanh, using: &random)
    }
    var rest = network([d - size, 64, 128, Self.outputs])
    var own = network([size, 32, 64, Self.outputs])
    let chosen = random.sample(min(input.rows, Self.mostRows), of: input.rows)
    let (start, count, temperature) = ((rest: rest, own: own), rest.parameters.count, temperature)
    let found = try descent(rows: chosen.count).fit(
      rest.parameters + own.parameters, rows: chosen, watched: [], drawing: &random, work: work
    ) { tape, nodes, batch, _ in
      let (others, chosen) = parts.split(input.selecting(rows: batch))
      let a = start.rest.record(
        on: &tape, input: tape.leaf(others), parameters: nodes[..<count])
      let b = start.own.record(
        on: &tape, input: tape.leaf(chosen), parameters: nodes[count...])
      return tape.contrastWithin(
        parts.directions(a, on: &tape), parts.directions(b, on: &tape), group: parts.count,
        temperature: temperature)
    }
    rest.parameters = Array(found[..<count])
    own.parameters = Array(found[count...])
    let (others, owned) = parts.split(input.selecting(rows: chosen))
    rest.learnMoments(of: others)
    own.learnMoments(of: owned)
    return Model(rows: rows, parts: parts, rest: rest, own: own, temperature: temperature)
  }

  /// Runs of neighbouring features, and what is left.
  struct Parts: Sendable, Codable, Equatable {
    let columns: Int
    let size: Int
    var count: Int { columns - size + 1 }

    /// Outputs of a row's parts, where none may be large for all of them, and each of length one.
    func directions(_ outputs: Tape.Node, on tape: inout Tape) -> Tape.Node {
      tape.normalised(tape.normalisedWithin(outputs, group: count))
    }

    /// A row for each part of each row.
    func split(_ rows: Matrix) -> (others: Matrix, chosen: Matrix) {
      var others: [Double] = []
      var chosen: [Double] = []
      others.reserveCapacity(rows.rows * count * (columns - size))
      chosen.reserveCapacity(rows.rows * count * size)
      for row in 0..<rows.rows {
        let base = row * columns
        for first in 0..<count {
          chosen += rows.values[base + first..<base + first + size]
          others += rows.values[base..<base + first]
          others += rows.values[base + first + size..<base + columns]
        }
      }
      return (
        Matrix(rows: rows.rows * count, columns: columns - size, values: others),
        Matrix(rows: rows.rows * count, columns: size, values: chosen)
      )
    }
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = InternalContrast.name
    package static let needsCompleteRows = true
    let rows: NetworkRows
    let parts: Parts
    let rest: ChannelNetwork
    let own: ChannelNetwork
    let temperature: Double

    package func scores(of observations: Observations, work: Work) throws(DetectionError) -> [Double] {
      let found = try entropies(observations, work: work)
      return (0..<found.rows).map { found.row($0).reduce(0, +) / Double(found.columns) }
    }

    /// The entropy of a part, evenly over its features: together, the score times the number of parts.
    package func contributions(to observations: Observations, work: Work) throws(DetectionError)
      -> Contributions?
    {
      let found = try entropies(observations, work: work)
      var shares = Matrix(rows: found.rows, columns: parts.columns)
      for row in 0..<found.rows {
        for first in 0..<parts.count {
          for column in first..<first + parts.size {
            shares[row, column] += found[row, first] / Double(parts.size)
          }
        }
      }
      return observations.contributions(shares.values, meaning: "cross-entropy of the parts with it")
    }

    /// Rows × parts.
    private func entropies(_ observations: Observations, work: Work) throws(DetectionError) -> Matrix {
      try rows.map(observations, width: parts.count, work: work) { input, target in
        let (others, chosen) = parts.split(input)
        var tape = Tape()
        let a = parts.directions(tape.leaf(rest.apply(others)), on: &tape)
        let b = parts.directions(tape.leaf(own.apply(chosen)), on: &tape)
        let found = Tape.contrasts(
          tape.value(of: a), tape.value(of: b), group: parts.count, temperature: temperature
        ).values
        for (cell, value) in found.enumerated() { target[cell] = value }
      }
    }
  }
}

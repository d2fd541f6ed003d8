package import Learning
package import Numerics
import Values

/// Scores rows by how badly learned views of them keep to what they are views of.
///
/// Networks learn views of a row that are unlike each other and yet all like the row; for a row of another kind they fail.
///
/// - Input: `n` × `d`, complete. Shifting or scaling a column does not matter.
/// - Output: the mean over views of a cross-entropy ≥ 0.
/// - Complexity: O(*e n v p*) for *e* epochs of at most 2048 rows, *v* views and *p* weights; scores O(*n v p*).
/// - Randomness: weights, held-out rows and order of rows.
/// - Throws: `tooFewRows` below two rows, `missing` for incomplete rows.
/// - Source: Qiu, Pfrommer, Kloft, Mandt and Rudolph, *Neural transformation learning for deep anomaly detection beyond
///   images*, ICML 2021, equations 2 to 4: a view is the row times a mask that a network of it gives; temperature 0.1.
/// - Differs: tanh inside and no batch normalisation; networks of 32 hidden and 24 last cells.
package struct LearnedViews: Detector, Equatable {
  package static let name = "neutral"
  package let views: Int
  package let temperature: Double
  package let descent: Descent

  package init(
    views: Int = 8, temperature: Double = 0.1,
    descent: Descent = Descent(epochs: 50, batchSize: 64, rate: 1e-3, patience: 5)
  ) {
    self.views = views
    self.temperature = temperature
    self.descent = descent
  }

  private static let hidden = 32
  private static let outputs = 24
  private static let mostRows = 2048

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if views < 2 { throw .parameter(name: "views", reason: "must be at least 2") }
    let rows = try NetworkRows(training, work: work)
    let input = try rows.input(training, work: work)
    let d = input.columns
    var encoder = Network(widths: [d, Self.hidden, Self.outputs], activation: .tanh, using: &random)
    var masks: [Network] = []
    for _ in 0..<views {
      masks.append(Network(widths: [d, Self.hidden, d], activation: .tanh, using: &random))
    }
    let divided = NetworkRows.divide(input.rows, heldOut: 0.1, using: &random)
    let start = Views(encoder: encoder, masks: masks)
    let (count, temperature) = (encoder.parameters.count, temperature)
    let found = try descent.fit(
      encoder.parameters + masks.flatMap(\.parameters),
      rows: Array(divided.training.prefix(Self.mostRows)),
      watched: Array(divided.watched.prefix(Self.mostRows / 8)), drawing: &random, work: work
    ) { tape, nodes, batch, _ in
      let (original, views) = start.record(on: &tape, input.selecting(rows: batch), parameters: nodes)
      return tape.contrastViews(original, views, temperature: temperature)
    }
    encoder.parameters = Array(found[..<count])
    for place in masks.indices {
      masks[place].parameters = Array(found[count * (place + 1)..<count * (place + 2)])
    }
    return Model(rows: rows, views: Views(encoder: encoder, masks: masks), temperature: temperature)
  }

  /// All networks have as many parameters as the encoder.
  struct Views: Sendable, Codable, Equatable {
    let encoder: Network
    let masks: [Network]

    /// What the encoder makes of the rows and of each view of them, of length one.
    func record(
      on tape: inout Tape, _ rows: Matrix, parameters: [Tape.Node]
    ) -> (original: Tape.Node, views: [Tape.Node]) {
      let count = encoder.parameters.count
      let own = parameters[..<count]
      let input = tape.leaf(rows)
      let original = tape.normalised(encoder.record(on: &tape, input: input, parameters: own))
      let views = masks.enumerated().map { place, mask in
        let weights = parameters[count * (place + 1)..<count * (place + 2)]
        let shares = tape.activated(mask.record(on: &tape, input: input, parameters: weights), .sigmoid)
        let view = tape.cellProduct(shares, input)
        return tape.normalised(encoder.record(on: &tape, input: view, parameters: own))
      }
      return (original, views)
    }
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = LearnedViews.name
    package static let needsCompleteRows = true
    let rows: NetworkRows
    let views: Views
    let temperature: Double

    package func scores(of observations: Observations, work: Work) throws(DetectionError) -> [Double] {
      try rows.map(observations, width: 1, work: work) { input, target in
        var tape = Tape()
        let nodes = (views.encoder.parameters + views.masks.flatMap(\.parameters)).map { tape.leaf($0) }
        let (original, seen) = views.record(on: &tape, input, parameters: nodes)
        let found = Tape.viewContrasts(
          tape.value(of: original), seen.map { tape.value(of: $0) }, temperature: temperature)
        for (place, value) in found.values.enumerated() {
          target[place / seen.count] += value / Double(seen.count)
        }
      }.values
    }
  }
}

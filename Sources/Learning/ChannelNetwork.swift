package import Numerics

/// Layers whose rows take turns in channels; each hidden layer is normalised by channel, with a gain and a bias of its own.
///
/// - Source: Ioffe and Szegedy, *Batch normalization*, ICML 2015, algorithms 1 and 2.
/// - Differs: what rows are normalised by when they are scored are the moments of all rows that taught, not running means.
package struct ChannelNetwork: Sendable, Equatable, Codable {
  private var network: Network
  private let channels: Int
  /// One row for each hidden layer.
  private var gains: [Matrix]
  private var biases: [Matrix]
  private var moments: [ChannelMoments] = []

  package init(widths: [Int], channels: Int, activation: Activation, using random: inout SeededGenerator) {
    network = Network(widths: widths, activation: activation, using: &random)
    self.channels = channels
    gains = widths.dropFirst(2).map { _ in Matrix(rows: 1, columns: channels, repeating: 1) }
    biases = gains.map { _ in Matrix(rows: 1, columns: channels) }
  }

  /// Weights and bias of each layer, then the gains and the biases of the channels.
  package var parameters: [Matrix] {
    get { network.parameters + gains + biases }
    set {
      let (layers, hidden) = (network.parameters.count, gains.count)
      precondition(newValue.count == layers + 2 * hidden, "each parameter has its place")
      network.parameters = Array(newValue[..<layers])
      gains = Array(newValue[layers..<layers + hidden])
      biases = Array(newValue[(layers + hidden)...])
    }
  }

  /// The output of a batch, normalised by what the batch shows; the parameters are on the tape already.
  package func record(
    on tape: inout Tape, input: Tape.Node, parameters: ArraySlice<Tape.Node>
  ) -> Tape.Node {
    record(on: &tape, input: input, parameters: Array(parameters)) { _, _ in nil }
  }

  /// Keeps the moments that such rows have in every hidden layer.
  package mutating func learnMoments(of input: Matrix) {
    var tape = Tape()
    var found: [ChannelMoments] = []
    let nodes = parameters.map { tape.leaf($0) }
    _ = record(on: &tape, input: tape.leaf(input), parameters: nodes) { [channels] layer, _ in
      found.append(ChannelMoments(of: layer, channels: channels))
      return found.last
    }
    moments = found
  }

  /// The output for each row, normalised by the moments that were learned.
  package func apply(_ input: Matrix) -> Matrix {
    var tape = Tape()
    let nodes = parameters.map { tape.leaf($0) }
    let output = record(on: &tape, input: tape.leaf(input), parameters: nodes) { _, number in moments[number]
    }
    return tape.value(of: output)
  }

  private func record(
    on tape: inout Tape, input: Tape.Node, parameters: [Tape.Node],
    normalising: (_ layer: Matrix, _ number: Int) -> ChannelMoments?
  ) -> Tape.Node {
    var output = input
    let (layers, hidden) = (network.layers.count, gains.count)
    for (number, layer) in network.layers.enumerated() {
      output = tape.biased(tape.product(output, parameters[2 * number]), by: parameters[2 * number + 1])
      output = tape.activated(output, layer.activation)
      if number == layers - 1 { break }
      let known = normalising(tape.value(of: output), number)
      output = tape.channelNormalised(output, channels: channels, by: known)
      output = tape.channelAffine(
        output, gain: parameters[2 * layers + number], bias: parameters[2 * layers + hidden + number])
    }
    return output
  }
}

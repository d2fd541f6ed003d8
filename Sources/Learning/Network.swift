package import Numerics

/// A layer: input × weights + bias, then the activation.
package struct DenseLayer: Sendable, Equatable, Codable {
  package var weights: Matrix
  /// One row.
  package var bias: Matrix
  package let activation: Activation

  /// - Randomness: weights uniform within ±√(6 / (inputs + outputs)), biases 0.
  /// - Source: Glorot and Bengio, *Understanding the difficulty of training deep feedforward neural networks*,
  ///   AISTATS 2010, equation 16.
  package init(inputs: Int, outputs: Int, activation: Activation, using random: inout SeededGenerator) {
    let limit = (6 / Double(inputs + outputs)).squareRoot()
    var values: [Double] = []
    for _ in 0..<inputs * outputs { values.append((2 * random.unit() - 1) * limit) }
    weights = Matrix(rows: inputs, columns: outputs, values: values)
    bias = Matrix(rows: 1, columns: outputs)
    self.activation = activation
  }
}

/// Layers one after another.
package struct Network: Sendable, Equatable, Codable {
  package var layers: [DenseLayer]

  /// Layers between the given widths, all with `activation` but the last.
  package init(
    widths: [Int], activation: Activation, output: Activation = .identity, using random: inout SeededGenerator
  ) {
    precondition(widths.count >= 2 && widths.allSatisfy { $0 > 0 }, "a network has an input and an output")
    layers = []
    for (position, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
      let isLast = position == widths.count - 2
      layers.append(
        DenseLayer(
          inputs: inputs, outputs: outputs, activation: isLast ? output : activation, using: &random))
    }
  }

  /// The output for each row.
  package func apply(_ input: Matrix) -> Matrix {
    var tape = Tape()
    let nodes = parameters.map { tape.leaf($0) }
    let output = record(on: &tape, input: tape.leaf(input), parameters: nodes[...])
    return tape.value(of: output)
  }

  /// The output for each row, without biases.
  package func applyUnbiased(_ input: Matrix) -> Matrix {
    var tape = Tape()
    let nodes = weights.map { tape.leaf($0) }
    let output = recordUnbiased(on: &tape, input: tape.leaf(input), weights: nodes[...])
    return tape.value(of: output)
  }

  /// The output with parameters that are on the tape already, in the order of `parameters`.
  ///
  /// - Parameter between: What becomes of the cells between two layers.
  package func record(
    on tape: inout Tape, input: Tape.Node, parameters: ArraySlice<Tape.Node>,
    between: (_ tape: inout Tape, _ cells: Tape.Node) -> Tape.Node = { $1 }
  ) -> Tape.Node {
    var output = input
    var place = parameters.startIndex
    for layer in layers {
      if place > parameters.startIndex { output = between(&tape, output) }
      output = tape.biased(tape.product(output, parameters[place]), by: parameters[place + 1])
      output = tape.activated(output, layer.activation)
      place += 2
    }
    return output
  }

  /// The output without any bias, with weights that are on the tape already, in the order of `weights`.
  package func recordUnbiased(
    on tape: inout Tape, input: Tape.Node, weights: ArraySlice<Tape.Node>
  ) -> Tape.Node {
    zip(layers, weights).reduce(input) { output, layer in
      tape.activated(tape.product(output, layer.1), layer.0.activation)
    }
  }

  /// Weights and bias of each layer, in order.
  package var parameters: [Matrix] {
    get { layers.flatMap { [$0.weights, $0.bias] } }
    set {
      precondition(newValue.count == 2 * layers.count, "each layer has two parameters")
      for layer in layers.indices {
        layers[layer].weights = newValue[2 * layer]
        layers[layer].bias = newValue[2 * layer + 1]
      }
    }
  }

  /// The weights of each layer, in order.
  package var weights: [Matrix] {
    get { layers.map(\.weights) }
    set {
      precondition(newValue.count == layers.count, "each layer has weights")
      for layer in layers.indices { layers[layer].weights = newValue[layer] }
    }
  }
}

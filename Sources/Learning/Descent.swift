package import Numerics

/// Fits the parameters of any recorded loss by Adam, and stops when rows held out no longer gain.
///
/// - Randomness: the order of the rows in each epoch, and whatever the loss draws.
/// - Source: Kingma and Ba, ICLR 2015; early stopping as in Prechelt, *Early stopping, but when?*, 1998.
package struct Descent: Sendable, Equatable {
  package let epochs: Int
  package let batchSize: Int
  package let rate: Double
  /// Epochs without gain before it stops.
  package let patience: Int
  /// How strongly the squares of all parameters are held down: what is added to the loss is half of it times their sum.
  package let decay: Double

  package init(
    epochs: Int = 100, batchSize: Int = 64, rate: Double = 3e-3, patience: Int = 10, decay: Double = 0
  ) {
    self.epochs = epochs
    self.batchSize = batchSize
    self.rate = rate
    self.patience = patience
    self.decay = decay
  }

  /// Records the loss of some rows on a tape that already holds the parameters.
  package typealias Loss = (
    _ tape: inout Tape, _ parameters: [Tape.Node], _ rows: [Int], _ random: inout SeededGenerator
  ) -> Tape.Node

  /// The parameters of the epoch with the least loss on `watched` (on `rows` if that is empty).
  ///
  /// The watched loss always draws the same random numbers, so that epochs can be compared.
  package func fit(
    _ start: [Matrix], rows: [Int], watched: [Int], using random: inout SeededGenerator, work: Work,
    stage: String = "training", loss: Loss
  ) throws(Cancelled) -> (parameters: [Matrix], losses: [Double]) {
    let watched = watched.isEmpty ? rows : watched
    let judge = random.stream(1)
    var parameters = start
    var best = start
    var bestLoss = Double.infinity
    var bestEpoch = 0
    var losses: [Double] = []
    var adam = Adam(rate: rate)
    for epoch in 0..<epochs {
      let order = random.sample(rows.count, of: rows.count).map { rows[$0] }
      for first in stride(from: 0, to: order.count, by: batchSize) {
        try work.check()
        let batch = Array(order[first..<min(first + batchSize, order.count)])
        var tape = Tape(threads: work.threads)
        let nodes = parameters.map { tape.leaf($0) }
        let node = loss(&tape, nodes, batch, &random)
        let gradients = tape.gradients(of: node)
        adam.step(&parameters, gradients: nodes.map { slope(gradients[$0], at: tape.value(of: $0)) })
      }
      var drawn = judge
      var sum = 0.0
      for first in stride(from: 0, to: watched.count, by: Self.judged) {
        try work.check()
        let batch = Array(watched[first..<min(first + Self.judged, watched.count)])
        var tape = Tape(threads: work.threads)
        let nodes = parameters.map { tape.leaf($0) }
        let node = loss(&tape, nodes, batch, &drawn)
        sum += tape.value(of: node).values[0] * Double(batch.count)
      }
      let value = sum / Double(max(1, watched.count))
      losses.append(value)
      if value < bestLoss {
        (best, bestLoss, bestEpoch) = (parameters, value, epoch)
      }
      work.report(Double(epoch + 1) / Double(epochs), stage)
      if epoch - bestEpoch >= patience { break }
    }
    return (best, losses)
  }

  private func slope(_ gradient: Matrix, at parameter: Matrix) -> Matrix {
    decay == 0 ? gradient : gradient.combined(with: parameter) { $0 + decay * $1 }
  }

  /// Rows judged at once.
  private static let judged = 512
}

/// Parameters that are made one after another and found again by their place.
package struct ParameterBook: Sendable, Equatable {
  package private(set) var matrices: [Matrix] = []

  package init() {}

  /// Weights and bias.
  package struct Dense: Sendable, Equatable {
    fileprivate let place: Int
  }

  /// - Source: Glorot and Bengio, AISTATS 2010, equation 16.
  package mutating func dense(_ inputs: Int, _ outputs: Int, using random: inout SeededGenerator) -> Dense {
    let layer = DenseLayer(inputs: inputs, outputs: outputs, activation: .identity, using: &random)
    matrices += [layer.weights, layer.bias]
    return Dense(place: matrices.count - 2)
  }

  /// One row of numbers.
  package mutating func row(_ width: Int, size: Double, using random: inout SeededGenerator) -> Int {
    matrices.append(Matrix(rows: 1, columns: width, values: (0..<width).map { _ in size * random.normal() }))
    return matrices.count - 1
  }
}

extension Tape {
  /// input × weights + bias.
  package mutating func dense(_ input: Node, _ layer: ParameterBook.Dense, _ parameters: [Node]) -> Node {
    biased(product(input, parameters[layer.place]), by: parameters[layer.place + 1])
  }
}

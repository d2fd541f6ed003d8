package import Numerics

/// Fits the parameters of any recorded loss, and stops when rows held out no longer gain.
///
/// - Randomness: the order of the rows in each epoch, and whatever the loss draws.
/// - Source: Kingma and Ba, ICLR 2015; early stopping as in Prechelt, *Early stopping, but when?*, 1998.
package struct Descent: Sendable, Equatable {
  package let epochs: Int
  package let batchSize: Int
  package let rate: Double
  /// Epochs without gain before it stops.
  package let patience: Int
  package let rule: Optimizer.Rule
  /// Whether the rate warms up over the first epoch and then falls to 0 along a cosine.
  package let fades: Bool
  /// How strongly the squares of all parameters are held down: what is added to the loss is half of it times their sum.
  package let decay: Double
  /// Who decides whether a wish to stop ends the learning with the best so far, instead of everything.
  package var settling: Settling?

  /// Takes a wish to stop, and is told after how many epochs; whoever agrees keeps that number with the result, because as
  /// many epochs from the same seed learn the same again.
  package struct Settling: Sendable, Equatable {
    private let agrees: @Sendable (Int) -> Bool
    package init(_ agrees: @escaping @Sendable (_ epochs: Int) -> Bool) { self.agrees = agrees }
    package func callAsFunction(_ epochs: Int) -> Bool { agrees(epochs) }
    package static func == (one: Settling, other: Settling) -> Bool { true }
  }

  package init(
    epochs: Int = 100, batchSize: Int = 64, rate: Double = 3e-3, patience: Int = 10, decay: Double = 0,
    rule: Optimizer.Rule = .adam(decay: 0), fades: Bool = false
  ) {
    self.epochs = epochs
    self.batchSize = batchSize
    self.rate = rate
    self.patience = patience
    self.decay = decay
    self.rule = rule
    self.fades = fades
  }

  /// The same descent for at most so many epochs, which stops for nobody.
  package func limited(to epochs: Int) -> Descent {
    Descent(
      epochs: epochs, batchSize: batchSize, rate: rate, patience: patience, decay: decay, rule: rule,
      fades: fades)
  }

  /// Records the loss of some rows on a tape that already holds the parameters.
  package typealias Loss = (
    _ tape: inout Tape, _ parameters: [Tape.Node], _ rows: [Int], _ random: inout SeededGenerator
  ) -> Tape.Node

  /// The parameters of the epoch with the least loss on `watched` (on `rows` if that is empty).
  ///
  /// The watched loss always draws the same random numbers, so that epochs can be compared. Progress tells the loss. A wish
  /// to stop cancels, unless `settling` takes it: then the parameters are those of the best epoch that was finished.
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
    let steps = (rows.count + batchSize - 1) / batchSize
    var optimizer = Optimizer(
      rule, rate: rate, schedule: fades ? .cosine(warmup: steps, total: steps * epochs) : .constant)
    epochs: for epoch in 0..<epochs {
      let order = random.sample(rows.count, of: rows.count).map { rows[$0] }
      for first in stride(from: 0, to: order.count, by: batchSize) {
        if try settles(after: epoch, work: work) { break epochs }
        let batch = Array(order[first..<min(first + batchSize, order.count)])
        var tape = Tape(threads: work.threads)
        let nodes = parameters.map { tape.leaf($0) }
        let node = loss(&tape, nodes, batch, &random)
        let gradients = tape.gradients(of: node)
        optimizer.step(
          &parameters, gradients: nodes.map { slope(gradients[$0], at: tape.value(of: $0)) })
      }
      var drawn = judge
      var sum = 0.0
      for first in stride(from: 0, to: watched.count, by: Self.judged) {
        if try settles(after: epoch, work: work) { break epochs }
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
      work.report(
        Double(epoch + 1) / Double(epochs),
        "\(stage), loss \(Self.short(value)), least \(Self.short(bestLoss))")
      if epoch - bestEpoch >= patience { break }
    }
    return (best, losses)
  }

  /// Whether it ends here with the best so far; throws if everything is to stop.
  private func settles(after epochs: Int, work: Work) throws(Cancelled) -> Bool {
    if !work.isCancelled() { return false }
    // A rate that fades would have faded otherwise with fewer epochs.
    if epochs > 0, !fades, let settling, settling(epochs) { return true }
    throw Cancelled()
  }

  private static func short(_ loss: Double) -> String {
    String((loss * 10_000).rounded() / 10_000)
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

package import Numerics

/// Fits a network to reproduce targets, and stops when a held-out part no longer gains.
///
/// - Randomness: which rows are held out, and their order in each epoch.
/// - Source: early stopping as in Prechelt, *Early stopping, but when?*, 1998, with a patience in epochs.
package struct Training: Sendable, Equatable {
  package let epochs: Int
  package let batchSize: Int
  package let rate: Double
  /// The share of rows that only decide when to stop; at least one row of ten or more.
  package let heldOut: Double
  /// Epochs without gain before it stops.
  package let patience: Int

  package init(epochs: Int, batchSize: Int, rate: Double, heldOut: Double, patience: Int) {
    self.epochs = epochs
    self.batchSize = batchSize
    self.rate = rate
    self.heldOut = heldOut
    self.patience = patience
  }

  /// How it went, epoch by epoch.
  package struct History: Sendable, Equatable {
    /// Mean squared error on the held-out rows (on the training rows if none is held out).
    package fileprivate(set) var losses: [Double] = []
    package fileprivate(set) var bestEpoch = 0
  }

  /// The network of the best epoch.
  package func fit(
    _ network: Network, input: Matrix, target: Matrix, using random: inout SeededGenerator, work: Work
  ) throws(Cancelled) -> (network: Network, history: History) {
    precondition(input.rows == target.rows && input.rows > 0, "one target a row")
    var order = random.sample(input.rows, of: input.rows)
    let heldOutCount = input.rows < 10 ? 0 : max(1, Int(Double(input.rows) * heldOut))
    let watched = heldOutCount == 0 ? order : Array(order[..<heldOutCount])
    order.removeFirst(heldOutCount)
    let watchedInput = input.selecting(rows: watched)
    let watchedTarget = target.selecting(rows: watched)
    var current = network
    var best = network
    var parameters = network.parameters
    var optimizer = Optimizer(rate: rate)
    var history = History()
    var bestLoss = Double.infinity
    for epoch in 0..<epochs {
      let shuffled = random.sample(order.count, of: order.count).map { order[$0] }
      for start in stride(from: 0, to: shuffled.count, by: batchSize) {
        try work.check()
        let rows = Array(shuffled[start..<min(start + batchSize, shuffled.count)])
        let (_, gradients) = current.loss(input.selecting(rows: rows), target: target.selecting(rows: rows))
        optimizer.step(&parameters, gradients: gradients)
        current.parameters = parameters
      }
      let loss = Self.meanSquaredError(current.apply(watchedInput), watchedTarget)
      history.losses.append(loss)
      if loss < bestLoss {
        bestLoss = loss
        best = current
        history.bestEpoch = epoch
      }
      work.report(Double(epoch + 1) / Double(epochs), "training")
      if epoch - history.bestEpoch >= patience { break }
    }
    return (best, history)
  }

  private static func meanSquaredError(_ a: Matrix, _ b: Matrix) -> Double {
    zip(a.values, b.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(max(1, a.values.count))
  }
}

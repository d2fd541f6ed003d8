package import Learning
package import Numerics

/// Predicts the direction of one modality's features from the other's by a small network.
///
/// Three dense layers, the inner ones (d₁ + d₂) / 2 wide with GELU, trained on 1 − cosine by Adam in single precision. The
/// disagreement is the distance between the two vectors brought to length one; `CrossModal` multiplies both directions.
///
/// - Input: present pairs; features on comparable scales.
/// - Output: 0...2.
/// - Complexity: O(epochs · *n* · weights).
/// - Randomness: starting weights and the order of rows.
/// - Source: Costanzino et al., *Multimodal industrial anomaly detection by crossmodal feature mapping*, CVPR 2024, equations
///   1 to 4.
/// - Differs: stops when rows held out no longer gain; the paper trains a fixed number of epochs on all rows.
package struct FeatureMapping: PairMapping {
  package static let name = "mlp"
  package let epochs: Int
  package let batchSize: Int
  package let rate: Double
  package let patience: Int

  package init(epochs: Int = 50, batchSize: Int = 64, rate: Double = 1e-3, patience: Int = 8) {
    self.epochs = epochs
    self.batchSize = batchSize
    self.rate = rate
    self.patience = patience
  }

  package func disagreement(
    _ rows: PairedRows, using random: inout SeededGenerator, work: Work
  ) throws(FusionError) -> [Double] {
    let source = FloatMatrix(rows.source.sized)
    let target = FloatMatrix(rows.target.sized)
    do throws(Cancelled) {
      let network = try fit(
        source, target, rows: rows.fit, watched: rows.choose.isEmpty ? rows.fit : rows.choose, using: &random,
        work: work)
      return Self.distances(try network.apply(source, work: work), target)
    } catch {
      throw .cancelled
    }
  }

  /// The network of the epoch with the least loss on the watched rows.
  package func fit(
    _ source: FloatMatrix, _ target: FloatMatrix, rows: [Int], watched: [Int],
    using random: inout SeededGenerator, work: Work
  ) throws(Cancelled) -> SingleNetwork {
    let middle = max(1, (source.columns + target.columns) / 2)
    var network = SingleNetwork(widths: [source.columns, middle, middle, target.columns], using: &random)
    var best = network
    var bestLoss = Double.infinity
    var bestEpoch = 0
    var adam = SingleAdam(rate: Float(rate))
    let quiet = Work(threads: work.threads, isCancelled: work.isCancelled)
    let (heldSource, heldTarget) = (source.selecting(rows: watched), target.selecting(rows: watched))
    for epoch in 0..<epochs {
      let order = random.sample(rows.count, of: rows.count).map { rows[$0] }
      for first in stride(from: 0, to: order.count, by: batchSize) {
        try work.check()
        let batch = Array(order[first..<min(first + batchSize, order.count)])
        let gradients = try network.gradients(
          source.selecting(rows: batch), target: target.selecting(rows: batch), work: quiet)
        try network.step(gradients, &adam, work: quiet)
      }
      let output = try network.apply(heldSource, work: quiet)
      let loss =
        Self.distances(output, heldTarget).reduce(0) { $0 + $1 * $1 / 2 } / Double(max(1, watched.count))
      if loss < bestLoss { (best, bestLoss, bestEpoch) = (network, loss, epoch) }
      work.report(Double(epoch + 1) / Double(epochs), "training")
      if epoch - bestEpoch >= patience { break }
    }
    return best
  }

  /// ‖ â/‖â‖ − a/‖a‖ ‖ for each row.
  private static func distances(_ a: FloatMatrix, _ b: FloatMatrix) -> [Double] {
    (0..<a.rows).map { row in
      var (dot, lengthA, lengthB) = (0.0, 0.0, 0.0)
      for cell in row * a.columns..<(row + 1) * a.columns {
        let (x, y) = (Double(a.values[cell]), Double(b.values[cell]))
        dot += x * y
        lengthA += x * x
        lengthB += y * y
      }
      if lengthA == 0 || lengthB == 0 { return lengthA == lengthB ? 0 : 2.0.squareRoot() }
      return max(0, 2 - 2 * dot / (lengthA * lengthB).squareRoot()).squareRoot()
    }
  }
}

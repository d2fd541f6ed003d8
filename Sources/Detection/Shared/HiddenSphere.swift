import Learning
import Numerics
import Values

/// A network without biases that maps rows near one center: what Deep SVDD and Deep SAD share.
///
/// - Source: Ruff et al., *Deep one-class classification*, ICML 2018, equation 4 and propositions 1 to 3: no biases, no
///   bounded activations and a center away from 0, or else the network learns to map everything onto the center.
struct HiddenSphere: Sendable, Codable, Equatable {
  let rows: NetworkRows
  let network: Network
  let center: [Double]

  /// Coordinates of the center nearer to 0 than this are moved away from it.
  private static let leastOffset = 0.1
  /// The share of rows that only decide when to stop.
  private static let heldOut = 0.1

  /// - Parameters:
  ///   - labels: anomalous or not, nil where unknown; empty if nothing is known.
  ///   - eta: weight of the labelled rows.
  init(
    _ training: Observations, widths: [Int], descent: Descent, labels: [Bool?] = [], eta: Double = 1,
    using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) {
    rows = try NetworkRows(training, work: work)
    let input = try rows.input(training, work: work)
    // Outputs that cannot be negative keep a linear layer from cancelling what lies far out.
    var network = Network(
      widths: [input.columns] + widths, activation: .rectifier, output: .rectifier, using: &random)
    let isAnomaly = { (row: Int) in labels.isEmpty ? false : labels[row] == true }
    let normal = (0..<input.rows).filter { !isAnomaly($0) }
    let center = Self.center(network, input.selecting(rows: normal))
    let (own, watched) = NetworkRows.divide(input.rows, heldOut: Self.heldOut, using: &random)
    let start = network
    network.weights = try descent.fit(
      network.weights, rows: own, watched: watched, drawing: &random, work: work
    ) { tape, nodes, batch, _ in
      let output = start.recordUnbiased(
        on: &tape, input: tape.leaf(input.selecting(rows: batch)), weights: nodes[...])
      return tape.centerLoss(
        output, center: center, exponents: batch.map { isAnomaly($0) ? -1 : 1 },
        weights: batch.map { labels.isEmpty || labels[$0] == nil ? 1 : eta })
    }
    self.network = network
    self.center = center
  }

  init(rows: NetworkRows, network: Network, center: [Double]) {
    self.rows = rows
    self.network = network
    self.center = center
  }

  /// The mean output for the rows, away from 0.
  private static func center(_ network: Network, _ input: Matrix) -> [Double] {
    let output = network.applyUnbiased(input)
    return (0..<output.columns).map { column in
      let mean = output.column(column).reduce(0, +) / Double(max(1, output.rows))
      return abs(mean) < leastOffset ? (mean < 0 ? -leastOffset : leastOffset) : mean
    }
  }

  /// The squared distance of each row's image to the center.
  func distances(of observations: Observations, work: Work) throws(DetectionError) -> [Double] {
    try rows.map(observations, width: 1, work: work) { input, target in
      let output = network.applyUnbiased(input)
      for row in 0..<output.rows {
        target[row] = min(output.row(row).squaredDistance(to: center[...]), largestScore)
      }
    }.values
  }
}

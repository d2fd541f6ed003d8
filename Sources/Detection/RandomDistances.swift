package import Learning
package import Numerics
import Values

/// Scores rows by how badly networks foretell what random networks make of them.
///
/// The trained networks learn distances and places of rows in random images; what was rarely seen is foretold badly.
///
/// - Input: `n` × `d`, complete. Shifting or scaling a column does not matter.
/// - Output: the mean squared error over the outputs of all networks, ≥ 0, no unit.
/// - Complexity: O(*r e n p*) for *r* networks of *p* weights and *e* epochs; scores O(*r n p*).
/// - Randomness: all weights, held-out rows, pairs and order of rows; a stream a network.
/// - Throws: `tooFewRows` below two rows, `missing` for incomplete rows.
/// - Source: Wang, Pang, Shen and Ma, *Unsupervised representation learning by predicting random distances*, IJCAI 2020,
///   equation 2 (inner products of pairs) and equation 4 (novelty, which is also the score).
/// - Differs: both networks have one hidden layer with the rectifier; the trained rows are not filtered between members.
package struct RandomDistances: Detector, Equatable {
  package static let name = "rdp"
  package let networks: Int
  package let hidden: Int
  package let outputs: Int
  package let descent: Descent

  package init(
    networks: Int = 10, hidden: Int = 50, outputs: Int = 20,
    descent: Descent = Descent(epochs: 20, batchSize: 128, rate: 3e-3, patience: 5)
  ) {
    self.networks = networks
    self.hidden = hidden
    self.outputs = outputs
    self.descent = descent
  }

  private static let heldOut = 0.1

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    let rows = try NetworkRows(training, work: work)
    let input = try rows.input(training, work: work)
    let source = random.stream(0)
    _ = random.next()
    let (count, report) = (networks, work.report)
    var members: [Model.Member] = []
    for number in 0..<networks {
      var own = source.stream(number)
      let part = Work(threads: work.threads, isCancelled: work.isCancelled) { fraction, stage in
        report((Double(number) + fraction) / Double(count), stage)
      }
      members.append(try member(input, using: &own, work: part))
    }
    return Model(rows: rows, members: members)
  }

  private func member(
    _ input: Matrix, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model.Member {
    let widths = [input.columns, hidden, outputs]
    let goal = Network(widths: widths, activation: .rectifier, using: &random)
    var network = Network(widths: widths, activation: .rectifier, using: &random)
    let images = goal.apply(input)
    let (own, watched) = NetworkRows.divide(input.rows, heldOut: Self.heldOut, using: &random)
    let (start, outputs) = (network, outputs)
    network.parameters = try descent.fit(
      network.parameters, rows: own, watched: watched, drawing: &random, work: work
    ) { tape, nodes, batch, random in
      // Each row is paired with another one of the batch.
      let order = random.sample(batch.count, of: batch.count)
      let ones = tape.leaf(Matrix(rows: outputs, columns: 1, repeating: 1.0 / Double(outputs)))
      func record(_ rows: [Int]) -> Tape.Node {
        start.record(on: &tape, input: tape.leaf(input.selecting(rows: rows)), parameters: nodes[...])
      }
      let partners = order.map { batch[$0] }
      let (first, second) = (record(batch), record(partners))
      let (firstGoal, secondGoal) = (images.selecting(rows: batch), images.selecting(rows: partners))
      let products = (0..<batch.count).map { row in
        zip(firstGoal.row(row), secondGoal.row(row)).reduce(0) { $0 + $1.0 * $1.1 } / Double(outputs)
      }
      let pair = tape.product(tape.cellProduct(first, second), ones)
      let distance = tape.meanSquaredError(
        pair, target: tape.leaf(Matrix(rows: batch.count, columns: 1, values: products)))
      let novelty = tape.meanSquaredError(first, target: tape.leaf(firstGoal))
      return tape.total([distance, novelty])
    }
    return Model.Member(goal: goal, network: network)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = RandomDistances.name
    package static let needsCompleteRows = true

    struct Member: Sendable, Codable, Equatable {
      let goal: Network
      let network: Network
    }

    let rows: NetworkRows
    let members: [Member]

    package func scores(of observations: Observations, work: Work) throws(DetectionError) -> [Double] {
      try rows.map(observations, width: 1, work: work) { input, target in
        for member in members {
          let (goal, found) = (member.goal.apply(input), member.network.apply(input))
          for row in 0..<input.rows {
            target[row] +=
              goal.row(row).squaredDistance(to: found.row(row)) / Double(goal.columns * members.count)
          }
        }
      }.values.map { min($0, largestScore) }
    }
  }
}

import Learning
package import Numerics
package import Values

/// Scores rows by the distances to their neighbours, weighted by a network that learned to tell rows from made-up ones.
///
/// - Input: `n` × `d`, complete. Each feature is brought to 0...1.
/// - Output: a weighted mean of distances ≥ 0, no unit.
/// - Complexity: two searches for neighbours, O(*n²d*), and *s* steps of at most 512 rows of *p* weights; scores O(*n d* + *p*).
/// - Randomness: made-up rows, weights and order of rows.
/// - Throws: `tooFewRows` below three rows, `missing` for incomplete rows.
/// - Source: Goodge, Hooi, Ng and Ng, *LUNAR: unifying local outlier detection methods via graph neural networks*, AAAI 2022,
///   section 4: messages are the distances of *k* neighbours, negative rows are half uniform and half perturbed by
///   ε, the network has three hidden layers of 256 cells with tanh, weight decay 0.1, rate 0.001. The softmax of its outputs
///   weighs the distances, as in the authors' implementation.
/// - Differs: as many steps as the paper has epochs (200), each on at most 512 rows, where the paper takes all of them.
package struct LearnedNeighbors: Detector, Equatable {
  package static let name = "lunar"
  package let neighbors: Int
  package let steps: Int
  /// How far made-up rows may lie outside of 0...1, and the size of perturbations.
  package let epsilon: Double
  package let hidden: Int

  package init(neighbors: Int = 5, steps: Int = 200, epsilon: Double = 0.1, hidden: Int = 256) {
    self.neighbors = neighbors
    self.steps = steps
    self.epsilon = epsilon
    self.hidden = hidden
  }

  private static let batch = 512
  /// The chance that a feature is perturbed.
  private static let perturbed = 0.3

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if neighbors < 1 { throw .parameter(name: "k", reason: "must be at least 1") }
    let reference = try ReferenceRows(training, atLeast: 3, scaling: .range, work: work)
    let count = min(neighbors, reference.matrix.rows - 1)
    let made = negatives(of: reference.matrix, using: &random)
    let own = try reference.matrix.nearest(count, to: reference.matrix, excludingSelf: true, work: work)
    let other = try reference.matrix.nearest(count, to: made, excludingSelf: false, work: work)
    let rows = own.distanceRows(reference.matrix.rows).values + other.distanceRows(made.rows).values
    let distances = Matrix(rows: rows.count / count, columns: count, values: rows)
    let network = Network(
      widths: [count, hidden, hidden, hidden, count], activation: .tanh, using: &random)
    let known = reference.matrix.rows
    let descent = Descent(
      epochs: max(1, steps * Self.batch / max(Self.batch, distances.rows)), batchSize: Self.batch, rate: 1e-3,
      patience: .max, decay: 0.1)
    var fitted = network
    fitted.parameters = try descent.fit(
      network.parameters, rows: Array(0..<distances.rows), watched: [], drawing: &random, work: work
    ) { tape, nodes, batch, _ in
      let input = tape.leaf(distances.selecting(rows: batch))
      let weights = tape.softmax(network.record(on: &tape, input: input, parameters: nodes[...]))
      let ones = tape.leaf(Matrix(rows: count, columns: 1, repeating: 1))
      let score = tape.product(tape.cellProduct(weights, input), ones)
      let target = Matrix(rows: batch.count, columns: 1, values: batch.map { $0 < known ? 0 : 1 })
      return tape.meanSquaredError(score, target: tape.leaf(target))
    }
    return Model(reference: reference, neighbors: count, network: fitted)
  }

  /// As many rows as there are: the first half uniform, the others perturbed in some features.
  private func negatives(of rows: Matrix, using random: inout SeededGenerator) -> Matrix {
    var result = rows
    for row in 0..<rows.rows {
      for column in 0..<rows.columns {
        if row % 2 == 0 {
          result[row, column] = (1 + 2 * epsilon) * random.unit() - epsilon
        } else if random.unit() < Self.perturbed {
          result[row, column] += epsilon * random.normal()
        }
      }
    }
    return result
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = LearnedNeighbors.name
    package static let needsCompleteRows = true
    let reference: ReferenceRows
    let neighbors: Int
    let network: Network

    private static let chunk = 256

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try scores(try found(rows, excludingSelf: false, work: work), rows: rows.rowCount, work: work)
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      try scores(try found(training, excludingSelf: true, work: work), rows: training.rowCount, work: work)
    }

    private func found(
      _ rows: Observations, excludingSelf: Bool, work: Work
    ) throws(DetectionError) -> Neighbors {
      try reference.matrix.nearest(
        neighbors, to: try reference.scaled(rows, work: work), excludingSelf: excludingSelf, work: work)
    }

    private func scores(_ found: Neighbors, rows: Int, work: Work) throws(DetectionError) -> [Double] {
      let distances = found.distanceRows(rows)
      let weights = try weights(distances, work: work)
      return (0..<rows).map { row in
        min(zip(weights.row(row), distances.row(row)).reduce(0) { $0 + $1.0 * $1.1 }, largestScore)
      }
    }

    private func weights(_ distances: Matrix, work: Work) throws(DetectionError) -> Matrix {
      let width = distances.columns
      let values = try cancellable { () throws(Cancelled) in
        try work.fill(distances.rows, stride: width, size: Self.chunk, stage: "scoring") { range, target in
          let rows = distances.selecting(rows: Array(range))
          var tape = Tape()
          let shares = tape.softmax(tape.leaf(network.apply(rows)))
          let weights = tape.value(of: shares)
          for (cell, value) in weights.values.enumerated() { target[cell] = value }
        }
      }
      return Matrix(rows: distances.rows, columns: width, values: values)
    }

    /// The score is Σ weight × distance, and a distance the sum over features of squared difference / distance.
    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      let scaled = try reference.scaled(rows, work: work)
      let found = try reference.matrix.nearest(neighbors, to: scaled, excludingSelf: false, work: work)
      let distances = found.distanceRows(rows.rowCount)
      let weights = try weights(distances, work: work)
      var parts = Matrix(rows: scaled.rows, columns: scaled.columns)
      for row in 0..<scaled.rows {
        for rank in 0..<neighbors where distances[row, rank] > 0 {
          let other = Int(found.rows[row * found.count + rank])
          for column in 0..<scaled.columns {
            let difference = scaled[row, column] - reference.matrix[other, column]
            parts[row, column] += weights[row, rank] * (difference / distances[row, rank]) * difference
          }
        }
      }
      return rows.contributions(
        parts.values.map { min(max($0, 0), largestScore) }, meaning: "part of the weighted distance")
    }
  }
}

extension Neighbors {
  /// One row of distances a query, nearest first.
  fileprivate func distanceRows(_ queries: Int) -> Matrix {
    Matrix(
      rows: queries, columns: count,
      values: (0..<queries * count).map { distance($0 / count, $0 % count) })
  }
}

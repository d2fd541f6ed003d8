package import Detection
package import Numerics
package import Values

/// Divides a row's score among its features by how much each adds, whatever the others are.
///
/// A feature's part is the mean change of the score when the feature takes the row's value, over random orders in which
/// features do so, starting from random usual rows.
///
/// - Input: a fitted model, the rows that it can score, and the rows that say what is usual.
/// - Output: for each asked row and feature its Shapley value; the parts of a row add up to its score minus the mean score
///   of the usual rows that were drawn. May be negative.
/// - Complexity: `orders` × (*p* + 1) scorings of each asked row, *p* features (or modalities, whose columns move together).
/// - Randomness: a fixed seed; each order is also taken backwards.
/// - Source: Shapley 1953; Štrumbelj and Kononenko, *Explaining prediction models and individual predictions with feature
///   contributions*, KAIS 2014, algorithm 1; antithetic orders: Mitchell et al., JMLR 2022, section 3.
package struct ShapleySampling {
  let model: FittedModel
  let rows: ScorableRows
  let reference: [Int]
  /// Columns that move together.
  let players: [Range<Int>]
  /// Orders, half of them the other half backwards.
  let orders: Int

  /// More rows are not worth the time.
  static let mostRows = 100
  /// Made-up rows that are scored at once.
  private static let batch = 20_000
  private static let generator = SeededGenerator(seed: 0)

  package init(
    model: FittedModel, rows: ScorableRows, reference: [Int], players: [Range<Int>], orders: Int = 32
  ) {
    self.model = model
    self.rows = rows
    self.reference = reference
    self.players = players
    self.orders = orders
  }

  /// Zero rows for what was not asked.
  package func contributions(at asked: [Int], work: Work) throws(DetectionError) -> Contributions {
    let chosen = asked
    let usual = reference.filter { model.needsCompleteRows ? rows.completeness[$0] : rows.presence[$0] }
    guard !usual.isEmpty else { throw .noFitRows(segment: "") }
    let draws = self.draws(of: usual)
    let height = draws.count * (players.count + 1)
    let perBatch = max(1, Self.batch / height)
    var result = Matrix(rows: rows.index.count, columns: rows.features.count)
    var done = 0
    while done < chosen.count {
      if work.isCancelled() { throw .cancelled }
      work.report(Double(done) / Double(chosen.count), "asking the model")
      let segment = segmentName(of: chosen[done])
      var part: [Int] = []
      while done < chosen.count, part.count < perBatch, segmentName(of: chosen[done]) == segment {
        part.append(chosen[done])
        done += 1
      }
      let scores = try score(part.flatMap { madeUp($0, draws) }, segment: segment, work: work)
      for (place, row) in part.enumerated() {
        for (number, draw) in draws.enumerated() {
          let start = place * height + number * (players.count + 1)
          for (step, player) in draw.order.enumerated() {
            let change = (scores[start + step + 1] - scores[start + step]) / Double(draws.count)
            // A modality's part lies on its first column; sums over its columns give it back.
            result[row, players[player].lowerBound] += change
          }
        }
      }
    }
    return Contributions(
      matrix: result, features: rows.features, blocks: rows.blocks,
      meaning: "Shapley values over \(draws.count) orders from usual rows")
  }

  private struct Draw {
    let order: [Int]
    let background: Int
  }

  private func draws(of usual: [Int]) -> [Draw] {
    (0..<max(1, orders / 2)).flatMap { number -> [Draw] in
      var random = Self.generator.stream(number)
      let order = random.sample(players.count, of: players.count)
      return [
        Draw(order: order, background: usual[random.below(usual.count)]),
        Draw(order: order.reversed(), background: usual[random.below(usual.count)]),
      ]
    }
  }

  /// For each draw the usual row, then the same with more and more of the row's values.
  private func madeUp(_ row: Int, _ draws: [Draw]) -> [Double] {
    var values: [Double] = []
    values.reserveCapacity(draws.count * (players.count + 1) * rows.features.count)
    for draw in draws {
      var current = Array(rows.matrix.row(draw.background))
      values += current
      for player in draw.order {
        for column in players[player] { current[column] = rows.matrix[row, column] }
        values += current
      }
    }
    return values
  }

  private func segmentName(of row: Int) -> String {
    rows.index.segments.first { $0.rows.contains(row) }?.name ?? ""
  }

  private func score(
    _ values: [Double], segment: String, work: Work
  ) throws(DetectionError) -> [Double] {
    try model.scores(ofMadeUp: values, like: rows, segment: segment, work: work)
  }
}

extension FittedModel {
  /// The scores of rows that nobody measured, all taken for rows of one segment.
  func scores(
    ofMadeUp values: [Double], like rows: ScorableRows, segment: String, work: Work
  ) throws(DetectionError) -> [Double] {
    let count = values.count / rows.features.count
    let segments = segment.isEmpty ? [] : [Segment(name: segment, rows: 0..<count)]
    return try scores(
      of: ScorableRows(
        index: Index(.row(count: count), segments: segments),
        matrix: Matrix(rows: count, columns: rows.features.count, values: values), features: rows.features,
        blocks: rows.blocks), work: work
    ).values
  }
}

package import Numerics
import Values

/// Scores rows by how much longer the chain through their neighbourhood is than their neighbours' chains.
///
/// Unlike a density, the chain tells a row beside a thin line from the rows on it.
///
/// - Input: `n` × `d`, complete, on comparable scales: the distance is Euclidean. Scale the columns first.
/// - Output: a ratio ≥ 0; about 1 is ordinary; at most 1e100.
/// - Complexity: fit O(*n*²*d* + *n k*²*d*), score O(*n m d* + *m k*²*d*); memory 28 *n d* bytes.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below three rows.
/// - Source: Tang, Chen, Fu and Cheung, *Enhancing effectiveness of outlier detections for low density patterns*, PAKDD
///   2002, definitions 2 to 6.
/// - Differs: exactly k neighbours, ties going to the lower row; with fewer rows than k + 1, all others. New rows are
///   judged by the training rows alone.
package struct ConnectivityOutlierFactor: Detector, Equatable {
  package static let name = "cof"
  package let neighbors: Int

  package init(neighbors: Int = 20) { self.neighbors = neighbors }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if neighbors < 1 { throw .parameter(name: "neighbors", reason: "must be at least 1") }
    let rows = try ReferenceRows(training, atLeast: 3, work: work)
    let count = min(neighbors, training.rowCount - 1)
    let found = try rows.matrix.nearest(
      count, to: rows.matrix, excludingSelf: true, work: work)
    let chains = try Model.chains(of: rows.matrix, found, among: rows.matrix, work: work)
    return Model(
      rows: rows, neighbors: count, chains: chains, trainingScores: Model.factors(chains, found, chains))
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = ConnectivityOutlierFactor.name
    let rows: ReferenceRows
    let neighbors: Int
    /// The average chaining distance of each training row.
    let chains: [Double]
    let trainingScores: [Double]

    package func evidence(
      for row: Int, of rows: Observations, trainedAt place: Int?, work: Work
    ) throws(DetectionError) -> Evidence? { try self.rows.evidence(of: rows, excluding: place, work: work) }

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let queries = try self.rows.scaled(rows, work: work)
      let found = try self.rows.matrix.nearest(
        neighbors, to: queries, excludingSelf: false, work: work)
      let own = try Self.chains(of: queries, found, among: self.rows.matrix, work: work)
      return Self.factors(own, found, chains)
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      trainingScores
    }

    /// The weighted mean of the steps by which the nearest row outside joins the set that starts with the row itself;
    /// early steps weigh more (definitions 3 and 5).
    static func chains(
      of queries: Matrix, _ found: Neighbors, among reference: Matrix, work: Work
    ) throws(DetectionError) -> [Double] {
      let k = found.count
      return try queries.mapRows(
        cost: k * k * reference.columns, stage: "chaining", work: work
      ) { row, values in
        var waiting = (0..<k).map { rank in
          (row: Int(found.rows[row * k + rank]), squared: found.squaredDistances[row * k + rank])
        }
        var sum = 0.0
        for step in 0..<k {
          guard let next = waiting.indices.min(by: { waiting[$0].squared < waiting[$1].squared }) else {
            break
          }
          let joined = waiting.remove(at: next)
          sum += 2 * Double(k - step) / Double(k * (k + 1)) * joined.squared.squareRoot()
          let values = reference.row(joined.row)
          for place in waiting.indices {
            let squared = reference.row(waiting[place].row).squaredDistance(to: values)
            waiting[place].squared = min(waiting[place].squared, squared)
          }
        }
        return sum
      }
    }

    /// Definition 6: a row's chain over the mean of its neighbours'.
    static func factors(_ own: [Double], _ found: Neighbors, _ chains: [Double]) -> [Double] {
      own.indices.map { row in
        let around = (0..<found.count).reduce(0.0) { $0 + chains[Int(found.rows[row * found.count + $1])] }
        return ratio(own[row], over: around / Double(found.count))
      }
    }
  }
}

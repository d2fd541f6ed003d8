package import Numerics
import Values

/// Scores rows by how much thinner their neighbourhood is than that of their neighbours.
///
/// - Input: `n` × `d`, complete, on comparable scales: the distance is Euclidean. Scale the columns first.
/// - Output: a ratio > 0; about 1 is ordinary.
/// - Complexity: fit O(*n²d*), score O(*n m d*) for *m* rows; memory 8 *n d* and 20 *n k* bytes, 4 *n d* more while other
///   rows are scored.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below three rows.
/// - Source: Breunig, Kriegel, Ng and Sander, *LOF: identifying density-based local outliers*, SIGMOD 2000, definitions
///   3 to 7.
/// - Differs: exactly k neighbours where the paper takes all at the k-th distance; 1e-10 is added to the mean
///   reachability, as scikit-learn does, so that more than k copies of a row have a finite density; with fewer rows than
///   k + 1, all others are neighbours. New rows are judged by the training rows alone.
package struct LocalOutlierFactor: Detector, Equatable {
  package static let name = "lof"
  package let neighbors: Int

  package init(neighbors: Int = 20) { self.neighbors = neighbors }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if neighbors < 1 { throw .parameter(name: "k", reason: "must be at least 1") }
    try training.require(rows: 3)
    try training.requireComplete()
    let count = min(neighbors, training.rowCount - 1)
    let found = try training.matrix.nearest(count, to: training.matrix, excludingSelf: true, work: work)
    let reach = (0..<training.rowCount).map { found.distance($0, count - 1) }
    let densities = Model.densities(found, rows: training.rowCount, reach: reach)
    return Model(
      matrix: training.matrix, neighbors: count, reach: reach, densities: densities,
      trainingScores: Model.ratios(found, own: densities, densities: densities))
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = LocalOutlierFactor.name
    package static let needsCompleteRows = true
    let matrix: Matrix
    let neighbors: Int
    /// Distance of each training row to its k-th neighbour.
    let reach: [Double]
    /// Local reachability density of each training row (definition 6).
    let densities: [Double]
    let trainingScores: [Double]

    /// Keeps the density of copies finite.
    private static let smallestReach = 1e-10

    package func evidence(
      for row: Int, of rows: Observations, trainedAt place: Int?, work: Work
    ) throws(DetectionError) -> Evidence? {
      try rows.require(features: matrix.columns)
      try rows.requireComplete()
      return matrix.evidence(near: rows.matrix.row(row), excluding: place)
    }

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try rows.require(features: matrix.columns)
      try rows.requireComplete()
      let found = try matrix.nearest(neighbors, to: rows.matrix, excludingSelf: false, work: work)
      let own = Self.densities(found, rows: rows.rowCount, reach: reach)
      return Self.ratios(found, own: own, densities: densities)
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      precondition(training.rowCount == matrix.rows, "these are not the training rows")
      return trainingScores
    }

    static func densities(_ found: Neighbors, rows: Int, reach: [Double]) -> [Double] {
      (0..<rows).map { row in
        var sum = 0.0
        for rank in 0..<found.count {
          sum += max(reach[Int(found.rows[row * found.count + rank])], found.distance(row, rank))
        }
        return 1 / (sum / Double(found.count) + smallestReach)
      }
    }

    static func ratios(_ found: Neighbors, own: [Double], densities: [Double]) -> [Double] {
      own.indices.map { row in
        var sum = 0.0
        for rank in 0..<found.count { sum += densities[Int(found.rows[row * found.count + rank])] }
        return min(sum / Double(found.count) / own[row], largestScore)
      }
    }
  }
}

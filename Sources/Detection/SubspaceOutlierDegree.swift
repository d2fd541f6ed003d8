package import Numerics
import Values

/// Scores rows by how far they lie from a flat that rows with the same neighbours span.
///
/// - Input: `n` × `d`, complete, on comparable scales: the distance is Euclidean. Scale the columns first.
/// - Output: the distance to the mean in the features that hardly vary around it, over their number, ≥ 0, in the unit of
///   the data; 0 if all vary alike; at most 1e100.
/// - Complexity: fit O(*n*²*d*), score O(*n m d* + *m k*² *r*), *r* the rows that name a row their neighbour.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below three rows.
/// - Source: Kriegel, Kröger, Schubert and Zimek, *Outlier detection in axis-parallel subspaces of high dimensional data*,
///   PAKDD 2009, definitions 1 to 4.
/// - Differs: equally similar rows are taken by distance, then by row. New rows share the training rows' neighbours.
package struct SubspaceOutlierDegree: Detector, Equatable {
  package static let name = "sod"
  /// Neighbours by which two rows are compared.
  package let neighbors: Int
  /// Rows that span the flat.
  package let references: Int
  /// A feature counts if its variance is below this share of the mean variance.
  package let alpha: Double

  package init(neighbors: Int = 20, references: Int = 10, alpha: Double = 0.8) {
    self.neighbors = neighbors
    self.references = references
    self.alpha = alpha
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if neighbors < 1 { throw .parameter(name: "neighbors", reason: "must be at least 1") }
    if references < 2 { throw .parameter(name: "references", reason: "must be at least 2") }
    if !(alpha > 0 && alpha < 1) { throw .parameter(name: "alpha", reason: "must lie between 0 and 1") }
    let rows = try ReferenceRows(training, atLeast: 3, work: work)
    let count = min(neighbors, training.rowCount - 1)
    let found = try rows.matrix.nearest(
      count, to: rows.matrix, excludingSelf: true, work: work)
    return Model(
      rows: rows, neighbors: count, references: references, alpha: alpha, nearest: found.rows)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = SubspaceOutlierDegree.name
    let rows: ReferenceRows
    let neighbors: Int
    let references: Int
    let alpha: Double
    /// The neighbours of each training row.
    let nearest: [Int32]

    package func evidence(
      for row: Int, of rows: Observations, trainedAt place: Int?, work: Work
    ) throws(DetectionError) -> Evidence? { try self.rows.evidence(of: rows, excluding: place, work: work) }

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try degrees(of: rows, excludingSelf: false, work: work)
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      try degrees(of: training, excludingSelf: true, work: work)
    }

    private func degrees(
      of rows: Observations, excludingSelf: Bool, work: Work
    ) throws(DetectionError) -> [Double] {
      let matrix = self.rows.matrix
      let queries = try self.rows.scaled(rows, work: work)
      let found = try matrix.nearest(
        neighbors, to: queries, excludingSelf: excludingSelf, work: work)
      let namers = self.namers
      let unit = self.rows.unit
      return try self.rows.scoreRows(rows, cost: neighbors * neighbors * 64, work: work) { row, values in
        var shared: [Int32: Int] = [:]
        for rank in 0..<neighbors {
          for namer in namers[Int(found.rows[row * neighbors + rank])]
          where !(excludingSelf && Int(namer) == row) { shared[namer, default: 0] += 1 }
        }
        let chosen = shared.map { candidate, count in
          (row: Int(candidate), count: count, squared: values.squaredDistance(to: matrix.row(Int(candidate))))
        }.sorted { ($1.count, $0.squared, $0.row) < ($0.count, $1.squared, $1.row) }.prefix(references)
        return chosen.isEmpty ? 0 : distance(values, to: chosen.map(\.row)) * unit
      }
    }

    /// The rows that name each training row their neighbour.
    private var namers: [[Int32]] {
      var result = [[Int32]](repeating: [], count: rows.matrix.rows)
      for (place, row) in nearest.enumerated() { result[Int(row)].append(Int32(place / neighbors)) }
      return result
    }

    /// Definitions 2 to 4: the distance to the mean in the features of low variance, over their number.
    private func distance(_ values: ArraySlice<Double>, to chosen: [Int]) -> Double {
      let d = values.count
      let count = Double(chosen.count)
      var means = [Double](repeating: 0, count: d)
      for row in chosen { for j in 0..<d { means[j] += rows.matrix[row, j] / count } }
      var variances = [Double](repeating: 0, count: d)
      for row in chosen {
        for j in 0..<d {
          let difference = rows.matrix[row, j] - means[j]
          variances[j] += difference * difference / count
        }
      }
      let limit = alpha * variances.reduce(0, +) / Double(d)
      var squared = 0.0
      var used = 0
      for (j, value) in values.enumerated() where variances[j] < limit {
        squared += (value - means[j]) * (value - means[j])
        used += 1
      }
      return used == 0 ? 0 : squared.squareRoot() / Double(used)
    }
  }
}

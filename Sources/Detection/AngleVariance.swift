package import Numerics
import Values

/// Scores rows by how little the angles vary under which they see pairs of other rows.
///
/// From the rim of the data all other rows lie in one direction; from its middle, everywhere.
///
/// - Input: `n` × `d`, complete, on comparable scales. Scale the columns first.
/// - Output: −log of the angle-based outlier factor; at most 1e100.
/// - Complexity: score O(*n m d* + *m k*²*d*) with *k* neighbours, O(*m n*²*d*) with all rows as pairs.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below four rows.
/// - Source: Kriegel, Schubert and Zimek, *Angle-based outlier detection in high-dimensional data*, KDD 2008, definition 1
///   (all pairs), section 4.2 (FastABOD: pairs of neighbours).
/// - Differs: the logarithm, for scores of a readable size. Copies of a row are left out of its pairs, as no angle
///   exists; a row with fewer than two others in place has variance 0, which scores highest.
package struct AngleVariance: Detector, Equatable {
  package static let name = "abod"
  /// Rows that make the pairs; nil for all.
  package let neighbors: Int?

  package init(neighbors: Int? = 10) { self.neighbors = neighbors }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if let neighbors, neighbors < 3 { throw .parameter(name: "neighbors", reason: "must be at least 3") }
    let rows = try ReferenceRows(training, atLeast: 4, work: work)
    return Model(rows: rows, neighbors: min(neighbors ?? .max, training.rowCount - 1))
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = AngleVariance.name
    let rows: ReferenceRows
    let neighbors: Int

    private static let smallest = 1e-300

    package func evidence(
      for row: Int, of rows: Observations, trainedAt place: Int?, work: Work
    ) throws(DetectionError) -> Evidence? { try self.rows.evidence(of: rows, excluding: place, work: work) }

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try scores(of: rows, excludingSelf: false, work: work)
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      try scores(of: training, excludingSelf: true, work: work)
    }

    private func scores(
      of rows: Observations, excludingSelf: Bool, work: Work
    ) throws(DetectionError) -> [Double] {
      let matrix = self.rows.matrix
      let queries = try self.rows.scaled(rows, work: work)
      let found = try matrix.nearest(
        neighbors, to: queries, excludingSelf: excludingSelf, work: work)
      return try self.rows.scoreRows(rows, cost: 2 * neighbors * neighbors * matrix.columns, work: work) {
        row, values in
        var differences: [[Double]] = []
        var squares: [Double] = []
        for rank in 0..<neighbors where found.squaredDistances[row * neighbors + rank] > 0 {
          let other = matrix.row(Int(found.rows[row * neighbors + rank]))
          // Lengths relative to the nearest keep fourth powers within range; it shifts the logarithm back below.
          differences.append(zip(other, values).map { $0 - $1 })
          squares.append(found.squaredDistances[row * neighbors + rank])
        }
        return -Self.logFactor(differences, squares)
      }
    }

    /// The logarithm of the weighted variance of ⟨AB, AC⟩ / (|AB|²|AC|²), with weights 1 / (|AB| |AC|).
    private static func logFactor(_ differences: [[Double]], _ squares: [Double]) -> Double {
      guard let nearest = squares.first, squares.count > 1 else { return logarithm(smallest) }
      let unit = 1 / nearest.squareRoot()
      let vectors = differences.map { $0.map { $0 * unit } }
      let lengths = squares.map { $0.squareRoot() * unit }
      var weights = 0.0
      var first = 0.0
      var second = 0.0
      for b in vectors.indices {
        for c in 0..<b {
          var product = 0.0
          for j in vectors[b].indices { product += vectors[b][j] * vectors[c][j] }
          let length = lengths[b] * lengths[c]
          let value = product / (length * length)
          weights += 1 / length
          first += value / length
          second += value * value / length
        }
      }
      let mean = first / weights
      let variance = max(second / weights - mean * mean, 0)
      // Distances in units of the nearest one divide the factor by its fourth power.
      return logarithm(max(variance, smallest)) - 2 * logarithm(max(nearest, smallest))
    }
  }
}

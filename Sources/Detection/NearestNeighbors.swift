package import Numerics
package import Values

/// Scores rows by their distance to the nearest training rows.
///
/// - Input: `n` × `d`, on comparable scales: the distance is Euclidean. Scale the columns first. For categories and missing
///   cells see `MixedNeighbors`.
/// - Output: a distance ≥ 0 in the unit of the data.
/// - Complexity: score O(*n m d*) for *m* rows against *n*; memory 8 *n d* and 20 *n k* bytes, 4 *n d* more
///   unless the rows are the training rows.
/// - Throws: `tooFewRows` unless there are more rows than neighbours.
/// - Source: Ramaswamy, Rastogi and Shim, *Efficient algorithms for mining outliers from large data sets*, SIGMOD 2000,
///   definition 2.1 (`largest`); Angiulli and Pizzuti, PKDD 2002 (`mean`).
/// - Differs: rows of the training set are scored without themselves; a copy of a row counts as a neighbour.
package struct NearestNeighbors: Detector, Equatable {
  package static let name = "knn"

  /// Which distance is the score.
  package enum Measure: String, Sendable, Codable, CaseIterable {
    /// To the k-th nearest.
    case largest
    /// The mean over the k nearest.
    case mean
    /// The median over the k nearest.
    case median
  }

  package let neighbors: Int
  package let measure: Measure

  package init(neighbors: Int = 5, measure: Measure = .largest) {
    self.neighbors = neighbors
    self.measure = measure
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if neighbors < 1 { throw .parameter(name: "k", reason: "must be at least 1") }
    try training.require(rows: neighbors + 1)
    return Model(rows: MixedNeighbors(training), neighbors: neighbors, measure: measure)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = NearestNeighbors.name
    package static let takesCategories = true
    let rows: MixedNeighbors
    let neighbors: Int
    let measure: Measure

    package func evidence(
      for row: Int, of rows: Observations, trainedAt place: Int?, work: Work
    ) throws(DetectionError) -> Evidence? {
      try rows.require(features: self.rows.matrix.columns)
      let count = min(Evidence.mostMatches + 1, self.rows.matrix.rows)
      let found = try self.rows.nearest(
        count, to: rows.matrix.selecting(rows: [row]), excludingSelf: false, work: work)
      let ranks = (0..<count).filter { Int(found.rows[$0]) != place }.prefix(Evidence.mostMatches)
      let matches = ranks.map { rank in
        let other = Int(found.rows[rank])
        return Evidence.Match(rows: other..<other + 1, distance: found.distance(0, rank))
      }
      return Evidence(own: 0..<1, matches: matches, measure: "distance")
    }

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try distances(from: rows, excludingSelf: false, work: work)
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      try distances(from: training, excludingSelf: true, work: work)
    }

    private func distances(
      from rows: Observations, excludingSelf: Bool, work: Work
    ) throws(DetectionError) -> [Double] {
      let found = try nearest(to: rows, excludingSelf: excludingSelf, work: work)
      return (0..<rows.rowCount).map { row in
        let ranks = measured
        return ranks.reduce(0) { $0 + found.distance(row, $1) } / Double(ranks.count)
      }
    }

    /// The ranks whose distances the score averages.
    private var measured: ClosedRange<Int> {
      switch measure {
      case .largest: neighbors - 1...neighbors - 1
      case .mean: 0...neighbors - 1
      case .median: (neighbors - 1) / 2...neighbors / 2
      }
    }

    private func nearest(
      to rows: Observations, excludingSelf: Bool, work: Work
    ) throws(DetectionError) -> Neighbors {
      try rows.require(features: self.rows.matrix.columns)
      if excludingSelf {
        precondition(rows.rowCount == self.rows.matrix.rows, "these are not the training rows")
      }
      return try self.rows.nearest(neighbors, to: rows.matrix, excludingSelf: excludingSelf, work: work)
    }

    /// Each feature's squared distance to the neighbours that the score is made of, averaged over them. A row that is
    /// its own training row has itself left out.
    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      let isTraining = rows.matrix.hasSameBits(as: self.rows.matrix)
      let found = try nearest(to: rows, excludingSelf: isTraining, work: work)
      let columns = rows.matrix.columns
      var values = [Double](repeating: 0, count: rows.matrix.values.count)
      let ranks = measured
      for row in 0..<rows.rowCount {
        for rank in ranks {
          let other = Int(found.rows[row * neighbors + rank])
          let parts = self.rows.parts(rows.matrix.row(row), self.rows.matrix.row(other))
          for j in 0..<columns { values[row * columns + j] += parts[j] / Double(ranks.count) }
        }
      }
      return rows.contributions(values, meaning: "squared distance to the neighbours")
    }
  }
}

extension Matrix {
  /// Equal, missing cells being equal to missing cells.
  fileprivate func hasSameBits(as other: Matrix) -> Bool {
    rows == other.rows && columns == other.columns
      && zip(values, other.values).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
  }
}

package import Numerics
import Values

/// Scores rows by the radius at which they belong to a cluster of DBSCAN, over the chosen radius.
///
/// - Input: `n` × `d`, complete, on comparable scales: the distance is Euclidean. Scale the columns first.
/// - Output: min over training rows *j* of max(core distance of *j*, distance to *j*) over eps, ≥ 0: above 1 is exactly what
///   DBSCAN calls noise with these options; at most 1e100.
/// - Complexity: O(*n m d*) for *m* rows against *n*; memory 16 *n d* bytes.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below three rows.
/// - Source: Ester, Kriegel, Sander and Xu, *A density-based algorithm for discovering clusters in large spatial databases
///   with noise*, KDD 1996, definitions 1 to 6; core distance: Ankerst et al., *OPTICS*, SIGMOD 1999, definition 5.
/// - Differs: the score is graded instead of noise or not. Without eps, it is the 95 % quantile of the core distances,
///   standing in for the knee that section 4.2 looks for by eye.
package struct DensityReach: Detector, Equatable {
  package static let name = "dbscan"
  /// Rows, itself among them, that a core row has within eps.
  package let least: Int
  /// In the unit of the data; nil takes a quantile.
  package let radius: Double?

  package init(least: Int = 5, radius: Double? = nil) {
    self.least = least
    self.radius = radius
  }

  private static let usualShare = 0.95

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if least < 2 { throw .parameter(name: "least", reason: "must be at least 2") }
    if let radius, !(radius > 0) { throw .parameter(name: "eps", reason: "must be above 0") }
    let rows = try ReferenceRows(training, atLeast: 3, work: work)
    let count = min(least - 1, training.rowCount - 1)
    let found = try rows.matrix.nearest(count, to: rows.matrix, excludingSelf: true, work: work)
    let cores = (0..<training.rowCount).map { found.distance($0, count - 1) }
    let usual = SortedSample(cores).quantile(Self.usualShare) ?? 0
    let reach = radius.map { $0 / rows.unit } ?? usual
    return Model(rows: rows, cores: cores, radius: reach > 0 ? reach : 1)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = DensityReach.name
    package static let needsCompleteRows = true
    let rows: ReferenceRows
    /// Scaled, as the rows are.
    let cores: [Double]
    let radius: Double

    package func evidence(
      for row: Int, of rows: Observations, trainedAt place: Int?, work: Work
    ) throws(DetectionError) -> Evidence? { try self.rows.evidence(of: rows, excluding: place, work: work) }

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let packed = PackedRows(self.rows.matrix)
      let squaredCores = cores.map { $0 * $0 }
      return try self.rows.scoreDistances(of: rows, to: packed, work: work) { _, squared in
        var best = Double.infinity
        for other in 0..<squaredCores.count {
          best = min(best, max(squaredCores[other], squared[squared.startIndex + other]))
        }
        return best.squareRoot() / radius
      }
    }
  }
}

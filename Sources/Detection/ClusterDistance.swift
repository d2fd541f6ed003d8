package import Numerics
package import Values

/// Scores rows by their distance to the nearest of a few cluster centers.
///
/// - Input: `n` × `d`, complete, on comparable scales: the distance is Euclidean. Scale the columns first.
/// - Output: a distance ≥ 0 in the unit of the data, at most 1e100.
/// - Complexity: fit O(*n k d*) a step, at most 100 steps from each of 4 starts; score O(*n k d*).
/// - Randomness: draws the first centers; the same seed gives the same centers on every machine.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below two rows.
/// - Source: Lloyd, *Least squares quantization in PCM*, 1982; Arthur and Vassilvitskii, *k-means++*, SODA 2007.
package struct ClusterDistance: Detector, Equatable {
  package static let name = "kmeans"
  package let clusters: Int

  package init(clusters: Int = 8) { self.clusters = clusters }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if clusters < 1 { throw .parameter(name: "clusters", reason: "must be at least 1") }
    let rows = try ReferenceRows(training, atLeast: 2, work: work)
    let count = min(clusters, training.rowCount - 1)
    do throws(Cancelled) {
      let found = try Clustering(rows.matrix, clusters: count, using: &random, work: work)
      return Model(rows: rows.keeping([]), clustering: found)
    } catch {
      throw .cancelled
    }
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = ClusterDistance.name
    let rows: ReferenceRows
    let clustering: Clustering

    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      let clustering = clustering
      return try self.rows.contributions(
        of: rows, meaning: "squared distance to the nearest center", work: work
      ) { _, values in clustering.centers.row(clustering.nearest(to: values).center) }
    }

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let unit = self.rows.unit
      let found = try clustering.nearest(of: rows, on: self.rows, work: work)
      return found.squared.map { min($0.squareRoot() * unit, largestScore) }
    }
  }
}

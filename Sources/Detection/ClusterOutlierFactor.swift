package import Numerics
package import Values

/// Scores rows by their distance to the nearest large cluster.
///
/// - Input: `n` × `d`, complete, on comparable scales: the distance is Euclidean. Scale the columns first.
/// - Output: a distance ≥ 0 in the unit of the data, times the size of the row's cluster if `isWeighted`; at most 1e100.
/// - Complexity: as k-means.
/// - Randomness: draws the first centers; the same seed gives the same centers on every machine.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below two rows.
/// - Source: He, Xu and Deng, *Discovering cluster-based local outliers*, Pattern Recognition Letters 2003, definitions 2
///   and 3.
/// - Differs: clusters by k-means instead of Squeezer, and no weight by default, as in PyOD. If no cut of the sizes meets
///   the definition, all clusters are large.
package struct ClusterOutlierFactor: Detector, Equatable {
  package static let name = "cblof"
  package let clusters: Int
  /// The share of the rows that large clusters hold together.
  package let alpha: Double
  /// How many times larger the smallest large cluster is than the largest small one.
  package let beta: Double
  package let isWeighted: Bool

  package init(clusters: Int = 8, alpha: Double = 0.9, beta: Double = 5, isWeighted: Bool = false) {
    self.clusters = clusters
    self.alpha = alpha
    self.beta = beta
    self.isWeighted = isWeighted
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if clusters < 1 { throw .parameter(name: "clusters", reason: "must be at least 1") }
    if !(alpha > 0.5 && alpha < 1) {
      throw .parameter(name: "alpha", reason: "must lie between 50% and 100%")
    }
    if !(beta > 1) { throw .parameter(name: "beta", reason: "must be above 1") }
    let rows = try ReferenceRows(training, atLeast: 2, work: work)
    let count = min(clusters, training.rowCount - 1)
    do throws(Cancelled) {
      let found = try Clustering(rows.matrix, clusters: count, using: &random, work: work)
      var sizes = [Int](repeating: 0, count: count)
      for label in found.labels { sizes[label] += 1 }
      return Model(
        rows: rows.keeping([]), clustering: found, sizes: sizes,
        large: largeClusters(sizes, rows: training.rowCount),
        isWeighted: isWeighted)
    } catch {
      throw .cancelled
    }
  }

  /// Definition 2: the largest clusters that hold `alpha` of the rows, or up to the first drop by `beta`.
  func largeClusters(_ sizes: [Int], rows: Int) -> [Int] {
    let order = sizes.indices.filter { sizes[$0] > 0 }.sorted { (sizes[$1], $0) < (sizes[$0], $1) }
    var total = 0
    for (place, cluster) in order.enumerated().dropLast() {
      total += sizes[cluster]
      let holdsMost = Double(total) >= alpha * Double(rows)
      let drops = Double(sizes[cluster]) >= beta * Double(sizes[order[place + 1]])
      if holdsMost || drops { return Array(order[...place]) }
    }
    return order
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = ClusterOutlierFactor.name
    let rows: ReferenceRows
    let clustering: Clustering
    let sizes: [Int]
    let large: [Int]
    let isWeighted: Bool

    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      let (clustering, large) = (clustering, large)
      return try self.rows.contributions(
        of: rows, meaning: "squared distance to the nearest center of a large cluster", work: work
      ) { _, values in clustering.centers.row(clustering.nearest(to: values, among: large).center) }
    }

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let unit = self.rows.unit
      let distances = try clustering.nearest(of: rows, on: self.rows, among: large, work: work).squared
        .map { $0.squareRoot() * unit }
      if !isWeighted { return distances.map { min($0, largestScore) } }
      let places = try clustering.nearest(of: rows, on: self.rows, work: work).places
      return zip(distances, places).map { min($0 * Double(sizes[$1]), largestScore) }
    }
  }
}

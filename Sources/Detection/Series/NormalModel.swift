package import Numerics

/// Scores windows by their distance to the recurring behaviour of the series.
///
/// - Input: see `StretchDetector`.
/// - Output: Σ over the normal patterns of their weight times the z-normalised distance of the window to the most similar
///   stretch of the pattern, 0...2√m.
/// - Complexity: fit as k-means on at most 500 stretches of 3 *m* rows, score O(*n k m*).
/// - Randomness: draws the stretches and the first centers.
/// - Source: Boniol, Linardi, Roncallo, Palpanas, Meftah and Remy, *Unsupervised and scalable subsequence anomaly detection in
///   large data series* (NormA), VLDB Journal 2021, definitions 8 to 10, equation 2 (weights: squared frequency times coverage
///   over the distances to the other patterns) and equation 3 (score).
/// - Differs: clusters by k-means with a given number, where the paper cuts a hierarchy by description length; patterns are
///   three windows long.
package struct NormalModel: StretchMethod {
  package static let name = "norma"
  package let window: Int?
  package let patterns: Int

  package init(window: Int? = nil, patterns: Int = 4) {
    self.window = window
    self.patterns = patterns
  }

  private static let mostStretches = 500

  package func fit(
    _ values: [Double], window: Int, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Fitted {
    if patterns < 1 { throw .parameter(name: "patterns", reason: "must be at least 1") }
    let length = min(3 * window, values.count / 2)
    let last = values.count - length
    let count = min(Self.mostStretches, max(2, 2 * values.count / length))
    var starts = Set<Int>()
    for _ in 0..<count { starts.insert(random.below(last + 1)) }
    let ordered = starts.sorted()
    let shapes = ordered.map { Shapes.standard(values, at: $0, window: length) }
    let matrix = Matrix(rows: shapes.count, columns: length, values: shapes.flatMap(\.self))
    let wanted = min(patterns, shapes.count)
    let clustering: Clustering
    do throws(Cancelled) {
      clustering = try Clustering(matrix, clusters: wanted, using: &random, work: work)
    } catch {
      throw .cancelled
    }
    let centers = (0..<wanted).map { Array(clustering.centers.row($0)) }
    let weights = (0..<wanted).map { cluster -> Double in
      let members = ordered.indices.filter { clustering.labels[$0] == cluster }
      guard let first = members.first, let final = members.last else { return 0 }
      let frequency = Double(members.count)
      let coverage = Double(ordered[final] - ordered[first] + length)
      let apart = centers.indices.reduce(0.0) { sum, other in
        sum + centers[cluster][...].squaredDistance(to: centers[other][...]).squareRoot()
      }
      return frequency * frequency * coverage / max(apart, 1e-9)
    }
    let total = weights.reduce(0, +)
    return Fitted(centers: centers, weights: weights.map { total > 0 ? $0 / total : 1 / Double(wanted) })
  }

  package struct Fitted: FittedStretches {
    let centers: [[Double]]
    let weights: [Double]

    package func scores(of values: [Double], window: Int, work: Work) throws(DetectionError) -> [Double] {
      var sums = [Double](repeating: 0, count: values.count - window + 1)
      let reach = values.reduce(0.0) { max($0, abs($1)) }
      let own = WindowProfile(values, window: window, center: 0, scale: reach > 0 ? reach : 1)
      for (center, weight) in zip(centers, weights) where weight > 0 {
        let size = center.reduce(0.0) { max($0, abs($1)) }
        let pattern = WindowProfile(center, window: window, center: 0, scale: size > 0 ? size : 1)
        let distances = try cancellable { () throws(Cancelled) in try own.join(pattern, work: work) }
        for place in sums.indices { sums[place] += weight * distances[place] }
      }
      return sums
    }
  }
}

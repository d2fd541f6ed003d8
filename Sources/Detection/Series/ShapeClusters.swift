package import Numerics

/// Scores windows by how far their shape lies from the shapes that a series is made of.
///
/// - Input: see `StretchDetector`.
/// - Output: the shape-based distance (0...2) to the nearest center.
/// - Complexity: fit O(*i s k m²*) for *s* ≤ 500 windows and *i* ≤ 20 rounds, score O(*n k m²* / 2) for windows of *m*.
/// - Randomness: draws the first clusters.
/// - Source: Paparrizos and Gravano, *k-Shape: efficient and accurate clustering of time series*, SIGMOD 2015, equation 9 (the
///   distance) and algorithms 2 and 3 (shape extraction, clustering).
/// - Differs: shapes are shifted by at most a quarter window, since windows begin at every row; the leading eigenvector comes
///   from 60 power iterations.
package struct ShapeClusters: StretchMethod {
  package static let name = "kshape"
  package let window: Int?
  package let clusters: Int

  package init(window: Int? = nil, clusters: Int = 4) {
    self.window = window
    self.clusters = clusters
  }

  private static let mostWindows = 500
  private static let mostRounds = 20

  package func fit(
    _ values: [Double], window: Int, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Fitted {
    if clusters < 1 { throw .parameter(name: "clusters", reason: "must be at least 1") }
    let starts = Shapes.starts(
      in: values.count, window: window, apart: max(1, window / 4), most: Self.mostWindows)
    let shapes = starts.map { Shapes.standard(values, at: $0, window: window) }
    let reach = window / 4
    var labels = shapes.map { _ in random.below(clusters) }
    var centers = [[Double]](repeating: [Double](repeating: 0, count: window), count: clusters)
    for _ in 0..<Self.mostRounds {
      if work.isCancelled() { throw .cancelled }
      let (current, before) = (centers, labels)
      centers = try cancellable { () throws(Cancelled) in
        try work.map(clusters, stage: "extracting shapes") { cluster in
          let members = shapes.indices.filter { before[$0] == cluster }.map { shapes[$0] }
          return members.isEmpty
            ? current[cluster] : ShapeDistance.extract(members, near: current[cluster], reach: reach)
        }
      }
      let known = centers
      labels = try cancellable { () throws(Cancelled) in
        try work.map(shapes.count, stage: "clustering") { place in
          let distances = known.map { ShapeDistance.between(shapes[place], $0, reach: reach).distance }
          return distances.indices.min { (distances[$0], $0) < (distances[$1], $1) } ?? 0
        }
      }
      if labels == before { break }
    }
    let sizes = (0..<clusters).map { cluster in Double(labels.count { $0 == cluster }) }
    let used = centers.indices.filter { sizes[$0] > 0 }
    return Fitted(
      centers: used.map { centers[$0] }, weights: used.map { sizes[$0] / Double(shapes.count) }, reach: reach)
  }

  package struct Fitted: FittedStretches {
    let centers: [[Double]]
    /// The share of the training windows that each has.
    let weights: [Double]
    let reach: Int

    package func scores(of values: [Double], window: Int, work: Work) throws(DetectionError) -> [Double] {
      try Shapes.map(values, window: window, cost: centers.count * window * (2 * reach + 1), work: work) {
        shape in
        centers.reduce(2) { min($0, ShapeDistance.between(shape, $1, reach: reach).distance) }
      }
    }
  }
}

/// The shape-based distance and the shape that is nearest to many.
package enum ShapeDistance {
  /// 1 − the largest normalised cross-correlation over shifts of at most `reach`, and the shift of `b` that gives it.
  package static func between(_ a: [Double], _ b: [Double], reach: Int) -> (distance: Double, shift: Int) {
    let size = (a.reduce(0) { $0 + $1 * $1 } * b.reduce(0) { $0 + $1 * $1 }).squareRoot()
    if !(size > 0) { return (1, 0) }
    var best = (value: -Double.infinity, shift: 0)
    for step in 0...2 * reach {
      // 0, 1, −1, 2…: of equals the smallest shift.
      let shift = step % 2 == 0 ? -step / 2 : (step + 1) / 2
      var sum = 0.0
      for place in max(0, shift)..<min(a.count, b.count + shift) { sum += a[place] * b[place - shift] }
      if sum > best.value { best = (sum, shift) }
    }
    return (1 - best.value / size, best.shift)
  }

  /// The shape with the largest sum of squared correlations with the members, aligned to `center`.
  package static func extract(_ members: [[Double]], near center: [Double], reach: Int) -> [Double] {
    let count = members[0].count
    let isBlank = center.allSatisfy { $0 == 0 }
    let aligned = members.map { member -> [Double] in
      let shift = isBlank ? 0 : between(center, member, reach: reach).shift
      let moved = (0..<count).map { place -> Double in
        place - shift >= 0 && place - shift < count ? member[place - shift] : 0
      }
      return Shapes.standard(moved, at: 0, window: count)
    }
    // The leading eigenvector of Σ x xᵀ among vectors of mean 0, from the sum of the members on.
    var vector = [Double](repeating: 0, count: count)
    for member in aligned { for place in 0..<count { vector[place] += member[place] } }
    if vector.allSatisfy({ abs($0) < 1e-12 }) { vector = aligned.first { $0.contains { $0 != 0 } } ?? vector }
    let direction = vector
    for _ in 0..<60 {
      var next = [Double](repeating: 0, count: count)
      for member in aligned {
        var product = 0.0
        for place in 0..<count { product += member[place] * vector[place] }
        for place in 0..<count { next[place] += product * member[place] }
      }
      let mean = next.reduce(0, +) / Double(count)
      let length = next.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }.squareRoot()
      if !(length > 0) { break }
      vector = next.map { ($0 - mean) / length }
    }
    let agreement = zip(vector, direction).reduce(0) { $0 + $1.0 * $1.1 }
    return Shapes.standard(agreement < 0 ? vector.map { -$0 } : vector, at: 0, window: count)
  }
}

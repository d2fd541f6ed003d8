package import Numerics

/// Scores windows by how far their shape lies from shapes that are learned anew, batch by batch.
///
/// - Input: see `StretchDetector`; rows to score come in order, and each batch is judged before it is learned from.
/// - Output: the mean over the shapes of the shape-based distance (0...2), weighed by how often and how lately they occurred.
/// - Complexity: O(*n k m²* / 2) for *k* ≤ 12 shapes of *m* rows.
/// - Randomness: as k-Shape for the first shapes.
/// - Source: Boniol, Paparrizos, Palpanas and Franklin, *SAND: streaming subsequence anomaly detection*, VLDB 2021, algorithm 2
///   (batches, new shapes beyond the usual distance, weights that fade by 1 − α).
/// - Differs: windows of a batch join the nearest known shape or, beyond the mean plus three deviations of the distances in
///   the first batch, make new shapes with those like the first, where the paper clusters each batch first; a shape becomes the one nearest to
///   itself, counted as half of the members, and to what joined it.
package struct StreamingShapes: StretchMethod {
  package static let name = "sand"
  package let window: Int?
  package let clusters: Int
  /// Windows in a batch; nil for ten windows' length.
  package let batch: Int?
  /// How fast old weights fade: α.
  package let fading: Double

  package init(window: Int? = nil, clusters: Int = 4, batch: Int? = nil, fading: Double = 0.5) {
    self.window = window
    self.clusters = clusters
    self.batch = batch
    self.fading = fading
  }

  package func fit(
    _ values: [Double], window: Int, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Fitted {
    if let batch, batch < 1 { throw .parameter(name: "batch", reason: "must be at least 1") }
    if !(fading >= 0 && fading <= 1) { throw .parameter(name: "fading", reason: "must lie in 0...1") }
    let first = try ShapeClusters(window: window, clusters: clusters).fit(
      values, window: window, using: &random, work: work)
    let starts = Shapes.starts(in: values.count, window: window, apart: max(1, window / 4), most: 500)
    let distances = starts.map { start -> Double in
      let shape = Shapes.standard(values, at: start, window: window)
      return first.centers.map { ShapeDistance.between(shape, $0, reach: first.reach).distance }.min() ?? 0
    }
    let (mean, deviation) = moments(of: distances)
    return Fitted(
      start: first, border: mean + 3 * deviation, batch: batch ?? 10 * window, fading: fading)
  }

  package struct Fitted: FittedStretches {
    let start: ShapeClusters.Fitted
    /// Farther windows belong to no known shape.
    let border: Double
    let batch: Int
    let fading: Double

    private static let mostShapes = 12

    package func scores(of values: [Double], window: Int, work: Work) throws(DetectionError) -> [Double] {
      var (centers, weights) = (start.centers, start.weights)
      let count = values.count - window + 1
      var scores: [Double] = []
      scores.reserveCapacity(count)
      while scores.count < count {
        let range = scores.count..<min(count, scores.count + batch)
        let part = Array(values[range.lowerBound..<range.upperBound + window - 1])
        let (known, shares) = (centers, weights)
        let total = max(shares.reduce(0, +), 1e-12)
        let cost = known.count * window * (2 * start.reach + 1)
        scores += try Shapes.map(part, window: window, cost: cost, work: work) { shape in
          var sum = 0.0
          for (center, share) in zip(known, shares) where share > 0 {
            sum += share / total * ShapeDistance.between(shape, center, reach: start.reach).distance
          }
          return sum
        }
        if scores.count < count { learn(part, window: window, &centers, &weights) }
      }
      return scores
    }

    private func learn(
      _ values: [Double], window: Int, _ centers: inout [[Double]], _ weights: inout [Double]
    ) {
      let starts = Shapes.starts(in: values.count, window: window, apart: max(1, window / 4), most: 200)
      var members = [[[Double]]](repeating: [], count: centers.count + 1)
      for start in starts {
        let shape = Shapes.standard(values, at: start, window: window)
        let distances = centers.map { ShapeDistance.between(shape, $0, reach: self.start.reach).distance }
        let nearest = distances.indices.min { (distances[$0], $0) < (distances[$1], $1) } ?? 0
        members[distances[nearest] > border ? centers.count : nearest].append(shape)
      }
      for cluster in centers.indices {
        let own = members[cluster]
        weights[cluster] = (1 - fading) * weights[cluster] + fading * Double(own.count) / Double(starts.count)
        if own.isEmpty { continue }
        let old = [[Double]](repeating: centers[cluster], count: (own.count + 1) / 2)
        centers[cluster] = ShapeDistance.extract(old + own, near: centers[cluster], reach: start.reach)
      }
      // What is alike among the new windows makes a shape, at most four of them.
      var new = members[centers.count]
      for _ in 0..<4 where !new.isEmpty {
        let seed = new[0]
        let group = new.filter { ShapeDistance.between(seed, $0, reach: start.reach).distance <= border }
        new = new.filter { ShapeDistance.between(seed, $0, reach: start.reach).distance > border }
        if centers.count == Self.mostShapes {
          // The lightest shape makes room.
          let lightest = weights.indices.min { (weights[$0], $0) < (weights[$1], $1) } ?? 0
          centers.remove(at: lightest)
          weights.remove(at: lightest)
        }
        let members = group.isEmpty ? [seed] : group
        if group.isEmpty { new.removeFirst() }
        centers.append(ShapeDistance.extract(members, near: seed, reach: start.reach))
        weights.append(fading * Double(members.count) / Double(starts.count))
      }
    }
  }
}

package import Numerics
package import Values

/// Scores rows by their distance to the nearest of a few training rows drawn once.
///
/// - Input: `n` × `d`, complete, on comparable scales: the distance is Euclidean. Scale the columns first.
/// - Output: a distance ≥ 0 in the unit of the data; at most 1e100.
/// - Complexity: fit O(*n d*), score O(*n s d*); memory 8 *s d* bytes.
/// - Randomness: draws the sample; the same seed draws the same rows on every machine.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below two rows.
/// - Source: Sugiyama and Borgwardt, *Rapid distance-based outlier detection via sampling*, NIPS 2013, section 3.
package struct SampleDistance: Detector, Equatable {
  package static let name = "sampling"
  /// Rows to draw; fewer if there are fewer.
  package let sampleSize: Int

  package init(sampleSize: Int = 20) { self.sampleSize = sampleSize }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if sampleSize < 2 { throw .parameter(name: "sample", reason: "must be at least 2") }
    let rows = try ReferenceRows(training, atLeast: 2, work: work)
    let chosen = random.sample(min(sampleSize, training.rowCount), of: training.rowCount).sorted()
    return Model(
      rows: rows.keeping(chosen), chosen: chosen)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = SampleDistance.name
    let rows: ReferenceRows
    /// The training row behind each row of the sample.
    let chosen: [Int]

    package func evidence(
      for row: Int, of rows: Observations, trainedAt place: Int?, work: Work
    ) throws(DetectionError) -> Evidence? {
      try self.rows.evidence(of: rows, excluding: place, names: chosen, work: work)
    }

    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      let sample = self.rows.matrix
      return try self.rows.contributions(
        of: rows, meaning: "squared distance to the nearest drawn row", work: work
      ) { _, values in
        // A drawn row is not its own neighbour; another at distance 0 adds nothing either way.
        var best = (place: 0, squared: Double.infinity)
        for place in 0..<sample.rows {
          let squared = values.squaredDistance(to: sample.row(place))
          if squared > 0, squared < best.squared { best = (place, squared) }
        }
        return sample.row(best.place)
      }
    }

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try distances(of: rows, work: work) { _, _ in false }
    }

    /// A row of the sample is not its own neighbour.
    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      let chosen = chosen
      return try distances(of: training, work: work) { chosen[$0] == $1 }
    }

    private func distances(
      of rows: Observations, work: Work, isSelf: @Sendable (_ place: Int, _ row: Int) -> Bool
    ) throws(DetectionError) -> [Double] {
      let unit = self.rows.unit
      let scaled = try self.rows.scaled(rows, work: work)
      let sample = PackedRows(self.rows.matrix)
      return try cancellable { () throws(Cancelled) in
        try work.fill(scaled.rows, size: 1024, stage: "scoring") { range, target in
          let squared = sample.squaredDistances(of: scaled, range)
          for place in 0..<range.count {
            var nearest = Double.infinity
            for other in 0..<sample.count where !isSelf(other, range.lowerBound + place) {
              nearest = min(nearest, squared[place * sample.count + other])
            }
            target[place] = min(nearest.squareRoot() * unit, largestScore)
          }
        }
      }
    }
  }
}

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
    try training.require(rows: 2)
    try training.requireComplete()
    let chosen = random.sample(min(sampleSize, training.rowCount), of: training.rowCount).sorted()
    // All that follows is so cheap that the scale must be, too.
    return Model(
      rows: try ReferenceRows(training, atLeast: 2, keeping: chosen, decidedBy: 256, work: work),
      chosen: chosen)
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
      try distances(of: rows, excludingSelf: false, work: work)
    }

    /// A row of the sample is not its own neighbour.
    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      try distances(of: training, excludingSelf: true, work: work)
    }

    private func distances(
      of rows: Observations, excludingSelf: Bool, work: Work
    ) throws(DetectionError) -> [Double] {
      let unit = self.rows.unit
      try self.rows.require(rows)
      let sample = PackedRows(self.rows.matrix)
      return try cancellable { () throws(Cancelled) in
        try work.fill(rows.rowCount, size: 256, stage: "scoring") { range, target in
          let scaled = self.rows.scaled(rows, range)
          var squared = sample.squaredDistances(of: scaled.span, rows: range.count)
          if excludingSelf {
            for (other, row) in chosen.enumerated() where range.contains(row) {
              squared[(row - range.lowerBound) * sample.count + other] = .infinity
            }
          }
          for place in 0..<range.count {
            var nearest = Double.infinity
            for other in 0..<sample.count { nearest = min(nearest, squared[place * sample.count + other]) }
            target[place] = min(nearest.squareRoot() * unit, largestScore)
          }
        }
      }
    }
  }
}

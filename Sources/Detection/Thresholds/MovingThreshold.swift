package import Values

/// A way of setting a threshold that is not the same for all rows of a run.
package protocol MovingThreshold: Sendable {
  /// With its parameters, for the reader.
  var summary: String { get }
  func levels(for scores: Scores) throws(ThresholdError) -> MovingLevels
}

/// What a row's score must exceed, row by row.
package struct MovingLevels: Sendable {
  /// One a row; NaN where nothing is decided.
  var levels: [Double]
  /// Where they come from, for the reader: "the first 200 rows of each segment".
  var learnedFrom: String
}

extension MovingThreshold {
  /// Turns scores into alarms.
  package func decide(_ scores: Scores, shape: AlarmShape) throws(ThresholdError) -> Alarms {
    let found = try levels(for: scores)
    var segments: [AlarmSegment] = []
    for run in scores.index.runs {
      segments += AlarmShape.stretches(of: scores, in: run.rows) { row, _ in
        scores.values[row] > found.levels[row]
      }
    }
    let last = scores.index.runs.map { run in run.rows.last { !found.levels[$0].isNaN } }
    let plain = Alarms(
      scores: scores, thresholds: last.map { row in row.map { found.levels[$0] } ?? largestScore },
      levels: found.levels, flags: Mask(of: segments, count: scores.index.count), segments: segments,
      rule: "\(summary), learned from \(found.learnedFrom)")
    return try plain.shaped(by: shape)
  }
}

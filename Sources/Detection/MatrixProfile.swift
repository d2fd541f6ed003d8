package import Numerics
import Values

/// Scores moments of a series by how unlike every other stretch the stretch around them is.
///
/// - Input: one channel, complete, evenly spaced; at least two windows long to fit, one window to score.
/// - Output: for each row, the z-normalised distance in 0...2√m of the window centered on it to its nearest neighbour
///   (the matrix profile); the first and last half window repeat the outermost windows' scores.
/// - Complexity: O(*n²*) to score the training series, O(*n l*) to score *l* rows; memory O(*n*) a thread.
/// - Throws: `notOneChannel`, `missing`, `tooFewRows`; `parameter` for a window below 4.
/// - Source: Yeh and others, *Matrix profile I*, ICDM 2016, definitions 4 to 7; discords: Keogh, Lin and Fu, ICDM 2005.
/// - Differs: a window does not meet windows that start less than a quarter window away (as in STUMPY). Windows that
///   never vary have distance 0 to each other and √m to others. A spike of more than 1e6 deviations costs digits.
package struct MatrixProfile: Detector, Equatable {
  package static let name = "matrixprofile"
  /// Rows that a window holds.
  package let window: Int

  package init(window: Int) { self.window = window }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if window < 4 { throw .parameter(name: "window", reason: "must hold at least 4 rows") }
    if training.features.count != 1 { throw .notOneChannel(count: training.features.count) }
    try training.require(rows: 2 * window)
    try training.requireComplete()
    return Model(series: training.matrix.values, window: window)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = MatrixProfile.name
    package static let readsSeries = true
    let series: [Double]
    let window: Int

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let values = try channel(rows)
      return spread(
        try cancellable { () throws(Cancelled) in try profile(values).join(profile(series), work: work) },
        over: values.count)
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      let values = try channel(training)
      precondition(values.count == series.count, "this is not the training series")
      let exclusion = (window + 3) / 4 + 1
      return spread(
        try cancellable { () throws(Cancelled) in
          try profile(series).selfJoin(exclusion: exclusion, work: work)
        }, over: values.count)
    }

    private func channel(_ rows: Observations) throws(DetectionError) -> [Double] {
      if rows.features.count != 1 { throw .notOneChannel(count: rows.features.count) }
      try rows.require(rows: window)
      try rows.requireComplete()
      return rows.matrix.values
    }

    /// Both sides of a join are brought to the training series' size.
    private func profile(_ values: [Double]) -> WindowProfile {
      let center = Selection.median(of: series) ?? 0
      let reach = series.reduce(0.0) { max($0, abs($1 - center)) }
      return WindowProfile(values, window: window, center: center, scale: reach > 0 ? reach : 1)
    }

    /// From one distance a window to one a row.
    private func spread(_ distances: [Double], over rows: Int) -> [Double] {
      (0..<rows).map { distances[min(max($0 - window / 2, 0), distances.count - 1)] }
    }
  }
}

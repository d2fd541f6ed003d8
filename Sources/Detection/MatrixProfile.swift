package import Numerics
import Values

/// Scores moments of a series by how unlike every other stretch the stretch around them is.
///
/// - Input: one channel, complete, evenly spaced; at least two windows long to fit, one window to score.
/// - Output: for each row, the z-normalised distance in 0...2√m of the window centered on it to its nearest neighbour
///   (the matrix profile); the first and last half window repeat the outermost windows' scores.
/// - Complexity: O(*n²*) to score the training series, O(*n l*) to score *l* rows; memory O(*n*) a thread.
///   With `neighbors` left or right, only earlier or only later windows count: the left profile is what an online
///   profile (STUMPI) shows, and a window that has none on that side scores 0. To score other rows by the left profile
///   puts them behind the training rows.
/// - Throws: `notOneChannel`, `missing`, `tooFewRows`; `parameter` for a window below 4.
/// - Source: Yeh and others, *Matrix profile I*, ICDM 2016, definitions 4 to 7; discords: Keogh, Lin and Fu, ICDM 2005.
/// - Differs: a window does not meet windows that start less than a quarter window away (as in STUMPY). Windows that
///   never vary have distance 0 to each other and √m to others. A spike of more than 1e6 deviations costs digits.
package struct MatrixProfile: Detector, Equatable {
  package static let name = "matrixprofile"
  /// Rows that a window holds.
  package let window: Int
  /// Which windows a window is compared with.
  package let neighbors: WindowProfile.Neighborhood

  package init(window: Int, neighbors: WindowProfile.Neighborhood = .both) {
    self.window = window
    self.neighbors = neighbors
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if window < 4 { throw .parameter(name: "window", reason: "must hold at least 4 rows") }
    if training.features.count != 1 { throw .notOneChannel(count: training.features.count) }
    try training.require(rows: 2 * window)
    try training.requireComplete()
    return Model(series: training.matrix.values, window: window, neighbors: neighbors)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = MatrixProfile.name
    package static let readsSeries = true
    let series: [Double]
    let window: Int
    let neighbors: WindowProfile.Neighborhood

    /// The window around the row, and the one most like it that it was compared with.
    package func evidence(
      for row: Int, of rows: Observations, trainedAt place: Int?, work: Work
    ) throws(DetectionError) -> Evidence? {
      let values = try channel(rows)
      let start = WindowShape(window: window, form: .shape, channels: 1)
        .windowIndex(of: row, among: values.count - window + 1)
      let own = Self.shape(values[start..<start + window])
      let zone = place == nil ? 0 : (window + 3) / 4 + 1
      var best: Evidence.Match?
      for other in 0...series.count - window where place == nil || abs(other - start) >= zone {
        if neighbors == .left, other > start || place == nil { continue }
        if neighbors == .right, other < start { continue }
        let shape = Self.shape(series[other..<other + window])
        let distance = own[...].squaredDistance(to: shape[...]).squareRoot()
        if distance < best?.distance ?? .infinity {
          best = Evidence.Match(rows: other..<other + window, distance: distance)
        }
      }
      return best.map {
        Evidence(own: start..<start + window, matches: [$0], measure: "z-normalised distance")
      }
    }

    private static func shape(_ values: ArraySlice<Double>) -> [Double] {
      let (mean, deviation) = moments(of: Array(values))
      return values.map { deviation > 0 ? ($0 - mean) / deviation : 0 }
    }

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let values = try channel(rows)
      switch neighbors {
      case .both: break
      case .right: return spread(try ownProfile(of: values, work: work), over: values.count)
      case .left:
        // What was learned lies before the rows, unless they begin with it.
        let isContinued = values.starts(with: series)
        let whole = isContinued ? values : series + values
        let distances = spread(try ownProfile(of: whole, work: work), over: whole.count)
        return Array(distances.suffix(values.count))
      }
      return spread(
        try cancellable { () throws(Cancelled) in try profile(values).join(profile(series), work: work) },
        over: values.count)
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      let values = try channel(training)
      precondition(values.count == series.count, "this is not the training series")
      return spread(try ownProfile(of: values, work: work), over: values.count)
    }

    private func ownProfile(of values: [Double], work: Work) throws(DetectionError) -> [Double] {
      try cancellable { () throws(Cancelled) in
        try profile(values).selfJoin(exclusion: (window + 3) / 4 + 1, neighbors: neighbors, work: work)
      }
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

    private func spread(_ distances: [Double], over rows: Int) -> [Double] {
      WindowShape(window: window, form: .shape, channels: 1).spread(distances, over: rows)
    }
  }
}

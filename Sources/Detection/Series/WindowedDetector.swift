package import Numerics
package import Values

/// Scores moments of a series by how odd the window around them is to a detector of rows.
///
/// Each window of every channel becomes one row: Sub-PCA, Sub-kNN, Sub-LOF, Sub-IForest are all this.
///
/// - Input: evenly spaced rows, at least two windows to fit, one to score; complete if the detector asks for that.
/// - Output: for each row, the score of the window centered on it; the first and last half window repeat the outermost
///   windows' scores.
/// - Complexity: the detector's for *n* rows of *m d* values; memory 8 *n m d* bytes to fit, at most 64 MB to score
///   beyond what the detector takes.
/// - Source: Liu and Paparrizos, *TSB-AD*, NeurIPS 2024, appendix (window of one period, scores at window centers).
/// - Differs: windows that overlap are neighbours like any others.
package struct WindowedDetector<Base: Detector>: Detector {
  package static var name: String { "sub-" + Base.name }
  package let base: Base
  /// Rows that a window holds; nil for one estimated cycle of the first channel.
  package let window: Int?
  package let form: WindowForm

  package init(_ base: Base, window: Int?, form: WindowForm = .raw) {
    self.base = base
    self.window = window
    self.form = form
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    try training.require(rows: 8)
    if Base.Model.needsCompleteRows || window == nil || form != .raw { try training.requireComplete() }
    let window = window ?? min(Period.window(for: training.matrix.column(0)), training.rowCount / 2)
    if window < 2 { throw .parameter(name: "window", reason: "must hold at least 2 rows") }
    try training.require(rows: 2 * window)
    let shape = WindowShape(window: window, form: form, channels: training.features.count)
    do throws(DetectionError) {
      let rows = try shape.rows(of: training, windows: 0..<training.rowCount - window + 1, work: work)
      return Model(base: try base.fit(rows, using: &random, work: work), shape: shape)
    } catch {
      throw shape.atRow(error, training)
    }
  }

  package struct Model: FittedDetector {
    package static var method: String { WindowedDetector.name }
    package static var readsSeries: Bool { true }
    let base: Base.Model
    let shape: WindowShape

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      var scores: [Double] = []
      for range in try shape.blocks(of: rows) {
        do throws(DetectionError) {
          scores += try base.scores(of: shape.rows(of: rows, windows: range, work: work), work: work)
        } catch {
          throw shape.atRow(error, rows)
        }
      }
      return shape.spread(scores, over: rows.rowCount)
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      _ = try shape.blocks(of: training)
      let windows = 0..<training.rowCount - shape.window + 1
      return shape.spread(
        try base.scoresOfTraining(shape.rows(of: training, windows: windows, work: work), work: work),
        over: training.rowCount)
    }

    /// The base's contributions of the window around each row, summed over the window's rows.
    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      let channels = shape.channels
      var sums: [Double] = []
      var meaning = ""
      for range in try shape.blocks(of: rows) {
        let part = try shape.rows(of: rows, windows: range, work: work)
        guard let found = try base.contributions(to: part, work: work) else { return nil }
        meaning = found.meaning
        for row in 0..<range.count {
          var totals = [Double](repeating: 0, count: channels)
          for (cell, value) in found.matrix.row(row).enumerated() { totals[cell / shape.window] += value }
          sums += totals.map { min($0, largestScore) }
        }
      }
      let count = sums.count / channels
      var values: [Double] = []
      values.reserveCapacity(rows.rowCount * channels)
      for row in 0..<rows.rowCount {
        let window = shape.windowIndex(of: row, among: count)
        values += sums[window * channels..<(window + 1) * channels]
      }
      return rows.contributions(values, meaning: meaning + ", summed over the window")
    }
  }
}

/// What of a window a detector sees.
package enum WindowForm: String, Sendable, Codable, CaseIterable {
  /// Its values.
  case raw
  /// Its values less their mean.
  case centered
  /// Its values less their mean, over their deviation: shape alone.
  case shape
}

/// How windows of a series become rows.
struct WindowShape: Sendable, Codable, Equatable {
  let window: Int
  let form: WindowForm
  let channels: Int

  /// Cells of a block of windows that is scored at once.
  private static let mostCells = 8_000_000

  /// Stretches of windows that are scored together.
  func blocks(of rows: Observations) throws(DetectionError) -> [Range<Int>] {
    try rows.require(features: channels)
    try rows.require(rows: window)
    let count = rows.rowCount - window + 1
    let size = max(1, Self.mostCells / (window * channels))
    return stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
  }

  /// One row a window: the first channel's values, then the second's.
  func rows(of series: Observations, windows: Range<Int>, work: Work) throws(DetectionError) -> Observations {
    let width = window * channels
    let size = max(1, 65_536 / width)
    let columns = (0..<channels).map { series.matrix.column($0) }
    let values = try cancellable { () throws(Cancelled) in
      try work.fill(windows.count, stride: width, size: size, stage: "windows") { range, target in
        for place in range {
          let first = windows.lowerBound + place
          for channel in 0..<channels {
            let (offset, factor) = scaling(columns[channel], first)
            let cell = (place - range.lowerBound) * width + channel * window
            for t in 0..<window { target[cell + t] = (columns[channel][first + t] - offset) * factor }
          }
        }
      }
    }
    return try Observations(
      matrix: Matrix(rows: windows.count, columns: width, values: values),
      features: series.features.flatMap { name in (0..<window).map { "\(name)[\($0)]" } })
  }

  private func scaling(_ column: [Double], _ first: Int) -> (offset: Double, factor: Double) {
    if form == .raw { return (0, 1) }
    let (mean, deviation) = moments(of: Array(column[first..<first + window]))
    return (mean, form == .shape && deviation > 0 && (1 / deviation).isFinite ? 1 / deviation : 1)
  }

  /// The window that is centered on a row, or the nearest to that.
  func windowIndex(of row: Int, among count: Int) -> Int { min(max(row - window / 2, 0), count - 1) }

  /// From one number a window to one a row.
  func spread(_ scores: [Double], over rows: Int) -> [Double] {
    (0..<rows).map { scores[windowIndex(of: $0, among: scores.count)] }
  }

  /// A fact about a window's cell as one about the series' row.
  func atRow(_ error: DetectionError, _ series: Observations) -> DetectionError {
    func place(_ feature: String) -> (name: String, step: Int) {
      guard let bracket = feature.lastIndex(of: "["),
        let step = Int(feature[bracket...].dropFirst().dropLast())
      else { return (feature, 0) }
      return (String(feature[..<bracket]), step)
    }
    switch error {
    case .missing(let row, let feature):
      return .missing(row: row + place(feature).step, feature: place(feature).name)
    case .tooLarge(let row, let feature):
      return .tooLarge(row: row + place(feature).step, feature: place(feature).name)
    case .tooFewRows(let needed, let got):
      return .tooFewRows(needed: needed + window - 1, got: got + window - 1)
    default: return error
    }
  }
}

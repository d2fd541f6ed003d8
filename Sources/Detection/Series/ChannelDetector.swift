package import Numerics
package import Values

/// A way of judging one channel moment by moment, in order of time.
package protocol ChannelMethod: Sendable, Equatable {
  associatedtype Fitted: FittedChannel
  static var name: String { get }
  /// What its numbers are, for the reader of contributions.
  static var meaning: String { get }
  /// Rows that it needs to learn from.
  var leastRows: Int { get }
  /// Learns from values around 0 with a spread of about 1, complete, none beyond `farthestValue`.
  func fit(_ values: [Double], work: Work) throws(DetectionError) -> Fitted
}

/// What a method has learned of a channel.
package protocol FittedChannel: Sendable, Codable, Equatable {
  /// One number ≥ 0 a value, comparable between channels; 0 while nothing can be said yet.
  func statistic(of values: [Double], work: Work) throws(DetectionError) -> [Double]
}

/// Standardised values beyond this count as this.
let farthestValue = 1e12

/// Scores moments of a series by the largest number that any of its channels' methods gives them.
///
/// - Input: rows in order of time, evenly spaced; any number of channels. A missing value stands for the one before
///   it and adds nothing to its row's score.
/// - Output: the method's number for the oddest channel; contributions are the numbers of all.
/// - Complexity: the method's, for each channel.
/// - Differs: each channel is centered on its median and scaled by its median absolute deviation (by its standard
///   deviation where that vanishes), so that methods need not care for units.
package struct ChannelDetector<Method: ChannelMethod>: Detector, Equatable {
  package static var name: String { Method.name }
  package let method: Method
  package let summary: DeviationSummary

  package init(_ method: Method, summary: DeviationSummary = .largest) {
    self.method = method
    self.summary = summary
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    try training.require(rows: max(2, method.leastRows))
    var channels: [Channel] = []
    for column in 0..<training.features.count {
      let raw = training.matrix.column(column)
      let known = training.firstMissing == nil ? raw : raw.filter { !$0.isNaN }
      if known.isEmpty { throw .missing(row: 0, feature: training.features[column]) }
      var (center, scale) = medianMoments(of: known)
      if !(scale > 0) { (center, scale) = moments(of: known) }
      if !(scale > 0) { scale = 1 }
      let blank = Channel(center: center, scale: scale, method: nil)
      let fitted = try method.fit(blank.standardised(raw), work: work)
      channels.append(Channel(center: center, scale: scale, method: fitted))
    }
    return Model(channels: channels, summary: summary)
  }

  /// What is known of one channel.
  struct Channel: Sendable, Codable, Equatable {
    let center: Double
    let scale: Double
    let method: Method.Fitted?

    func standardised(_ raw: [Double]) -> [Double] {
      var result = raw.map { max(-farthestValue, min(($0 - center) / scale, farthestValue)) }
      var gaps = 0
      for value in raw { gaps += value.isNaN ? 1 : 0 }
      if gaps == 0 { return result }
      for row in result.indices where raw[row].isNaN { result[row] = row == 0 ? 0 : result[row - 1] }
      return result
    }
  }

  package struct Model: FittedDetector, Equatable {
    package static var method: String { Method.name }
    package static var readsSeries: Bool { true }
    let channels: [Channel]
    let summary: DeviationSummary

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let numbers = try numbers(of: rows, work: work)
      let columns = channels.count
      if columns == 1 { return numbers }
      return (0..<rows.rowCount).map { row in
        let cells = numbers[row * columns..<(row + 1) * columns]
        switch summary {
        case .largest: return cells.max() ?? 0
        case .mean: return cells.reduce(0) { $0 + $1 / Double(columns) }
        case .rootMeanSquare:
          let largest = cells.max() ?? 0
          if largest == 0 { return 0 }
          let mean = cells.reduce(0) { $0 + $1 / largest * ($1 / largest) } / Double(columns)
          return largest * mean.squareRoot()
        }
      }
    }

    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      if channels.count == 1 { return nil }
      return rows.contributions(try numbers(of: rows, work: work), meaning: Method.meaning)
    }

    /// Rows × channels.
    private func numbers(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try rows.require(features: channels.count)
      var result = [Double](repeating: 0, count: rows.rowCount * channels.count)
      for (column, channel) in channels.enumerated() {
        let raw = rows.matrix.column(column)
        guard let statistic = try channel.method?.statistic(of: channel.standardised(raw), work: work)
        else { continue }
        for (row, number) in statistic.enumerated() where !raw[row].isNaN {
          result[row * channels.count + column] =
            number.isFinite ? min(max(number, 0), largestScore) : largestScore
        }
      }
      return result
    }
  }
}

/// The usual size of what a forecast misses by.
struct ResidualScale: Sendable, Codable, Equatable {
  let value: Double

  /// Residuals below this share of the channel's spread are no residuals.
  private static let smallest = 1e-6

  /// Where most residuals are 0, their standard deviation stands in for the median absolute deviation.
  init(_ residuals: some Sequence<Double>) {
    let residuals = Array(residuals)
    var scale = Statistics.normalConsistency * (Selection.median(of: residuals.map(abs)) ?? 0)
    if !(scale > Self.smallest) { scale = moments(of: residuals).deviation }
    value = scale > Self.smallest ? scale : Self.smallest
  }

  func deviations(_ residuals: [Double]) -> [Double] { residuals.map { abs($0) / value } }
}

extension Work {
  /// Asks now and then, in loops that cannot be divided.
  @inline(__always)
  func pause(at step: Int) throws(DetectionError) {
    if step & 0x3ff == 0, isCancelled() { throw .cancelled }
  }
}

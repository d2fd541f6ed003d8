package import Numerics
import Values

/// A way of judging the windows of one channel.
package protocol StretchMethod: Sendable, Equatable {
  associatedtype Fitted: FittedStretches
  static var name: String { get }
  /// Rows of a window; nil for one estimated cycle.
  var window: Int? { get }
  /// Learns from values around 0 with a spread of about 1, complete, none beyond `farthestValue`; at least two windows.
  func fit(
    _ values: [Double], window: Int, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Fitted
}

/// What a method has learned of windows.
package protocol FittedStretches: Sendable, Codable, Equatable {
  /// One number ≥ 0 a window, in order.
  func scores(of values: [Double], window: Int, work: Work) throws(DetectionError) -> [Double]
}

/// Scores moments of one channel by the window around them.
///
/// - Input: one channel, complete, evenly spaced; at least two windows to fit, one to score.
/// - Output: for each row the score of the window centered on it; the first and last half window repeat the outermost ones.
/// - Differs: the channel is centered on its median and scaled by its median absolute deviation (by its standard deviation
///   where that vanishes), so that methods need not care for units.
package struct StretchDetector<Method: StretchMethod>: Detector, Equatable {
  package static var name: String { Method.name }
  package let method: Method
  package init(_ method: Method) { self.method = method }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if training.features.count != 1 { throw .notOneChannel(count: training.features.count) }
    try training.require(rows: 16)
    try training.requireComplete()
    let raw = training.matrix.values
    let window = method.window ?? min(Period.window(for: raw), training.rowCount / 4)
    if window < 4 { throw .parameter(name: "window", reason: "must hold at least 4 rows") }
    try training.require(rows: 2 * window)
    var (center, scale) = medianMoments(of: raw)
    if !(scale > 0) { (center, scale) = moments(of: raw) }
    let blank = Model(center: center, scale: scale > 0 ? scale : 1, window: window, fitted: nil)
    let fitted = try method.fit(blank.scaled(raw), window: window, using: &random, work: work)
    return Model(center: center, scale: blank.scale, window: window, fitted: fitted)
  }

  package struct Model: FittedDetector, Equatable {
    package static var method: String { Method.name }
    package static var readsSeries: Bool { true }
    let center: Double
    let scale: Double
    let window: Int
    let fitted: Method.Fitted?

    func scaled(_ raw: [Double]) -> [Double] {
      raw.map { max(-farthestValue, min(($0 - center) / scale, farthestValue)) }
    }

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      if rows.features.count != 1 { throw .notOneChannel(count: rows.features.count) }
      try rows.require(rows: window)
      try rows.requireComplete()
      guard let fitted else { return [Double](repeating: 0, count: rows.rowCount) }
      let found = try fitted.scores(of: scaled(rows.matrix.values), window: window, work: work)
      let shape = WindowShape(window: window, form: .shape, channels: 1)
      return shape.spread(found.map { bounded($0) }, over: rows.rowCount)
    }
  }
}

/// Windows by their shape alone.
enum Shapes {
  /// The window less its mean, over its deviation; zeros where it does not vary.
  static func standard(_ values: [Double], at start: Int, window: Int) -> [Double] {
    let part = Array(values[start..<start + window])
    let (mean, deviation) = moments(of: part)
    return deviation > 1e-12 * max(1, abs(mean)) ? part.map { ($0 - mean) / deviation } : part.map { _ in 0 }
  }

  /// Starts of at most `most` windows, evenly spread.
  static func starts(in count: Int, window: Int, apart: Int, most: Int) -> [Int] {
    let last = count - window
    let step = max(apart, (last + most) / most, 1)
    return Array(stride(from: 0, through: last, by: step))
  }

  /// One number a window of the series, in parallel.
  static func map(
    _ values: [Double], window: Int, cost: Int, work: Work, _ score: @Sendable ([Double]) -> Double
  ) throws(DetectionError) -> [Double] {
    let size = max(1, min(1024, 10_000_000 / max(cost, 1)))
    return try cancellable { () throws(Cancelled) in
      try work.fill(values.count - window + 1, size: size, stage: "scoring") { range, target in
        for start in range {
          target[start - range.lowerBound] = score(standard(values, at: start, window: window))
        }
      }
    }
  }
}

package import Numerics
import Values

/// What a stream says about a row.
package enum StreamScore: Sendable, Equatable {
  /// Too few rows have passed; so many more are needed.
  case learning(remaining: Int)
  case score(Double)
}

/// A detector that judges each row as it passes, learns from it, and keeps within its memory.
package protocol StreamMethod: Sendable, Equatable {
  associatedtype State: StreamState
  static var name: String { get }
  func start(features: Int, using random: inout SeededGenerator) throws(DetectionError) -> State
}

/// What a stream has learned so far.
package protocol StreamState: Sendable, Codable {
  /// Rows that pass before the first is judged.
  var warmup: Int { get }
  /// Judges a complete row, then learns from it.
  mutating func take(_ row: [Double]) -> StreamScore
}

/// A stream method as a detector of rows in order of time.
///
/// To fit is to let the training rows pass; to score is to let the rows pass behind them, or from the start if they begin
/// with the training rows. So each row is judged by what came before it, never by itself or by later ones.
///
/// - Input: rows in order of time; a missing value stands for the one before it (0 before the first).
/// - Output: the method's; rows that pass while it is learning are not scored.
package struct StreamDetector<Method: StreamMethod>: Detector, Equatable {
  package static var name: String { Method.name }
  package let method: Method

  package init(_ method: Method) { self.method = method }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    try training.require(rows: 2)
    let start = try method.start(features: training.features.count, using: &random)
    var model = Model(
      start: start, learned: start, rows: 0, digest: 0, features: training.features.count)
    model.digest = Model.digest(training.matrix.values)
    model.rows = training.rowCount
    _ = try model.pass(training, through: &model.learned, work: work)
    return model
  }

  package struct Model: FittedDetector {
    package static var method: String { Method.name }
    package static var readsSeries: Bool { true }
    let start: Method.State
    var learned: Method.State
    /// Of the training rows.
    var rows: Int
    var digest: UInt64
    let features: Int

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      var state = beginsWithTraining(rows) ? start : learned
      return try pass(rows, through: &state, work: work)
    }

    /// From the start, whatever the rows hold: a stream judges what it learns from.
    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      var state = start
      return try pass(training, through: &state, work: work)
    }

    package func unscoredRows(of rows: Observations) -> Int {
      beginsWithTraining(rows) ? start.warmup : max(0, start.warmup - self.rows)
    }

    private func beginsWithTraining(_ other: Observations) -> Bool {
      other.rowCount >= rows && Self.digest(other.matrix.values.prefix(rows * features)) == digest
    }

    func pass(
      _ rows: Observations, through state: inout Method.State, work: Work
    ) throws(DetectionError) -> [Double] {
      try rows.require(features: features)
      var gate = StreamGate(features: features)
      var scores: [Double] = []
      scores.reserveCapacity(rows.rowCount)
      for row in 0..<rows.rowCount {
        if row & 0x3f == 0, work.isCancelled() { throw .cancelled }
        if row & 0x3ff == 0 { work.report(Double(row) / Double(rows.rowCount), "stream") }
        if case .score(let score) = state.take(gate.completed(rows.matrix.row(row))) {
          scores.append(bounded(score))
        } else {
          scores.append(0)
        }
      }
      return scores
    }

    /// FNV-1a over the bits, word by word.
    static func digest(_ values: some Sequence<Double>) -> UInt64 {
      values.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ $1.bitPattern) &* 0x100_0000_01b3 }
    }
  }
}

/// Brings rows into the form that streams take: complete, and not too large to be squared.
package struct StreamGate: Sendable, Codable, Equatable {
  private var last: [Double]
  private static let farthest = 1e60

  package init(features: Int) { last = [Double](repeating: 0, count: features) }

  package mutating func completed(_ row: some Sequence<Double>) -> [Double] {
    for (place, value) in row.enumerated() where !value.isNaN {
      last[place] = max(-Self.farthest, min(value, Self.farthest))
    }
    return last
  }
}

/// A score that is finite, whatever happened.
func bounded(_ score: Double) -> Double {
  score.isNaN ? largestScore : max(-largestScore, min(score, largestScore))
}

/// Mean and deviation of the numbers so far (Welford, 1962).
struct RunningMoments: Sendable, Codable, Equatable {
  private(set) var count = 0.0
  private(set) var mean = 0.0
  private var squares = 0.0

  /// 0 while nothing has varied.
  var deviation: Double { count > 0 ? (squares / count).squareRoot() : 0 }

  mutating func take(_ value: Double) {
    count += 1
    let before = value - mean
    mean += before / count
    squares += before * (value - mean)
  }
}

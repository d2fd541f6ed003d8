import Numerics

/// Why scores cannot be judged.
package enum EvaluationError: Error, Sendable, Equatable {
  /// No scored row has a known label.
  case nothingToJudge
  /// The labels have an address that cannot meet the scores' address.
  case noCommonIndex(scores: String, labels: String)
  /// Row numbers meet only if there are equally many.
  case rowCountsDiffer(scores: Int, labels: Int)
  case cancelled
}

/// Scores beside the truth, row by row in order, for the rows that are judged.
///
/// Scores that agree in their first 40 bits are ties: what differs by rounding alone is no order, and would be
/// another one on another processor.
package struct LabelledScores: Sendable, Equatable {
  package let scores: [Double]
  package let labels: [Bool]
  /// Stretches of neighbouring rows; events and buffers never cross their borders. They cover all rows in order.
  package let runs: [Range<Int>]
  /// The chance of an anomaly, one a row, where it is known.
  package let probabilities: [Double]?

  package init(
    scores: [Double], labels: [Bool], runs: [Range<Int>]? = nil, probabilities: [Double]? = nil
  ) {
    precondition(scores.count == labels.count, "one label a score")
    precondition(scores.allSatisfy(\.isFinite), "scores are finite")
    self.scores = scores.map(\.withoutRounding)
    self.labels = labels
    self.runs = runs ?? [0..<scores.count]
    self.probabilities = probabilities
  }

  package var count: Int { scores.count }
  package var anomalies: Int { labels.reduce(0) { $0 + ($1 ? 1 : 0) } }
  package var prevalence: Double { count == 0 ? .nan : Double(anomalies) / Double(count) }

  /// The stretches of neighbouring anomalous rows.
  package var events: [Range<Int>] {
    runs.flatMap { run in
      var events: [Range<Int>] = []
      var row = run.lowerBound
      while row < run.upperBound {
        guard labels[row] else {
          row += 1
          continue
        }
        let start = row
        while row < run.upperBound, labels[row] { row += 1 }
        events.append(start..<row)
      }
      return events
    }
  }

  /// The same truth under other scores.
  package func with(scores: [Double]) -> LabelledScores {
    LabelledScores(scores: scores, labels: labels, runs: runs)
  }
}

package import Values

/// Which rows of scores are judged, and why those.
package struct JudgedRows: Sendable, Equatable {
  package enum Choice: Sendable, Equatable {
    /// The rows that the split keeps for testing.
    case test
    /// Every scored row but those that the model was fitted on.
    case notFitted
    /// Every scored row; the model saw them all.
    case all
  }

  package let choice: Choice
  /// Ascending rows of the scores.
  package let rows: [Int]
  package let judged: LabelledScores
  /// Chosen rows that were left out because no label is known.
  package let withoutLabel: Int
  /// Chosen rows that were left out because they have no score.
  package let withoutScore: Int

  package init(_ scores: Scores, labels: [Bool?]) throws(EvaluationError) {
    precondition(labels.count == scores.values.count, "one label a row")
    let count = scores.values.count
    let candidates: [Int]
    if scores.index.splits != nil {
      choice = .test
      candidates = scores.index.rows(in: .test)
    } else if let fitted = scores.fitted, !fitted.isFull {
      choice = .notFitted
      candidates = (0..<count).filter { !fitted[$0] }
    } else {
      choice = .all
      candidates = Array(0..<count)
    }
    let scored = candidates.filter { scores.isScored($0) }
    let rows = scored.filter { labels[$0] != nil }
    if rows.isEmpty { throw .nothingToJudge }
    withoutScore = candidates.count - scored.count
    withoutLabel = scored.count - rows.count
    self.rows = rows
    judged = LabelledScores(
      scores: rows.map { scores.values[$0] }, labels: rows.map { labels[$0] ?? false },
      runs: Self.runs(of: rows, in: scores.index),
      probabilities: scores.probability.map { all in rows.map { all[$0] } })
  }

  /// Stretches without a gap that stay inside a segment.
  private static func runs(of rows: [Int], in index: Index) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start = 0
    var segments = index.runs[...]
    for position in rows.indices {
      while let segment = segments.first, segment.rows.upperBound <= rows[position] {
        segments = segments.dropFirst()
      }
      let isLast = position + 1 == rows.count
      let border = segments.first?.rows.upperBound ?? .max
      if isLast || rows[position + 1] != rows[position] + 1 || rows[position + 1] >= border {
        runs.append(start..<position + 1)
        start = position + 1
      }
    }
    return runs
  }
}

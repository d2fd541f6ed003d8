import Chronology
import Evaluation
import Language
import Values

/// Which segment of scores over time stands highest while an event lasts: `evaluate causes --by segment`.
struct SegmentCauses {
  let scores: Scores
  let truth: (index: Index, causes: [String?])

  init(_ scores: Scores, truth: (index: Index, causes: [String?])) {
    self.scores = scores
    self.truth = truth
  }

  /// - Parameter means: the segments that the name of a cause stands for.
  func report(_ call: Invocation, means: (String) -> Set<String>) throws(Failure) -> Report {
    let input = EvaluateCauses.input.base
    guard let axis = scores.index.time, let moments = truth.index.time else {
      let isScores = scores.index.time == nil
      throw call.blame(
        isScores ? input : EvaluateCauses.truth.base, "R0402", "these rows have no times", label: "no times",
        remedy: isScores ? "Score rows that have times." : "Name a label column of a series.")
    }
    guard scores.index.segments.count > 1 else {
      throw call.blame(
        input, "R0516", "these scores have no segments to choose among", label: "one segment",
        remedy: "`unfold` gives each part of scores a segment of its own.")
    }
    let candidates = Set(scores.index.segments.map(\.name))
    let timelines = scores.index.segments.map { segment -> [(time: Int64, row: Int)] in
      segment.rows.map { (axis[$0].nanoseconds, $0) }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    }
    var events: [(name: String, event: CauseRanking.Event)] = []
    var (missed, unknown) = (0, 0)
    for (text, rows) in EvaluateCauses.stretches(truth.causes, in: truth.index) {
      let causes = means(text).intersection(candidates)
      let times = rows.map { moments[$0].nanoseconds }
      let means = timelines.map { mean($0, at: times) }
      if causes.isEmpty {
        unknown += 1
      } else if means.allSatisfy({ $0 == nil }) {
        missed += 1
      } else {
        // Segments that say nothing come last.
        let order = means.indices.sorted { one, other in
          (means[other] ?? -.infinity, one) < (means[one] ?? -.infinity, other)
        }
        let ranking = order.map { scores.index.segments[$0].name }
        events.append((text, CauseRanking.Event(ranking: ranking, causes: causes)))
      }
    }
    guard !events.isEmpty else {
      throw EvaluateCauses().noEvent(unknown: unknown, candidates, call)
    }
    return EvaluateCauses().report(events, missed: missed, unknown: unknown, ranked: "segment", call)
  }

  /// The mean score of the rows in which the moments lie; nil without any.
  private func mean(_ timeline: [(time: Int64, row: Int)], at moments: [Int64]) -> Double? {
    let extent = scores.index.extent?.nanoseconds ?? 0
    var rows: Set<Int> = []
    for moment in moments {
      var (low, high) = (0, timeline.count)
      while low < high {
        let middle = (low + high) / 2
        if timeline[middle].time <= moment { low = middle + 1 } else { high = middle }
      }
      guard low > 0, moment - timeline[low - 1].time < max(1, extent) else { continue }
      let row = timeline[low - 1].row
      if scores.isScored(row), scores.index.splits.map({ $0[row] == .test }) ?? true { rows.insert(row) }
    }
    if rows.isEmpty { return nil }
    return rows.sorted().reduce(0) { $0 + scores.values[$1] } / Double(rows.count)
  }
}

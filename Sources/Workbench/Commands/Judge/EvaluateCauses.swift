import Evaluation
import Language
import Notation
import Numerics
import Values

struct EvaluateCauses: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.scores, .alarms], help: "Scores or alarms whose contributions are judged.")
  static let truth = Parameter<Reference>.required(
    "against", .value([.table, .series]), placement: .option,
    help: "A column that names the cause of each anomalous row, empty elsewhere."
  ) { if case .reference(let reference) = $0 { reference } else { Reference(root: .last) } }
  static let means = Parameter<[String]>(
    AnyParameter(
      "means", .list(.text),
      help: "What causes mean, as \"leak:Pressure\" for each; causes that are features need none.")
  ) { argument in
    guard case .list(let items) = argument else {
      if case .text(let text) = argument { return [text] }
      return []
    }
    return items.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }
  static let part = Parameter<String>.choice(
    "by",
    of: [
      Choice("column", "features"), Choice("modality", "the blocks they come from"),
      Choice("segment", "segments, by their scores"),
    ], default: "column", help: "What the candidates are.")

  let spec = CommandSpec(
    "evaluate", "causes", "Judges whether contributions name the true causes of events.",
    discussion: """
      An event is a stretch of neighbouring rows with one cause. Its features are ranked by the mean of their shares over \
      its rows (of alarms: over its alarmed rows; events without any count as missed and are left out). AC@k is the \
      share of true causes among the first k, Avg@5 the mean of AC@1 to AC@5 (Wang et al., CloudRanger, CCGRID 2018), MRR \
      the mean of one over the rank of the first true one; what a random order reaches stands beside. Several causes \
      of a row are separated by commas. Events whose cause is no feature, even by --means, are left out and counted. If the \
      value was split, only events in test rows count.

      With --by segment the candidates are the segments of scores over time, as `unfold` makes them, ranked by their mean score in \
      the rows in which the truth has the event; the truth then has rows of its own.
      """,
    parameters: [input.base, truth.base, means.base, part.base], output: .report, reach: .read,
    examples: [
      Example("pump = generate pump-station --seed 1"),
      Example("risk = pump | detect ecod"),
      Example("evaluate causes risk --against pump.cause --means \"bearing:Accelerometer1\""),
      Example("evaluate causes risk --against pump.cause --means \"bearing:Accelerometer2,Accelerometer1\""),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let alarms: Alarms?
    let scores: Scores
    switch call[Self.input].value {
    case .alarms(let given): (alarms, scores) = (given, given.scores)
    case .scores(let given): (alarms, scores) = (nil, given)
    default: throw call.unexpectedKind(Self.input.base)
    }
    if call[Self.part] == "segment" {
      return .report(
        try SegmentCauses(scores, truth: truth(call)).report(call, means: { causes(named: $0, call) }))
    }
    guard let contributions = scores.contributions else {
      throw call.blame(
        Self.input.base, "D0501", "`\(scores.method)` gave no contributions with these scores",
        remedy: "Use a detector that accounts for its scores, such as `ecod` or `pca`.")
    }
    let texts = try causes(call, rows: scores.index)
    let part: ExplainedBy = call[Self.part] == "modality" ? .modality : .feature
    let candidates = Set(part == .modality ? contributions.blocks.map(\.name) : contributions.features)
    var events: [(name: String, event: CauseRanking.Event)] = []
    var (missed, unknown) = (0, 0)
    for (text, rows) in Self.stretches(texts, in: scores.index) {
      let judged = rows.filter { row in
        scores.isScored(row) && (alarms.map { $0.flags[row] } ?? true)
          && (scores.index.splits.map { $0[row] == .test } ?? true)
      }
      let causes = self.causes(named: text, call).intersection(candidates)
      if causes.isEmpty {
        unknown += 1
      } else if judged.isEmpty {
        missed += 1
      } else {
        let ranking = contributions.meanShares(ofRows: judged, by: part).map(\.name)
        events.append((text, CauseRanking.Event(ranking: ranking, causes: causes)))
      }
    }
    guard !events.isEmpty else {
      throw noEvent(unknown: unknown, candidates, call)
    }
    return .report(
      report(
        events, missed: missed, unknown: unknown, ranked: part == .modality ? "modality" : "feature", call))
  }

  func noEvent(unknown: Int, _ candidates: Set<String>, _ call: Invocation) -> Failure {
    call.blame(
      Self.truth.base, "D0313", "no event with a known cause was found",
      label: unknown > 0 ? "\(unknown) causes that are no features" : "no event",
      remedy: "Say what causes mean: `--means \"leak:Pressure\"`; features are "
        + candidates.sorted().prefix(5).joined(separator: ", ") + ".")
  }

  func report(
    _ events: [(name: String, event: CauseRanking.Event)], missed: Int, unknown: Int, ranked: String,
    _ call: Invocation
  ) -> Report {
    let all = CauseRanking(events.map(\.event))
    let depths = [1, 3, 5]
    let names = Array(Set(events.map(\.name))).sorted()
    let groups = names.map { name in CauseRanking(events.filter { $0.name == name }.map(\.event)) }
    var remarks = [
      "\(counted(events.count, "event")) judged, ranked by \(ranked)"
    ]
    if missed > 0 { remarks.append("\(counted(missed, "event")) without a judged row left out") }
    if unknown > 0 { remarks.append("\(counted(unknown, "event")) whose cause is no feature left out") }
    return Report(
      title: "causes named by \(call[Self.input].name)",
      metrics: depths.map { k in
        Metric(
          "ac@\(k)", all.accuracy(at: k), note: "a random order: \(all.chance(at: k).shortText(digits: 3))")
      } + [Metric("avg@5", all.average(upTo: 5)), Metric("mrr", all.reciprocalRank)],
      table: Frame(
        index: Index(.sample(TextColumn(names))),
        columns: [Column(numbers: groups.map { Double($0.events.count) }, name: "events")]
          + depths.map { k in Column(numbers: groups.map { $0.accuracy(at: k) }, name: "ac@\(k)") }
          + [Column(numbers: groups.map(\.reciprocalRank), name: "mrr")]),
      remarks: remarks)
  }

  /// The features that a cause stands for.
  private func causes(named text: String, _ call: Invocation) -> Set<String> {
    var meanings: [String: String] = [:]
    for pair in call[Self.means] {
      let parts = pair.split(separator: ":", maxSplits: 1).map(Self.trimmed)
      if parts.count == 2 { meanings[parts[0], default: ""] += "," + parts[1] }
    }
    func names(_ text: String) -> [String] { text.split(separator: ",").map(Self.trimmed) }
    return Set((names(text) + [text]).flatMap { name in names(meanings[name] ?? name) })
  }

  private static func trimmed(_ text: Substring) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  /// The text of the cause at each row of the truth; nil where there is none.
  private func truth(_ call: Invocation) throws(Failure) -> (index: Index, causes: [String?]) {
    let named = call.values[Self.truth.base.name]?.first
    let frame = named?.value.cellFrame
    let columns = frame?.columns.filter { $0.type == .text || $0.type == .category } ?? []
    let chosen = columns.count == 1 ? columns.first : columns.first { $0.role == .label }
    guard let frame, let chosen else {
      throw call.blame(
        Self.truth.base, "D0312", "`\(named?.name ?? "")` has no column that names causes",
        remedy: "Name a column of texts, such as `\(named?.name.prefix { $0 != "." } ?? "data").cause`.")
    }
    let causes = (0..<frame.rowCount).map { row in
      chosen.plainText(row).flatMap { $0.isEmpty ? nil : $0 }
    }
    return (frame.index, causes)
  }

  private func causes(_ call: Invocation, rows: Index) throws(Failure) -> [String?] {
    let truth = try truth(call)
    guard truth.index.address == rows.address else {
      throw call.failure(
        EvaluationError.rowCountsDiffer(scores: rows.count, labels: truth.index.count), at: Self.truth.base)
    }
    return truth.causes
  }

  /// Neighbouring rows of one segment with one cause.
  static func stretches(_ texts: [String?], in index: Index) -> [(String, [Int])] {
    var stretches: [(String, [Int])] = []
    for run in index.runs {
      var last: String?
      for row in run.rows {
        if let text = texts[row] {
          if text == last {
            stretches[stretches.count - 1].1.append(row)
          } else {
            stretches.append((text, [row]))
          }
        }
        last = texts[row]
      }
    }
    return stretches
  }
}

import Chronology
import Detection
import Evaluation
import Language
import Numerics
import Values

struct Explain: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.scores, .alarms], help: "The scores or alarms to explain.")
  static let at = Parameter<Instant?>.optional(
    "at", .instant, help: "The moment of the row to explain."
  ) { if case .instant(let instant) = $0 { instant } else { nil } }
  static let row = Parameter<Int?>.optional(
    "row", .integer(0...Int.max), help: "The number of the row to explain, from 0 on."
  ) { if case .integer(let row) = $0 { row } else { nil } }
  static let part = Parameter<String>.choice(
    "by", of: [Choice("column", "features"), Choice("modality", "the blocks they come from")],
    default: "column", help: "What the score is divided among.")
  static let data = Parameter<Reference?>.optional(
    "data", .value([.table, .series, .embedding]),
    help: "What was scored: shows values and their z beside the shares."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }
  static let top = Parameter<Int>.integer(
    "top", in: 1...10_000, default: 10, help: "How many parts to list.")

  let spec = CommandSpec(
    "explain", nil, "Shows which columns or modalities drove a score.",
    discussion: """
      With `--at` or `--row`: how that row's score divides among its features, as the detector itself accounts for it \
      (the report names the measure). Without: the peak of each alarm in a sentence, and the mean of the shares over \
      the alarmed rows; for scores, over the highest hundredth. A modality's share is the sum over its columns.

      With `--data`, the row's values stand beside, with their distance from the median of the fitted rows in robust \
      standard deviations (z). Where a detector cannot account for its scores, `--data` gives squared z instead, and \
      the report says so: that is how odd each value is by itself, not the detector's reason.
      """,
    parameters: [
      Self.input.base, Self.at.base, Self.row.base, Self.part.base, Self.data.base, Self.top.base,
    ],
    output: .report, reach: .read,
    examples: [
      Example("pump = generate pump-station --seed 1"),
      Example("alarms = pump | detect zscore | threshold quantile"),
      Example("explain alarms"),
      Example("explain alarms --row 700 --data pump --top 3"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = call[Self.input]
    let alarms: Alarms?
    let scores: Scores
    switch input.value {
    case .alarms(let given): (alarms, scores) = (given, given.scores)
    case .scores(let given): (alarms, scores) = (nil, given)
    default: throw call.unexpectedKind(Self.input.base)
    }
    let data = try explainedData(call, scores: scores)
    guard let contributions = scores.contributions ?? data?.contributions() else {
      throw call.blame(
        Self.input.base, "D0501", "`\(scores.method)` gave no contributions with these scores",
        remedy: "Name what was scored, `--data NAME`, to see which of its values are unusual.")
    }
    if work.isCancelled() { throw .cancelled }
    let account = Account(
      name: input.name, scores: scores, alarms: alarms, contributions: contributions, data: data,
      part: call[Self.part] == "modality" ? .modality : .feature, top: call[Self.top])
    if let row = try chosenRow(call, scores: scores) {
      if !scores.isScored(row) {
        throw call.blame(
          (call[Self.row] == nil ? Self.at : nil)?.base ?? Self.row.base, "D0503",
          "the row at \(scores.index.label(of: row)) has no score", remedy: "Choose a row that was scored.")
      }
      return .report(account.local(row))
    }
    return .report(account.global())
  }

  private func chosenRow(_ call: Invocation, scores: Scores) throws(Failure) -> Int? {
    if let row = call[Self.row] {
      guard row < scores.index.count else {
        throw call.blame(
          Self.row.base, "D0502", "there is no row \(row) among \(scores.index.count)",
          remedy: "Choose a row from 0 to \(scores.index.count - 1).")
      }
      return row
    }
    guard let moment = call[Self.at] else { return nil }
    guard let times = scores.index.time, times.count > 0 else {
      throw call.blame(
        Self.at.base, "D0504", "the scores have no times", remedy: "Use `--row` to choose one.")
    }
    // The row that is on at that moment is the last one that has begun; rows need not be sorted.
    let rows = 0..<times.count
    guard let started = rows.filter({ times[$0] <= moment }).max(by: { times[$0] < times[$1] }),
      let latest = rows.max(by: { times[$0] < times[$1] }),
      moment <= times[latest] + (scores.index.extent ?? .zero)
    else {
      throw call.blame(
        Self.at.base, "D0505", "\(moment) lies outside the scores",
        remedy: "Choose a moment that they cover; `describe` shows from when to when.")
    }
    return started
  }

  private func explainedData(_ call: Invocation, scores: Scores) throws(Failure) -> ExplainedData? {
    guard let named = call[Self.data] else { return nil }
    let features: [String]
    let columns: [[Double]]
    var blocks: [Block] = []
    switch named.value {
    case .table(let frame), .series(let frame):
      features = frame.features.map(\.name)
      columns = frame.features.map { $0.numbers ?? [] }
    case .embedding(let embedding):
      features = embedding.features
      columns = features.indices.map { embedding.matrix.column($0) }
      blocks = embedding.blocks
    default: throw call.unexpectedKind(Self.data.base)
    }
    guard named.value.index?.address == scores.index.address else {
      throw call.blame(
        Self.data.base, "D0506", "`\(named.name)` does not have the rows that were scored",
        remedy: "Name the very value that was given to `detect`.")
    }
    if let contributions = scores.contributions, contributions.features != features {
      throw call.blame(
        Self.data.base, "D0507", "`\(named.name)` does not have the features that were scored",
        remedy: "Name the very value that was given to `detect`.")
    }
    let reference = ThresholdRows.choose(in: scores, among: 0..<scores.index.count).rows
    return ExplainedData(features: features, blocks: blocks, columns: columns, reference: reference)
  }
}

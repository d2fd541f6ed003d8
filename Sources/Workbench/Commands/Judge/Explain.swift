import Chronology
import Detection
import Evaluation
import Language
import Numerics
import Values

struct Explain: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.scores, .alarms], help: "The scores or alarms to explain.")
  static let at = Parameter<Moment?>.moment("at", help: "The moment of the row to explain.")
  static let row = Parameter<Int?>.optional(
    "row", .integer(0...Int.max), help: "The number of the row to explain, from 0 on."
  ) { if case .integer(let row) = $0 { row } else { nil } }
  static let part = Parameter<String>.choice(
    "by", of: [Choice("column", "features"), Choice("modality", "the blocks they come from")],
    default: "column", help: "What the score is divided among.")
  static let data = Parameter<Reference?>.optional(
    "data", .value([.table, .series, .embedding, .bundle]),
    help: "What was scored: shows values and their z beside the shares."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }
  static let model = Parameter<Reference?>.optional(
    "model", .value([.model]), help: "What `fit` learned: is asked again with each feature put to its median."
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
      standard deviations (z). Where a detector cannot account for its scores, `--model` with `--data` asks the fitted \
      model how far the score falls when each feature alone is put to its median (occlusion, Zeiler and Fergus, ECCV \
      2014); `--data` alone gives squared z, and the report says that this is not the detector's own reason.
      """,
    parameters: [
      Self.input.base, Self.at.base, Self.row.base, Self.part.base, Self.data.base, Self.model.base,
      Self.top.base,
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
    let row = try chosenRow(call, scores: scores)
    let rows = try scoredRows(call, scores: scores)
    let reference = ThresholdRows.choose(in: scores, among: 0..<scores.index.count).rows
    let asked = row.map { [$0] } ?? Account.rowsToExplain(scores, alarms: alarms)
    let (contributions, origin) = try contributions(
      call, scores: scores, asked: asked, rows: rows, reference: reference, work: work)
    if work.isCancelled() { throw .cancelled }
    let account = Account(
      name: input.name, scores: scores, alarms: alarms, contributions: contributions, origin: origin,
      data: rows.map { ExplainedData($0, reference: reference) },
      part: call[Self.part] == "modality" ? .modality : .feature, top: call[Self.top])
    return .report(row.map { account.local($0) } ?? account.global(over: asked))
  }

  private func chosenRow(_ call: Invocation, scores: Scores) throws(Failure) -> Int? {
    guard let row = try namedRow(call, scores: scores) else { return nil }
    if !scores.isScored(row) {
      throw call.blame(
        call[Self.row] == nil ? Self.at.base : Self.row.base, "D0503",
        "the row at \(scores.index.label(of: row)) has no score", remedy: "Choose a row that was scored.")
    }
    return row
  }

  private func namedRow(_ call: Invocation, scores: Scores) throws(Failure) -> Int? {
    if let row = call[Self.row] {
      guard row < scores.index.count else {
        throw call.blame(
          Self.row.base, "D0502", "there is no row \(row) among \(scores.index.count)",
          remedy: "Choose a row from 0 to \(scores.index.count - 1).")
      }
      return row
    }
    guard let moment = call[Self.at]?.instant(from: scores.index.start) else { return nil }
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

  /// The scored rows, if they were named and are the right ones.
  private func scoredRows(_ call: Invocation, scores: Scores) throws(Failure) -> ScorableRows? {
    guard let named = call[Self.data] else { return nil }
    guard let rows = try call.features(of: named.value, work: Work()) else {
      throw call.unexpectedKind(Self.data.base)
    }
    guard rows.index.address == scores.index.address else {
      throw call.blame(
        Self.data.base, "D0506", "`\(named.name)` does not have the rows that were scored",
        remedy: "Name the very value that was given to `detect`.")
    }
    if let contributions = scores.contributions, contributions.features != rows.features {
      throw call.blame(
        Self.data.base, "D0507", "`\(named.name)` does not have the features that were scored",
        remedy: "Name the very value that was given to `detect`.")
    }
    return rows
  }

  /// What accounts for the scores: the detector, else the model asked again, else the values alone.
  private func contributions(
    _ call: Invocation, scores: Scores, asked: [Int], rows: ScorableRows?, reference: [Int], work: Work
  ) throws(Failure) -> (Contributions, Account.Origin) {
    if let own = scores.contributions, call[Self.model] == nil { return (own, .detector) }
    if let named = call[Self.model] {
      guard case .model(let stored) = named.value, let model = stored as? FittedModel else {
        throw call.unexpectedKind(Self.model.base)
      }
      guard let rows else {
        throw call.blame(
          Self.model.base, "D0508", "a model needs the rows that were scored",
          remedy: "Name them with `--data NAME`.")
      }
      if asked.count > Occlusion.mostRows {
        call.note("the model was asked about \(Occlusion.mostRows) of \(asked.count) rows, evenly spread")
      }
      do throws(DetectionError) {
        let occlusion = Occlusion(model: model, rows: rows, reference: reference)
        return (try occlusion.contributions(at: asked, work: work), .model)
      } catch {
        throw call.failure(error, method: model.method, rows: rows)
      }
    }
    if let rows { return (ExplainedData(rows, reference: reference).contributions(), .values) }
    throw call.blame(
      Self.input.base, "D0501", "`\(scores.method)` gave no contributions with these scores",
      remedy: "Name what was scored, `--data NAME`, and what `fit` learned, `--model NAME`.")
  }
}

extension ExplainedData {
  init(_ rows: ScorableRows, reference: [Int]) {
    self.init(
      features: rows.features, blocks: rows.blocks,
      columns: rows.features.indices.map { rows.matrix.column($0) }, reference: reference)
  }
}

import Chronology
import Detection
import Evaluation
import Language
import Notation
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
    "model", .value([.model]), help: "What `fit` learned: is asked again with other values."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }
  static let how = Parameter<String>.choice(
    "how",
    of: [
      Choice("shapley", "what a feature adds on average, whatever the others are"),
      Choice("occlusion", "how far the score falls when it alone is put to its median"),
      Choice("change", "the smallest change after which the row would not be alarmed"),
    ], default: "shapley", help: "What the model is asked.")
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
      model about made-up rows: by Shapley values from 32 orders and usual rows with a fixed seed (Štrumbelj and Kononenko, \
      KAIS 2014; of at most 100 rows), or by occlusion (Zeiler and Fergus, ECCV 2014; of at most 2,000). `--data` alone gives \
      squared z, and the report says that this is not the detector's own reason.

      `--how change` names the fewest columns, and the shortest way towards their medians, after which the row of the alarms \
      named by `--row` or `--at` would not be alarmed (counterfactual, Wachter and others 2018).
      """,
    parameters: [
      Self.input.base, Self.at.base, Self.row.base, Self.part.base, Self.data.base, Self.model.base,
      Self.how.base, Self.top.base,
    ],
    output: .report, reach: .read,
    examples: [
      Example("pump = generate pump-station --seed 1"),
      Example("alarms = pump | detect zscore | threshold quantile"),
      Example("explain alarms"),
      Example("explain alarms --row 700 --data pump --top 3"),
      Example("model = fit knn pump"),
      Example("far = score model pump | threshold quantile"),
      Example("explain far --row 700 --data pump --model model --how change"),
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
    if call[Self.how] == "change" {
      return .report(
        try clearing(call, alarms: alarms, row: row, rows: rows, reference: reference, work: work))
    }
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
    guard var rows = try call.features(of: named.value, work: Work()) else {
      throw call.unexpectedKind(Self.data.base)
    }
    do throws(DetectionError) {
      let model = call[Self.model].flatMap { model -> FittedModel? in
        if case .model(let stored) = model.value { stored as? FittedModel } else { nil }
      }
      let seen = Set(scores.contributions?.features ?? [])
      rows = try rows.including(model?.levels ?? rows.categoryLevels().filter { seen.contains($0.feature) })
    } catch {
      throw call.failure(error, method: scores.method, rows: rows)
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
      if model.readsSeries { throw oneRow(model, call) }
      let most = call[Self.how] == "occlusion" ? Occlusion.mostRows : ShapleySampling.mostRows
      if asked.count > most {
        call.note("the model was asked about \(most) of \(asked.count) rows, evenly spread")
      }
      let chosen = Self.thinned(asked, to: most, scores: scores)
      do throws(DetectionError) {
        if call[Self.how] == "occlusion" {
          let occlusion = Occlusion(model: model, rows: rows, reference: reference)
          return (try occlusion.contributions(at: chosen, work: work), .model)
        }
        let players =
          call[Self.part] == "modality"
          ? rows.blocks.map(\.columns) : rows.features.indices.map { $0..<$0 + 1 }
        let shapley = ShapleySampling(model: model, rows: rows, reference: reference, players: players)
        return (try shapley.contributions(at: chosen, work: work), .model)
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

extension Explain {
  /// At most so many rows, evenly spread but for the highest ones, which are shown by themselves.
  private static func thinned(_ asked: [Int], to most: Int, scores: Scores) -> [Int] {
    if asked.count <= most { return asked }
    // The highest row of each stretch of asked rows, the highest stretches first.
    var peaks: [Int] = []
    var before = Int.min / 2
    for row in asked {
      if let last = peaks.last, row == before + 1 {
        if scores.values[row] > scores.values[last] { peaks[peaks.count - 1] = row }
      } else {
        peaks.append(row)
      }
      before = row
    }
    let highest = peaks.sorted { scores.values[$0] > scores.values[$1] }.prefix(most / 2)
    let rest = most - highest.count
    let step = max(1, (asked.count + rest - 1) / rest)
    return Set(highest).union(asked.indices.filter { $0 % step == 0 }.map { asked[$0] }).sorted()
  }
}

// MARK: - What would clear an alarm

extension Explain {
  private func oneRow(_ model: FittedModel, _ call: Invocation) -> Failure {
    call.blame(
      Self.model.base, "D0511",
      "`\(model.method)` judges stretches of a series, so one row cannot be asked alone",
      label: "a method of series",
      remedy: "Leave `--model` out, or explain the scores of a method of rows, such as `detect iforest`.")
  }

  private func clearing(
    _ call: Invocation, alarms: Alarms?, row: Int?, rows: ScorableRows?, reference: [Int], work: Work
  ) throws(Failure) -> Report {
    guard let alarms, let row, let rows, let named = call[Self.model] else {
      let lack =
        alarms == nil ? "alarms" : row == nil ? "a row" : rows == nil ? "the data" : "the model"
      throw call.blame(
        Self.how.base, "D0510", "what would clear an alarm cannot be said without \(lack)",
        remedy: "Write `explain ALARMS --row N --data NAME --model NAME --how change`.")
    }
    guard case .model(let stored) = named.value, let model = stored as? FittedModel else {
      throw call.unexpectedKind(Self.model.base)
    }
    if model.readsSeries { throw oneRow(model, call) }
    let run = alarms.scores.index.runs.firstIndex { $0.rows.contains(row) } ?? 0
    let threshold = alarms.thresholds.indices.contains(run) ? alarms.thresholds[run] : .infinity
    let name = call[Self.input].name.isEmpty ? "alarms" : call[Self.input].name
    let title = "what would clear \(name) at \(alarms.scores.index.label(of: row))"
    let score = alarms.scores.values[row]
    let metrics = [Metric("score", score), Metric("threshold", threshold)]
    if score <= threshold {
      return Report(title: title, metrics: metrics, remarks: ["the row is not above the threshold."])
    }
    let found: Counterfactual.Found?
    do throws(DetectionError) {
      found = try Counterfactual(model: model, rows: rows, reference: reference, threshold: threshold)
        .smallest(for: row, work: work)
    } catch {
      throw call.failure(error, method: model.method, rows: rows)
    }
    guard let found else {
      return Report(
        title: title, metrics: metrics,
        remarks: [
          "no change of three columns or fewer towards their medians clears it: the row is odd as a whole."
        ])
    }
    let words = found.changes.map { change in
      "\(rows.features[change.column]) were \(change.to.shortText()) instead of \(change.from.shortText())"
    }
    return Report(
      title: title, metrics: metrics + [Metric("score after", found.score)],
      table: Frame(
        index: Index(.sample(TextColumn(found.changes.map { rows.features[$0.column] }))),
        columns: [
          Column(numbers: found.changes.map(\.from), name: "value"),
          Column(numbers: found.changes.map(\.to), name: "cleared"),
          Column(numbers: found.changes.map(\.deviations), name: "change in z"),
        ]),
      remarks: [
        "not alarmed if \(words.joined(separator: " and ")).",
        "columns move straight towards their medians over the usual rows; other changes may clear it, too.",
      ])
  }
}

extension ExplainedData {
  init(_ rows: ScorableRows, reference: [Int]) {
    self.init(
      features: rows.features, blocks: rows.blocks,
      columns: rows.features.indices.map { rows.matrix.column($0) }, reference: reference,
      levels: [Int: [String]](
        uniqueKeysWithValues: rows.features.indices.compactMap { column in
          rows.levels.first { $0.feature == rows.features[column] }.map { (column, $0.names) }
        }))
  }
}

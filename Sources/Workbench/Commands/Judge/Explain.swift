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
    "by",
    of: [
      Choice("column", "features"), Choice("modality", "the blocks they come from"),
      Choice("time", "stretches around a row, for methods of series and windows"),
    ],
    default: "column", help: "What the score is divided among.")
  static let data = Parameter<Reference?>.optional(
    "data", .value([.table, .series, .embedding, .bundle]),
    help: "What was scored, if the scores do not know it: gives the values beside the shares."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }
  static let model = Parameter<Reference?>.optional(
    "model", .value([.model]),
    help: "What `fit` learned: is asked again with other values; what made the scores if absent."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }
  static let how = Parameter<String>.choice(
    "how",
    of: [
      Choice("shapley", "what a feature adds on average, whatever the others are"),
      Choice("occlusion", "how far the score falls when it alone is put to its median"),
      Choice("change", "the smallest change after which the row would not be alarmed"),
    ], default: "shapley",
    help: "What the model is asked; nothing if absent and the detector accounts for its scores itself.")
  static let around = Parameter<Int>.integer(
    "around", in: 1...100_000, default: 50,
    help: "Methods of series: how many rows before and behind take part.")
  static let top = Parameter<Int>.integer(
    "top", in: 1...10_000, default: 10, help: "How many parts to list.")

  let spec = CommandSpec(
    "explain", nil, "Shows which columns or modalities drove a score.",
    discussion: """
      With `--at` or `--row`: how that row's score divides among its features, as the detector itself accounts for it \
      (the report names the measure). Without: the peak of each alarm in a sentence, and the mean of the shares over \
      the alarmed rows; for scores, over the highest hundredth. A modality's share is the sum over its columns.

      The row's values stand beside, with their distance from the median of the fitted rows in robust standard \
      deviations (z), and methods that compare say with what: the nearest fitted rows, the most similar window. Scores \
      that `detect` or `score` made know what was scored; others are told it by `--data`. \
      Where a detector cannot account for its scores, its model is asked about made-up rows: by Shapley values from 32 \
      orders and usual rows with a fixed seed (Štrumbelj and Kononenko, KAIS 2014; of at most 100 rows), or by occlusion \
      (Zeiler and Fergus, ECCV 2014; of at most 2,000). A row that the model was fitted on is asked as a new one. Methods of \
      series and streams are asked again with one channel at its median for `--around` rows before and behind (the 5 highest \
      alarms), or with `--by time` with one of ten stretches around the row drawn straight. Where the model cannot be had, \
      squared z stands in, and the report says that this is not the detector's own reason.

      `--how change` names the fewest columns, and the shortest way towards their medians, after which the row of the alarms \
      named by `--row` or `--at` would not be alarmed (counterfactual, Wachter and others 2018).
      """,
    parameters: [
      Self.input.base, Self.at.base, Self.row.base, Self.part.base, Self.data.base, Self.model.base,
      Self.how.base, Self.around.base, Self.top.base,
    ],
    output: .report, reach: .read,
    examples: [
      Example("pump = generate pump-station --seed 1"),
      Example("alarms = pump | detect zscore | threshold quantile"),
      Example("explain alarms"),
      Example("explain alarms --row 700 --top 3"),
      Example("pump | detect hst | explain --row 700 --by time"),
      Example("model = fit knn pump"),
      Example("far = score model pump | threshold quantile"),
      Example("explain far --row 700 --how change"),
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
    if call[Self.part] == "time" {
      return .report(try byTime(call, scores: scores, alarms: alarms, row: row, rows: rows, work: work))
    }
    let asked = row.map { [$0] } ?? Account.rowsToExplain(scores, alarms: alarms)
    let (contributions, origin) = try contributions(
      call, scores: scores, asked: asked, rows: rows, reference: reference, work: work)
    if work.isCancelled() { throw .cancelled }
    let highest = row ?? asked.max { scores.values[$0] < scores.values[$1] }
    let account = Account(
      name: input.name, scores: scores, alarms: alarms, contributions: contributions, origin: origin,
      data: rows.map { ExplainedData($0, reference: reference) },
      part: call[Self.part] == "modality" ? .modality : .feature, top: call[Self.top],
      evidence: try evidence(call, of: scores, for: highest, rows: rows, work: work))
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

  /// The scored rows: those that were named, which must be the right ones, or those that the scores know.
  private func scoredRows(_ call: Invocation, scores: Scores) throws(Failure) -> ScorableRows? {
    guard let named = call[Self.data] else {
      guard let scored = scores.maker?.scored else { return nil }
      do throws(Failure) {
        return try scoredRows(NamedValue(name: "", value: scored), call, scores)
      } catch {
        if case .cancelled = error { throw error }
        return nil
      }
    }
    return try scoredRows(named, call, scores)
  }

  private func scoredRows(
    _ named: NamedValue, _ call: Invocation, _ scores: Scores
  ) throws(Failure) -> ScorableRows? {
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
    let isAsked = call[Self.model] != nil || call.call.arguments[Self.how.base.name] != nil
    if let own = scores.contributions, !isAsked { return (own, .detector) }
    if let rows, rows.features.count == 1, !isAsked { return (Self.onlyOne(rows), .model) }
    if let model = try model(call, behind: scores) {
      guard let rows else {
        throw call.blame(
          call[Self.model] == nil ? Self.input.base : Self.model.base, "D0508",
          "`\(model.method)` can only be asked about the rows that were scored",
          remedy: "Name them with `--data NAME`.")
      }
      do throws(DetectionError) {
        if let found = try ask(model, call, scores: scores, asked: asked, rows: rows, reference, work) {
          return (found, .model)
        }
      } catch {
        throw call.failure(error, method: model.method, rows: rows)
      }
    }
    if let rows, rows.features.count == 1 { return (Self.onlyOne(rows), .model) }
    if let rows { return (ExplainedData(rows, reference: reference).contributions(), .values) }
    if let own = scores.contributions { return (own, .detector) }
    throw call.blame(
      Self.input.base, "D0501", "`\(scores.method)` gave no contributions with these scores",
      remedy:
        "Scores of rows are explained with `--data NAME` and `--model NAME`; look at others with `show`.")
  }

  /// Nothing is to be divided where there is one column.
  private static func onlyOne(_ rows: ScorableRows) -> Contributions {
    let count = rows.index.count
    return Contributions(
      matrix: Matrix(rows: count, columns: 1, values: [Double](repeating: 1, count: count)),
      features: rows.features, blocks: rows.blocks,
      meaning: "only column there is; `--by time` tells which stretch of it made the score")
  }

  /// The named model, else the one that made the scores.
  private func model(_ call: Invocation, behind scores: Scores) throws(Failure) -> FittedModel? {
    guard let named = call[Self.model] else { return scores.maker?.model as? FittedModel }
    guard case .model(let stored) = named.value, let model = stored as? FittedModel else {
      throw call.unexpectedKind(Self.model.base)
    }
    return model
  }

  /// What the model says about made-up rows; nil where nothing that was changed made a difference.
  private func ask(
    _ model: FittedModel, _ call: Invocation, scores: Scores, asked: [Int], rows: ScorableRows,
    _ reference: [Int], _ work: Work
  ) throws(DetectionError) -> Contributions? {
    let players =
      call[Self.part] == "modality" ? rows.blocks.map(\.columns) : rows.features.indices.map { $0..<$0 + 1 }
    if model.readsSeries {
      let occlusion = SeriesOcclusion(
        model: model, rows: rows, knowsTraining: scores.maker?.knowsTraining ?? false,
        around: call[Self.around])
      let peaks = Self.peaks(of: asked, scores: scores, most: SeriesOcclusion.mostRows)
      let found = try occlusion.contributions(at: peaks, reference: reference, players: players, work: work)
      if found.matrix.values.contains(where: { $0 > 0 }) { return found }
      return nil
    }
    let isOcclusion = call[Self.how] == "occlusion"
    let most = isOcclusion ? Occlusion.mostRows : ShapleySampling.mostRows
    if asked.count > most {
      call.note("the model was asked about \(most) of \(asked.count) rows, the highest alarms among them")
    }
    let chosen = Self.thinned(asked, to: most, scores: scores)
    if isOcclusion {
      return try Occlusion(model: model, rows: rows, reference: reference)
        .contributions(at: chosen, work: work)
    }
    return try ShapleySampling(model: model, rows: rows, reference: reference, players: players)
      .contributions(at: chosen, work: work)
  }

  /// What the row was compared with, in words.
  private func evidence(
    _ call: Invocation, of scores: Scores, for row: Int?, rows: ScorableRows?, work: Work
  ) throws(Failure) -> [String] {
    guard let row, let rows, let model = try model(call, behind: scores) else { return [] }
    let knowsTraining = call[Self.model] == nil && scores.maker?.knowsTraining ?? false
    let found: Evidence?
    do throws(DetectionError) {
      found = try model.evidence(for: row, of: rows, knowsTraining: knowsTraining, work: work)
    } catch {
      throw call.failure(error, method: model.method, rows: rows)
    }
    guard let found, !found.matches.isEmpty else { return [] }
    func name(_ row: Int) -> String {
      knowsTraining ? scores.index.label(of: row) : "row \(row) of those it was fitted on"
    }
    func stretch(_ rows: Range<Int>) -> String { "\(name(rows.lowerBound)) to \(name(rows.upperBound - 1))" }
    if found.own.count > 1, let match = found.matches.first {
      let own = scores.index
      return [
        "the window from \(own.label(of: found.own.lowerBound)) to \(own.label(of: found.own.upperBound - 1)) is most "
          + "like the one from \(stretch(match.rows)), at a \(found.measure) of \(match.distance.shortText())."
      ]
    }
    let list = found.matches.map { "\(name($0.rows.lowerBound)) (\($0.distance.shortText()))" }
    return ["nearest fitted rows, with their distance: \(list.joined(separator: ", "))."]
  }
}

extension Explain {
  /// At most so many rows, evenly spread but for the highest ones, which are shown by themselves.
  private static func thinned(_ asked: [Int], to most: Int, scores: Scores) -> [Int] {
    if asked.count <= most { return asked }
    let highest = peaks(of: asked, scores: scores, most: most / 2)
    let rest = most - highest.count
    let step = max(1, (asked.count + rest - 1) / rest)
    return Set(highest).union(asked.indices.filter { $0 % step == 0 }.map { asked[$0] }).sorted()
  }
}

extension Explain {
  /// The highest row of each stretch of asked rows, the highest stretches first.
  private static func peaks(of asked: [Int], scores: Scores, most: Int) -> [Int] {
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
    return Array(peaks.sorted { scores.values[$0] > scores.values[$1] }.prefix(most))
  }

  /// Which stretches around a row made its score.
  private func byTime(
    _ call: Invocation, scores: Scores, alarms: Alarms?, row: Int?, rows: ScorableRows?, work: Work
  ) throws(Failure) -> Report {
    guard let rows, let model = try model(call, behind: scores) else {
      throw call.blame(
        Self.part.base, "D0508",
        "which time made a score cannot be said without \(rows == nil ? "the data" : "the model")",
        remedy: "Name \(rows == nil ? "what was scored with `--data NAME`" : "it with `--model NAME`").")
    }
    guard model.readsSeries else {
      throw call.blame(
        Self.part.base, "D0511",
        "`\(model.method)` judges each row by itself, so that no other time has a part",
        remedy: "Leave `--by time` out, or detect on windows: `detect \(model.method) --window 50`.")
    }
    let asked = Account.rowsToExplain(scores, alarms: alarms)
    guard let row = row ?? asked.max(by: { scores.values[$0] < scores.values[$1] }) else {
      return Report(title: "\(call[Self.input].name) by time", remarks: ["no row is alarmed."])
    }
    let parts: [SeriesOcclusion.Part]
    do throws(DetectionError) {
      parts = try SeriesOcclusion(
        model: model, rows: rows, knowsTraining: scores.maker?.knowsTraining ?? false,
        around: call[Self.around]
      ).parts(around: row, work: work)
    } catch {
      throw call.failure(error, method: model.method, rows: rows)
    }
    return Account.byTime(parts, at: row, name: call[Self.input].name, scores: scores, alarms: alarms)
  }
}

// MARK: - What would clear an alarm

extension Explain {
  private func oneRow(_ model: FittedModel, _ call: Invocation) -> Failure {
    call.blame(
      Self.how.base, "D0511",
      "`\(model.method)` judges stretches of a series, so one row cannot be changed alone",
      label: "for methods of rows",
      remedy:
        "Ask which stretch it was with `--by time`, or explain a method of rows, such as `detect iforest`.")
  }

  private func clearing(
    _ call: Invocation, alarms: Alarms?, row: Int?, rows: ScorableRows?, reference: [Int], work: Work
  ) throws(Failure) -> Report {
    guard let alarms, let row, let rows, let model = try model(call, behind: alarms.scores) else {
      let lack =
        alarms == nil ? "alarms" : row == nil ? "a row" : rows == nil ? "the data" : "the model"
      throw call.blame(
        Self.how.base, "D0510", "what would clear an alarm cannot be said without \(lack)",
        remedy:
          "Write `explain ALARMS --row N --data NAME --how change`, and `--model NAME` if a model scored them."
      )
    }
    if model.readsSeries { throw oneRow(model, call) }
    let threshold = alarms.threshold(at: row) ?? .infinity
    let name = call[Self.input].name.isEmpty ? "alarms" : call[Self.input].name
    let title = "what would clear \(name) at \(alarms.scores.index.label(of: row))"
    let score = alarms.scores.values[row]
    let metrics = [Metric("score", score), Metric("threshold", threshold)]
    if score <= threshold {
      return Report(title: title, metrics: metrics, remarks: ["the row is not above the threshold."])
    }
    let found: Counterfactual.Found?
    do throws(DetectionError) {
      let counterfactual = Counterfactual(
        model: model, rows: rows, reference: reference, threshold: threshold)
      let again = try counterfactual.score(of: row, work: work)
      if again <= threshold {
        return Report(
          title: title, metrics: metrics + [Metric("score as a new row", again)],
          remarks: [
            "asked again as a new row the model gives \(again.shortText()), which is not above the threshold: it was fitted "
              + "on this very row, or its scores were calibrated since. `split` the data first, or set the threshold on the "
              + "scores themselves."
          ])
      }
      found = try counterfactual.smallest(for: row, work: work)
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

import Detection
import Evaluation
import Fusion
import Language
import Numerics
import Scenarios
import Values

/// `tune pump --use knn(neighbors=5),knn(neighbors=20)`.
struct Tune: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.table, .series, .embedding], help: "What the detector is wanted for.")
  static let use = Parameter<[CallLiteral]>(
    AnyParameter(
      "use", .list(.call(detectionMethods.map(CompareDetectors.literal))),
      help: "Detectors with their options, separated by commas; what `recommend` proposes if absent.")
  ) { argument in
    switch argument {
    case .list(let items): items.compactMap { if case .call(let literal) = $0 { literal } else { nil } }
    case .call(let literal): [literal]
    default: []
    }
  }
  static let on = Parameter<String>.choice(
    "on",
    of: [
      Choice("synthetic", "anomalies that are made up: no label is looked at"),
      Choice("labels", "the labels of the calibrate rows, never of the test rows"),
    ], default: "synthetic", help: "By what the best is chosen.")
  static let kinds = Parameter<[String]>(
    AnyParameter(
      "kinds", .list(.choice(Augmentation.Kind.allCases.map { Choice($0.rawValue, $0.summary) })),
      help: "Which anomalies are made up; those that make sense for the value if absent.")
  ) { argument in
    let items = if case .list(let items) = argument { items } else { [argument] }
    return items.compactMap { if case .choice(let kind) = $0 { kind } else { nil } }
  }
  static let share = Parameter<Double>.fraction(
    "share", in: 0.001...0.5, default: 0.1, help: "Share of the held-out rows to change.")
  static let size = Parameter<Double>.real(
    "size", in: 0...1e6, default: 4, help: "How far, in robust spreads of the column.")
  static let seed = Parameter<Int>.seed

  let spec = CommandSpec(
    "tune", nil, "Chooses among detectors by anomalies that are made up.",
    discussion: """
      Nobody has labelled most data, and choosing by the labels of test rows spoils what they say. So each detector is fitted \
      on fit rows, anomalies are put into rows that were held out (the calibrate rows, else the last three tenths of the fit \
      rows of each segment), and the area under the ROC curve tells changed rows from unchanged ones, one column a kind \
      (Goswami et al., Unsupervised model selection for time-series anomaly detection, ICLR 2023, section 4.2). Test rows \
      and labels are never looked at.

      The mean over the kinds orders the detectors. It tells how well each finds what was put in, not how well it will do: name \
      with --kinds what you expect to happen, and judge the choice on labelled rows by which nothing was chosen.

      With --on labels the labels of the calibrate rows choose instead.
      """,
    parameters: [input.base, use.base, on.base, kinds.base, share.base, size.base, seed.base],
    output: .report, reach: .read,
    examples: [
      Example(
        "pump = generate pump-station --minutes 10 --seed 7 | split --fit-share 40% --calibrate-share 20%"),
      Example("tune pump --use knn(neighbors=5),knn(neighbors=50),ecod"),
      Example("tune pump --use mad,zscore --on synthetic --kinds spike,stuck --share 5%"),
    ])

  private struct Trial {
    let name: String
    let model: FittedModel
    var values: [Double] = []
  }

  /// Rows to fit on and, as test rows, those held out.
  private struct Ground {
    let value: Value
    let heldOut: [Int]
    let note: String
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let ground = try ground(call, work: work)
    var literals = call[Self.use]
    if literals.isEmpty {
      literals = try Recommend.recommendation(for: call, Self.input, work: work).suggestions.map(\.literal)
    }
    let fitted = try DetectorTrials(
      of: literals, on: NamedValue(name: call[Self.input].name, value: ground.value), for: call,
      at: Self.use.base, seed: call[Self.seed], work: work
    ) {
      Fit(method: $0)
    } take: { value -> FittedModel? in
      if case .model(let stored) = value { stored as? FittedModel } else { nil }
    }
    var trials = fitted.outcomes.map { Trial(name: $0.name, model: $0.outcome) }
    let columns: [String]
    if call[Self.on] == "labels" {
      columns = ["auroc"]
      let labels = try labels(of: ground, call)
      for place in trials.indices {
        trials[place].values = [
          try auroc(trials[place].model, ground.value, labels, ground, call, work: work)
        ]
      }
    } else {
      columns = try tried(&trials, on: ground, call: call, work: work)
    }
    return .report(report(trials, columns: columns, ground: ground, remarks: fitted.remarks, call: call))
  }

  // MARK: - Rows

  private func ground(_ call: Invocation, work: Work) throws(Failure) -> Ground {
    let input = call[Self.input]
    guard let index = input.value.index else { throw call.noRows(Self.input.base) }
    var splits = index.splits ?? [Split](repeating: .fit, count: index.count)
    let isLabelled = call[Self.on] == "labels"
    let calibrate = splits.contains(.calibrate)
    if isLabelled, !calibrate {
      throw call.blame(
        Self.on.base, "R0318", "there are no calibrate rows whose labels could choose",
        label: "test rows are never tuned on",
        remedy: "Keep some labelled rows for it with `split --calibrate-share 20%`, or use `--on synthetic`.")
    }
    if calibrate {
      splits = splits.map { $0 == .test ? nil : $0 == .calibrate ? .test : $0 }.compactMap(\.self)
    }
    var rows = (0..<index.count).filter { (index.splits?[$0] ?? .fit) != .test }
    if !calibrate {
      splits = [Split](repeating: .fit, count: rows.count)
      // The last ones of each segment, so that time goes on.
      var start = 0
      for run in index.runs {
        let count = rows.count { run.rows.contains($0) }
        for place in start + count * 7 / 10..<start + count { splits[place] = .test }
        start += count
      }
      rows = Array(rows.prefix(splits.count))
    }
    let heldOut = splits.indices.filter { splits[$0] == .test }
    guard heldOut.count >= Self.fewestRows, splits.count - heldOut.count >= Self.fewestRows,
      let value = try call.selecting(rows, of: Self.input, work: work).with(splits: splits)
    else {
      throw call.blame(
        Self.input.base, "R0319",
        "too few rows to hold some out: \(splits.count - heldOut.count) to fit on and \(heldOut.count) held out",
        remedy: "At least \(Self.fewestRows) of each are needed: leave more with `split --fit-share 60%`.")
    }
    return Ground(
      value: value, heldOut: heldOut,
      note: calibrate ? "calibrate rows" : "last rows of those to fit on, which the final fit may use")
  }

  private static let fewestRows = 20

  private func labels(of ground: Ground, _ call: Invocation) throws(Failure) -> [Bool] {
    let truth = try GroundTruth(
      NamedValue(name: call[Self.input].name, value: ground.value), of: call, parameter: Self.input.base)
    let blank = Scores(
      index: ground.value.index ?? .rows(0),
      values: [Double](repeating: 0, count: ground.value.index?.count ?? 0), method: "")
    let aligned = try truth.aligned(to: blank, tolerance: nil, of: call, parameter: Self.input.base)
    let labels = aligned.labels.map { $0 ?? false }
    if Set(ground.heldOut.map { labels[$0] }).count < 2 {
      throw call.blame(
        Self.on.base, "R0320", "the calibrate rows hold one sort of label only",
        remedy: "Divide the rows so that some anomalous ones fall among them, or use `--on synthetic`.")
    }
    return labels
  }

  // MARK: - Trials

  /// Judges all trials on each kind of anomaly; the names of the kinds.
  private func tried(
    _ trials: inout [Trial], on ground: Ground, call: Invocation, work: Work
  ) throws(Failure) -> [String] {
    guard let part = ground.value.featureParts.first, let index = ground.value.index, !part.columns.isEmpty
    else { throw call.noFeatures(Self.input.base) }
    let fit = index.rows(in: .fit)
    let scaling: Scaling
    do throws(FusionError) {
      scaling = try Scaling.fit(
        .robust, to: part.columns, rows: fit, name: call[Self.input].name, work: work)
    } catch {
      throw call.failure(error, at: Self.input.base)
    }
    let asked = call[Self.kinds].compactMap(Augmentation.Kind.init)
    let kinds = asked.isEmpty ? Augmentation.Kind.sensible(inTime: index.time != nil) : asked
    var names: [String] = []
    for kind in kinds {
      let augmentation = Augmentation(
        kind, share: call[Self.share], length: 10, size: call[Self.size], seed: UInt64(call[Self.seed]))
      guard
        let result = augmentation.apply(
          to: part.columns, spreads: scaling.scale, rows: ground.heldOut, runs: index.runs.map(\.rows),
          among: nil)
      else { continue }
      let value = ground.value.replacingFeatures([result.columns])
      for place in trials.indices {
        trials[place].values.append(
          try auroc(trials[place].model, value, result.isChanged, ground, call, work: work))
      }
      names.append(kind.rawValue)
      work.report(Double(names.count) / Double(kinds.count), kind.rawValue)
    }
    if names.isEmpty {
      throw call.blame(
        Self.input.base, "R0409", "no stretch of 10 rows fits into the rows held out",
        remedy: "Use `--kinds spike`, or leave more rows with `split --calibrate-share`.")
    }
    return names
  }

  /// Rows without a score count as the middle of the others.
  private func auroc(
    _ model: FittedModel, _ value: Value, _ labels: [Bool], _ ground: Ground, _ call: Invocation,
    work: Work
  ) throws(Failure) -> Double {
    guard let rows = try call.features(of: value, work: work) else { throw call.noRows(Self.input.base) }
    do throws(DetectionError) {
      let scores = try model.scores(of: rows, work: work)
      let told = ground.heldOut.filter { scores.isScored($0) }
      let middle = Selection.median(of: told.map { scores.values[$0] }) ?? 0
      return RankingCurve(
        LabelledScores(
          scores: ground.heldOut.map { scores.isScored($0) ? scores.values[$0] : middle },
          labels: ground.heldOut.map { labels[$0] })
      ).areaUnderROC ?? .nan
    } catch {
      throw call.failure(error, method: model.method, rows: rows)
    }
  }

  // MARK: - Report

  private func report(
    _ trials: [Trial], columns: [String], ground: Ground, remarks: [String], call: Invocation
  ) -> Report {
    let means = trials.map { Statistics.mean($0.values) }
    let order = trials.indices.sorted { (means[$1], $0) < (means[$0], $1) }
    let best = order.first ?? 0
    let isSynthetic = call[Self.on] == "synthetic"
    var shown = columns.enumerated().map { place, name in
      Column(numbers: order.map { trials[$0].values[place] }, name: name)
    }
    if columns.count > 1 { shown.insert(Column(numbers: order.map { means[$0] }, name: "mean"), at: 0) }
    let warning =
      isSynthetic
      ? """
      chosen by anomalies that were made up, without a label: this is no measure of how well it finds yours; judge it on \
      labelled rows by which nothing was chosen
      """
      : "chosen by the labels of the calibrate rows: only test rows can still say how good it is"
    return Report(
      title:
        "detectors on \(call[Self.input].name), tuned on \(isSynthetic ? "made-up anomalies" : "labels")",
      metrics: [
        Metric("best", means[best], note: trials[best].name),
        Metric("rows", Double(ground.heldOut.count), note: "held out: \(ground.note)"),
      ],
      table: Frame(index: Index(.sample(TextColumn(order.map { trials[$0].name }))), columns: shown),
      remarks: remarks + [warning])
  }
}

extension Augmentation.Kind {
  /// What to expect of rows that follow each other in time, and of rows that do not.
  fileprivate static func sensible(inTime: Bool) -> [Augmentation.Kind] {
    inTime ? [.spike, .level, .drift, .stuck, .noise, .lag] : [.spike, .noise]
  }
}

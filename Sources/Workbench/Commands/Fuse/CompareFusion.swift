import Chronology
import Evaluation
import Fusion
import Language
import Numerics
import Values

struct CompareFusion: PureCommand {
  static let inputs = Parameter<[Reference]>.values(
    "scores", [.scores], help: "Scores of each modality alone, and of what was fused.")
  static let truth = Parameter<Reference>.required(
    "against", .value(GroundTruth.kinds), placement: .option,
    help: "The truth: a label column, or a value with one label column."
  ) { if case .reference(let reference) = $0 { reference } else { Reference(root: .last) } }
  static let fused = Parameter<[Reference]>(
    AnyParameter(
      "fused", .list(.value([.scores])),
      help: "Scores that also count as fused though Sonde cannot know: of joint vectors made elsewhere.")
  ) { argument in
    guard case .list(let items) = argument else { return [] }
    return items.compactMap { if case .reference(let reference) = $0 { reference } else { nil } }
  }
  static let metric = Parameter<String>.choice(
    "metric", of: [Choice("auroc", "area under the ROC curve"), Choice("ap", "average precision")],
    default: "auroc", help: "By what they are compared.")
  static let resamples = Parameter<Int>.integer(
    "resamples", in: 50...10_000, default: 500, help: "Draws of the paired bootstrap.")
  static let plain = Parameter<Bool>.flag(
    "plain", help: "Leaves out missing modalities and wrong pairs, for which learned fusions learn again.")
  static let tolerance = Parameter<TimeSpan?>.optional(
    "tolerance", .span(.zero...TimeSpan(nanoseconds: .max)),
    help: "Farthest label that a row may take; the labels' median distance if absent."
  ) { if case .span(let span) = $0 { span } else { nil } }

  let spec = CommandSpec(
    "compare", "fusion", "Says whether fusing helped over the best single modality.",
    discussion: """
      What `fuse` or `map` made counts as fused, and so does what a detector made of a joint vector; all others are single. \
      All are judged on the rows that each of them has scored. The gain over the best single \
      modality stands beside each with its 95 % interval from a paired bootstrap: the same rows are drawn for both, \
      separately among anomalous and normal ones (Efron and Tibshirani 1993, section 13.3). The best single modality is \
      chosen with the labels in view, so the comparison is hard on fusion.

      Where the rows were split, two trials follow. Each modality is taken away from 25, 50, 75 and 100 % of the judged \
      rows; a row that can no longer be scored counts as the middle of the scores. And normal rows are paired wrongly on \
      purpose: `mismatch` is the area under the ROC curve by which the score tells them from the same rows as they are, \
      0.5 if it does not see it. What was learned stays as it is.
      """,
    parameters: [
      inputs.base, fused.base, truth.base, metric.base, resamples.base, plain.base, tolerance.base,
    ],
    output: .report,
    reach: .read,
    examples: [
      Example("pump = generate pump-station --minutes 10 --seed 7 | split --fit 120"),
      Example("flow = pump.Flow | detect zscore"),
      Example("pressure = pump.Pressure | detect zscore"),
      Example("joint = fuse cauchy flow pressure"),
      Example("compare fusion flow pressure joint --against pump.fault"),
      Example("both = fuse pca pump.Flow pump.Pressure | detect mad"),
      Example("compare fusion flow pressure both --against pump.fault --metric ap --resamples 100 --plain"),
      Example("known = pump | select Flow Pressure | detect mad"),
      Example("compare fusion flow pressure --fused joint,known --against pump.fault"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    // Without a comma the words behind `--fused a` are singles, which nobody who writes so means.
    if let given = call.ranges[Self.inputs.base.name], let marked = call.ranges[Self.fused.base.name],
      given.upperBound > marked.upperBound
    {
      throw Diagnostic(
        "E0314", "what stands behind `--fused` without a comma would count as single",
        at: min(marked.upperBound + 1, given.upperBound - 1)..<given.upperBound, label: "fused or single?",
        remedy: "Write the singles first, and commas between the fused: `compare fusion a b --fused c,d`.")
    }
    return Self.defaultShape(of: call, in: scope)
  }

  /// The scores of one line of the comparison on the common rows.
  private struct Entry {
    let name: String
    let scores: Scores
    let isFused: Bool
    let judged: LabelledScores
    var value = Double.nan
    var trials: FusionTrials.Outcome?
  }

  /// What all are compared on.
  private struct Ground {
    let isAP: Bool
    let truth: String
    let rows: [Int]
    let labels: [Bool]
    /// Whether modalities are taken away and exchanged.
    let tries: Bool
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let truth = try GroundTruth(call[Self.truth], of: call, parameter: Self.truth.base)
    var given: [(name: String, scores: Scores)] = []
    let marked = Set(call[Self.fused].map(\.name))
    for input in call[Self.inputs] + call[Self.fused] {
      guard case .scores(let scores) = input.value else { throw call.unexpectedKind(Self.inputs.base) }
      if let first = given.first, first.scores.index.address != scores.index.address {
        throw call.failure(FusionError.differentRows(first.name, input.name), at: Self.inputs.base)
      }
      if !given.contains(where: { $0.name == input.name }) { given.append((input.name, scores)) }
    }
    let singles = given.filter { !$0.scores.isFused && !marked.contains($0.name) }
    guard let first = given.first, !singles.isEmpty, singles.count < given.count else {
      throw call.blame(
        Self.inputs.base, "R0316", "there is nothing to compare: single and fused scores are both needed",
        label: singles.isEmpty ? "only fused ones" : "only single ones",
        remedy:
          "Give the scores of each modality and those of `fuse` or `map`, as in `compare fusion a b joint`.")
    }
    let aligned = try truth.aligned(
      to: first.scores, tolerance: call[Self.tolerance], of: call, parameter: Self.truth.base)
    let common = try call.commonRows(given, labels: aligned.labels, at: Self.truth.base)
    let ground = Ground(
      isAP: call[Self.metric] == "ap", truth: truth.name, rows: common,
      labels: common.map { aligned.labels[$0] ?? false },
      tries: !call[Self.plain] && first.scores.index.splits != nil)
    var entries = given.map { name, scores in
      Entry(
        name: name, scores: scores, isFused: scores.isFused || marked.contains(name),
        judged: LabelledScores(scores: common.map { scores.values[$0] }, labels: ground.labels))
    }
    do throws(Cancelled) {
      for place in entries.indices {
        guard let value = FusionTrials.metric(entries[place].judged, isAP: ground.isAP) else { break }
        entries[place].value = value
        guard ground.tries, entries[place].isFused else { continue }
        entries[place].trials = try Self.trials(entries[place].scores, ground).run(work: work)
      }
      if let report = try report(entries, ground, resamples: call[Self.resamples], work: work) {
        return .report(report)
      }
    } catch {
      throw .cancelled
    }
    throw call.failure(EvaluationError.nothingToJudge, at: Self.truth.base)
  }

  private static func trials(_ scores: Scores, _ ground: Ground) -> FusionTrials {
    FusionTrials(scores: scores, rows: ground.rows, labels: ground.labels, isAP: ground.isAP)
  }

  /// nil without rows of both sorts.
  private func report(
    _ entries: [Entry], _ ground: Ground, resamples: Int, work: Work
  ) throws(Cancelled) -> Report? {
    guard
      let best = entries.indices.filter({ !entries[$0].isFused }).max(by: {
        entries[$0].value < entries[$1].value
      }),
      let draws = try PairedBootstrap(
        of: entries.map(\.judged), resamples: resamples, using: SeededGenerator(seed: 0), work: work)
    else { return nil }
    let drawn = ground.isAP ? draws.ap : draws.auroc
    let intervals = entries.indices.map { place in
      place == best
        ? nil : PairedBootstrap.interval(zip(drawn[place], drawn[best]).map { $0 - $1 })
    }
    let name = ground.isAP ? "ap" : "auroc"
    var columns = [
      Column(
        "kind",
        .text(
          TextColumn(
            entries.indices.map { entries[$0].isFused ? "fused" : $0 == best ? "best single" : "single" }))),
      Column(numbers: entries.map(\.value), name: name),
      Column(
        numbers: entries.indices.map { $0 == best ? .nan : entries[$0].value - entries[best].value },
        name: "gain"),
      Column(numbers: intervals.map { $0?.lowerBound ?? .nan }, name: "low"),
      Column(numbers: intervals.map { $0?.upperBound ?? .nan }, name: "high"),
    ]
    if entries.contains(where: { $0.trials != nil }) {
      columns.append(Column(numbers: entries.map { $0.trials?.mismatch ?? .nan }, name: "mismatch"))
    }
    let topFused = entries.filter(\.isFused).map(\.value).max() ?? .nan
    return Report(
      title: "fusion against \(ground.truth)",
      metrics: [
        Metric("best single", entries[best].value, note: entries[best].name),
        Metric("best fused", topFused), Metric("gain", topFused - entries[best].value),
      ],
      table: Frame(index: Index(.sample(TextColumn(entries.map(\.name)))), columns: columns),
      further: Self.curves(entries, best: best, ground, name: name),
      remarks: Self.verdicts(entries, intervals, best: best)
        + [
          "judged on \(ground.rows.count) rows that all have scored; gain and interval over `\(entries[best].name)`"
        ]
        + Self.remarks(entries, ground))
  }

  private static func verdicts(
    _ entries: [Entry], _ intervals: [ClosedRange<Double>?], best: Int
  ) -> [String] {
    let name = entries[best].name
    var verdicts: [String] = []
    var helps = false
    for (entry, interval) in zip(entries, intervals) where entry.isFused {
      guard let interval, !interval.lowerBound.isNaN else {
        verdicts.append("\(entry.name): too few rows to say")
        continue
      }
      if interval.lowerBound > 0 {
        helps = true
        verdicts.append("\(entry.name): fusing helps over `\(name)`")
      } else if interval.upperBound < 0 {
        verdicts.append("\(entry.name): fusing does not help: it is worse than `\(name)`")
      } else {
        verdicts.append("\(entry.name): fusing does not help measurably over `\(name)`")
      }
    }
    return helps ? verdicts : verdicts + ["no fusion here is measurably better than `\(name)` alone"]
  }

  private static func remarks(_ entries: [Entry], _ ground: Ground) -> [String] {
    let fused = entries.filter(\.isFused)
    if !ground.tries {
      return entries[0].scores.index.splits == nil
        ? ["not split: missing modalities and wrong pairs are tried on test rows alone"] : []
    }
    let untried = fused.filter { $0.trials == nil }.map { "`\($0.name)`" }
    let blind = fused.filter { ($0.trials?.mismatch).map { abs($0 - 0.5) < 0.05 } ?? false }
    return
      (blind.isEmpty
      ? [] : ["wrong pairs of normal rows go unseen by \(blind.map { "`\($0.name)`" }.bounded(6))"])
      + (untried.isEmpty
        ? []
        : [
          "not tried, because what lies between it and its modalities is not known: \(untried.bounded(6))"
        ])
  }

  /// What is left when modalities are gone, one line a fused score and modality; first the best single one.
  private static func curves(
    _ entries: [Entry], best: Int, _ ground: Ground, name: String
  ) -> [Report.Further] {
    let tried = entries.filter { $0.trials != nil }
    if tried.isEmpty { return [] }
    let alone = trials(entries[best].scores, ground).alone(named: "itself")
    let lines =
      [(entries[best].name, entries[best].value, alone)]
      + tried.flatMap { entry in
        (entry.trials?.curves ?? []).map { (entry.name, entry.value, $0) }
      }
    let rates = FusionTrials.rates
    return [
      Report.Further(
        title: "\(name) when a modality is gone from so many of the rows",
        table: Frame(
          index: Index(.sample(TextColumn(lines.map(\.0)))),
          columns: [
            Column("without", .text(TextColumn(lines.map(\.2.modality)))),
            Column(numbers: lines.map(\.1), name: "0%"),
          ]
            + rates.indices.map { rate in
              Column(numbers: lines.map { $0.2.values[rate] }, name: "\(Int(rates[rate] * 100))%")
            }))
    ]
  }
}

extension Scores {
  /// Made of several modalities.
  var isFused: Bool { voices != nil || method.hasPrefix("fuse ") || method.hasPrefix("map ") }
}

import Chronology
import Evaluation
import Language
import Notation
import Numerics
import Values

struct CompareDetectors: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.table, .series, .embedding, .bundle], help: "What all of them score.")
  static let use = Parameter<[CallLiteral]>(
    AnyParameter(
      "use", .list(.call(detectionMethods.map(Self.literal))),
      help: "Detectors, separated by commas; what `recommend` proposes if absent.")
  ) { argument in
    switch argument {
    case .list(let items): items.compactMap { if case .call(let literal) = $0 { literal } else { nil } }
    case .call(let literal): [literal]
    default: []
    }
  }
  static let truth = Parameter<Reference?>.optional(
    "against", .value(GroundTruth.kinds),
    help: "The truth: a label column, or a value with one; the value's own label column if absent."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }
  static let resamples = Parameter<Int>.integer(
    "resamples", in: 50...10_000, default: 500, help: "Draws of the paired bootstrap.")
  static let tolerance = Parameter<TimeSpan?>.optional(
    "tolerance", .span(.zero...TimeSpan(nanoseconds: .max)),
    help: "Farthest label that a row may take; the labels' median distance if absent."
  ) { if case .span(let span) = $0 { span } else { nil } }
  static let seed = Parameter<Int>.seed

  /// A detector as a call literal: its own options, and the window if it takes one.
  static func literal(_ method: any DetectionMethod) -> CallSpec {
    CallSpec(
      method.name, method.measure,
      parameters: method.parameters + (method.readsSeries ? [] : [WindowOptions.window.base]))
  }

  let spec = CommandSpec(
    "compare", "detectors", "Runs several detectors on one value and sets them side by side.",
    discussion: """
      Each detector fits and scores as `detect` does, without labels; one that cannot work here is named with its reason. \
      Without labels the table tells how alike the scores are: `agreement` is the mean rank correlation (Spearman) with the \
      others, `overlap` the mean share of the highest hundredth that another has, too. Being like the others is no merit.

      With labels, given or found in the value, all are judged on the rows that each has scored: AUROC and AP with 95 % \
      bootstrap intervals. The draws are the same for all (Efron and Tibshirani 1993, section 13.3). Detectors that share \
      a letter in `group` do not differ in AUROC: the 95 % interval of every paired difference among them holds 0. \
      Intervals are not corrected for the number of pairs, so that with many detectors some groups split by luck. To choose \
      the winner by such a table is to tune on labels: judge it on other rows.
      """,
    parameters: [
      input.base, use.base, truth.base, resamples.base, tolerance.base, seed.base,
    ], output: .report, reach: .read,
    examples: [
      Example("pump = generate pump-station --minutes 10 --seed 7 | split --fit 120"),
      Example("compare detectors pump --use iforest(trees=50),ecod,knn"),
      Example("compare detectors pump --against pump.fault --resamples 100"),
    ])

  private struct Entry {
    let name: String
    let scores: Scores
    var agreement = Double.nan
    var overlap = Double.nan
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    var literals = call[Self.use]
    if literals.isEmpty {
      literals = try Recommend.recommendation(for: call, Self.input, work: work).suggestions.map(\.literal)
    }
    let trials = try DetectorTrials(
      of: literals, on: call[Self.input], for: call, at: Self.use.base, seed: call[Self.seed], work: work
    ) {
      Detect(method: $0)
    } take: { value -> Scores? in
      if case .scores(let scores) = value { scores } else { nil }
    }
    var entries = trials.outcomes.map { Entry(name: $0.name, scores: $0.outcome) }
    var remarks = trials.remarks
    let truth = try self.truth(call)
    do throws(Cancelled) { try Self.compareRanks(&entries, work: work) } catch { throw .cancelled }
    let name = call[Self.input].name.isEmpty ? "value" : call[Self.input].name
    var columns = [
      Column(numbers: entries.map(\.agreement), name: "agreement"),
      Column(numbers: entries.map(\.overlap), name: "overlap"),
    ]
    var metrics = [Metric("detectors", Double(entries.count), note: "of \(literals.count) could work")]
    if let truth {
      let judged = try judged(entries, truth: truth, call: call, work: work)
      columns = judged.columns + columns
      metrics += judged.metrics
      remarks = judged.remarks + remarks
    } else {
      remarks.append("no labels were found: nothing here says which is better; `--against` names the truth")
    }
    let table = Frame(index: Index(.sample(TextColumn(entries.map(\.name)))), columns: columns)
    return .report(
      Report(
        title: "detectors on \(name)" + (truth.map { " against \($0.name)" } ?? ""), metrics: metrics,
        table: table, remarks: remarks))
  }

  private static func compareRanks(_ entries: inout [Entry], work: Work) throws(Cancelled) {
    guard entries.count > 1, let count = entries.first?.scores.index.count else { return }
    let scored = entries.map(\.scores)
    let rows = (0..<count).filter { row in scored.allSatisfy { $0.isScored(row) } }
    guard rows.count > 1 else { return }
    let ranks = try work.map(entries.count, stage: "ranking") { place in
      Statistics.ranks(rows.map { scored[place].values[$0].withoutRounding })
    }
    let most = max(1, rows.count / 100)
    let tops = ranks.map { ranks in
      Set(ranks.indices.sorted { (ranks[$1], $0) < (ranks[$0], $1) }.prefix(most))
    }
    for place in entries.indices {
      let others = entries.indices.filter { $0 != place }
      let total = Double(others.count)
      entries[place].agreement =
        others.reduce(0) { $0 + Statistics.correlation(ranks[place], ranks[$1]) } / total
      entries[place].overlap =
        others.reduce(0) { $0 + Double(tops[place].intersection(tops[$1]).count) } / Double(most) / total
    }
  }

  // MARK: - Judging

  /// What was named; else the value's own label column, if it has just one.
  private func truth(_ call: Invocation) throws(Failure) -> GroundTruth? {
    if let named = call[Self.truth] {
      return try GroundTruth(named, of: call, parameter: Self.truth.base)
    }
    do { return try GroundTruth(call[Self.input], of: call, parameter: Self.input.base) } catch { return nil }
  }

  private func judged(
    _ entries: [Entry], truth: GroundTruth, call: Invocation, work: Work
  ) throws(Failure) -> (columns: [Column], metrics: [Metric], remarks: [String]) {
    guard let first = entries.first else { return ([], [], []) }
    let aligned = try truth.aligned(
      to: first.scores, tolerance: call[Self.tolerance], of: call, parameter: Self.truth.base)
    let rows = try call.commonRows(
      entries.map { ($0.name, $0.scores) }, labels: aligned.labels, at: Self.truth.base)
    let labels = rows.map { aligned.labels[$0] ?? false }
    let judged = entries.map { entry in
      LabelledScores(scores: rows.map { entry.scores.values[$0] }, labels: labels)
    }
    let curves = judged.map(RankingCurve.init)
    let auroc = curves.map { $0.areaUnderROC ?? .nan }
    let ap = curves.map { $0.averagePrecision ?? .nan }
    let bootstrap: PairedBootstrap?
    do throws(Cancelled) {
      bootstrap = try PairedBootstrap(
        of: judged, resamples: call[Self.resamples], using: SeededGenerator(seed: 0), work: work)
    } catch {
      throw .cancelled
    }
    guard let bootstrap else { throw call.failure(EvaluationError.nothingToJudge, at: Self.truth.base) }
    let order = entries.indices.sorted { (auroc[$1], $0) < (auroc[$0], $1) }
    let groups = PairedBootstrap.groups(bootstrap.auroc, order: order)
    let widths = bootstrap.auroc.map(PairedBootstrap.interval)
    let heights = bootstrap.ap.map(PairedBootstrap.interval)
    let columns = [
      Column(numbers: auroc, name: "auroc"), Column(numbers: widths.map(\.lowerBound), name: "low"),
      Column(numbers: widths.map(\.upperBound), name: "high"), Column(numbers: ap, name: "ap"),
      Column(numbers: heights.map(\.lowerBound), name: "ap low"),
      Column(numbers: heights.map(\.upperBound), name: "ap high"),
      Column("group", .text(TextColumn(groups))),
    ]
    let anomalies = labels.count { $0 }
    let best = order.first ?? 0
    let ties = order.filter { groups[$0].contains("a") && $0 != best }.map { entries[$0].name }
    var remarks = [
      "judged on \(counted(rows.count, "row")) that all have scored, \(anomalies) anomalous; AP of chance is "
        + (Double(anomalies) / Double(rows.count)).shortText(digits: 3)
    ]
    if entries.count > 1 {
      remarks.insert(
        ties.isEmpty
          ? "\(entries[best].name) leads: no other is within luck of it"
          : "\(entries[best].name) leads, but not beyond luck: \(ties.joined(separator: ", "))", at: 0)
    }
    if anomalies < 10 {
      remarks.append("only \(counted(anomalies, "anomalous row")): the intervals themselves are rough")
    }
    return (columns, [Metric("best auroc", auroc[best], note: entries[best].name)], remarks)
  }
}

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
      help: "Scores that also count as fused, such as a detector's on joint vectors.")
  ) { argument in
    guard case .list(let items) = argument else { return [] }
    return items.compactMap { if case .reference(let reference) = $0 { reference } else { nil } }
  }
  static let metric = Parameter<String>.choice(
    "metric", of: [Choice("auroc", "area under the ROC curve"), Choice("ap", "average precision")],
    default: "auroc", help: "By what they are compared.")
  static let resamples = Parameter<Int>.integer(
    "resamples", in: 50...10_000, default: 500, help: "Draws of the paired bootstrap.")
  static let tolerance = Parameter<TimeSpan?>.optional(
    "tolerance", .span(.zero...TimeSpan(nanoseconds: .max)),
    help: "Farthest label that a row may take; the labels' median distance if absent."
  ) { if case .span(let span) = $0 { span } else { nil } }

  let spec = CommandSpec(
    "compare", "fusion", "Says whether fusing helped over the best single modality.",
    discussion: """
      Scores that `fuse` or `map` made count as fused, the others as single; give what a detector made of a joint vector \
      with --fused. All are judged on the rows that each of them has scored. The gain over the best single \
      modality stands beside each with its 95 % interval from a paired bootstrap: the same rows are drawn for both, \
      separately among anomalous and normal ones (Efron and Tibshirani 1993, section 13.3). The best single modality is \
      chosen with the labels in view, so the comparison is hard on fusion.
      """,
    parameters: [inputs.base, fused.base, truth.base, metric.base, resamples.base, tolerance.base],
    output: .report,
    reach: .read,
    examples: [
      Example("pump = generate pump-station --minutes 10 --seed 7 | split --fit 120"),
      Example("flow = pump.Flow | detect zscore"),
      Example("pressure = pump.Pressure | detect zscore"),
      Example("joint = fuse cauchy flow pressure"),
      Example("compare fusion flow pressure joint --against pump.fault"),
      Example("both = fuse pca pump.Flow pump.Pressure | detect mad"),
      Example("compare fusion flow pressure --fused both --against pump.fault --metric ap --resamples 100"),
    ])

  /// The scores of one line of the comparison on the common rows.
  private struct Entry {
    let name: String
    let isFused: Bool
    let judged: LabelledScores
    var value = Double.nan
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
      given.append((input.name, scores))
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
    let labels = common.map { aligned.labels[$0] ?? false }
    var entries = given.map { name, scores in
      Entry(
        name: name, isFused: scores.isFused || marked.contains(name),
        judged: LabelledScores(scores: common.map { scores.values[$0] }, labels: labels))
    }
    let isAP = call[Self.metric] == "ap"
    for place in entries.indices {
      guard let value = Self.metric(entries[place].judged, isAP: isAP) else {
        throw call.failure(EvaluationError.nothingToJudge, at: Self.truth.base)
      }
      entries[place].value = value
    }
    do throws(Cancelled) {
      return .report(
        try report(
          entries, isAP: isAP, resamples: call[Self.resamples], truth: truth.name, rows: common.count,
          work: work))
    } catch {
      throw .cancelled
    }
  }

  private static func metric(_ judged: LabelledScores, isAP: Bool) -> Double? {
    let curve = RankingCurve(judged)
    return isAP ? curve.averagePrecision : curve.areaUnderROC
  }

  private func report(
    _ entries: [Entry], isAP: Bool, resamples: Int, truth: String, rows: Int, work: Work
  ) throws(Cancelled) -> Report {
    let singles = entries.filter { !$0.isFused }
    guard let best = singles.max(by: { $0.value < $1.value }) else { return Report(title: "") }
    var gains: [Double] = []
    var lows: [Double] = []
    var highs: [Double] = []
    var remarks: [String] = []
    for entry in entries {
      if entry.name == best.name {
        gains.append(.nan)
        lows.append(.nan)
        highs.append(.nan)
        continue
      }
      let gain = entry.value - best.value
      let interval = try bootstrapInterval(
        of: entry.judged, resamples: resamples, using: SeededGenerator(seed: 0), work: work
      ) { drawn in
        guard let own = Self.metric(entry.judged.drawing(drawn), isAP: isAP),
          let other = Self.metric(best.judged.drawing(drawn), isAP: isAP)
        else { return nil }
        return own - other
      }
      gains.append(gain)
      lows.append(interval?.lowerBound ?? .nan)
      highs.append(interval?.upperBound ?? .nan)
      if entry.isFused { remarks.append(Self.verdict(entry.name, interval: interval, best: best.name)) }
    }
    let name = isAP ? "ap" : "auroc"
    let table = Frame(
      index: Index(.sample(TextColumn(entries.map(\.name)))),
      columns: [
        Column(
          "kind",
          .text(
            TextColumn(entries.map { $0.isFused ? "fused" : $0.name == best.name ? "best single" : "single" })
          )),
        Column(numbers: entries.map(\.value), name: name), Column(numbers: gains, name: "gain"),
        Column(numbers: lows, name: "low"), Column(numbers: highs, name: "high"),
      ])
    let topFused = entries.filter(\.isFused).map(\.value).max() ?? .nan
    return Report(
      title: "fusion against \(truth)",
      metrics: [
        Metric("best single", best.value, note: best.name), Metric("best fused", topFused),
        Metric("gain", topFused - best.value),
      ], table: table,
      remarks: remarks + [
        "judged on \(rows) rows that all have scored; gain and interval over `\(best.name)`"
      ])
  }

  private static func verdict(_ name: String, interval: ClosedRange<Double>?, best: String) -> String {
    guard let interval else { return "\(name): too few rows to say" }
    if interval.lowerBound > 0 { return "\(name): fusing helps over `\(best)`" }
    if interval.upperBound < 0 { return "\(name): fusing does not help: it is worse than `\(best)`" }
    return "\(name): fusing does not help measurably over `\(best)`"
  }
}

extension Scores {
  /// Made of several modalities.
  fileprivate var isFused: Bool { method.hasPrefix("fuse ") || method.hasPrefix("map ") }
}

import Chronology
import Detection
import Evaluation
import Language
import Notation
import Numerics
import Values

struct Evaluate: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.scores, .alarms], help: "The scores or alarms to judge.")
  static let truth = Parameter<Reference>.required(
    "against", .value(GroundTruth.kinds), placement: .option,
    help: "The truth: a label column, or a value with one label column."
  ) { if case .reference(let reference) = $0 { reference } else { Reference(root: .last) } }
  static let metrics = Parameter<[MetricName]?>.optional(
    "metrics", .list(.choice(MetricName.allCases.map { Choice($0.rawValue, $0.help) })),
    help: "Which metrics; the usual ones that apply if absent."
  ) { argument -> [MetricName]? in
    guard case .list(let items) = argument else { return nil }
    return items.compactMap { if case .choice(let name) = $0 { MetricName(rawValue: name) } else { nil } }
  }
  static let all = Parameter<Bool>.flag("all", help: "Every metric that applies.")
  static let intervals = Parameter<Bool>.flag(
    "intervals", help: "Shows 95 % bootstrap intervals, however many rows are anomalous.")
  static let window = Parameter<Int>.integer(
    "window", in: 0...100_000, default: 100, help: "Largest buffer of the VUS metrics, in rows.")
  static let tolerance = Parameter<TimeSpan?>.optional(
    "tolerance", .span(.zero...TimeSpan(nanoseconds: .max)),
    help: "Farthest label that a row may take; the labels' median distance if absent."
  ) { if case .span(let span) = $0 { span } else { nil } }

  static let data = Parameter<Reference?>.optional(
    "data", .value([.table, .series, .embedding, .bundle]),
    help: "What was scored: adds the baseline of the last value."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }

  let spec = CommandSpec(
    "evaluate", nil, "Judges scores or alarms against the truth, with trivial baselines beside.",
    discussion: """
      Labels may live on another index: a row takes the highest label that its time span meets, or else the \
      nearest one within the tolerance; samples meet by identifier; a table of incidents with a label column `end` marks \
      the rows that meet one. Judged are the test rows of a split, else the \
      scored rows that no model was fitted on, else all scored rows; the report says which, and how many had a label.

      AUROC counts ties one half (Mann and Whitney 1947). AP is the sum of precision times the step of recall, \
      without interpolation. best-f1 looks at the labels to choose its threshold: an upper bound, not a result. VUS \
      follows Paparrizos et al., VLDB 2022, with 250 thresholds as in TSB-AD. pauc is scaled by McClish (1989). Events, \
      ranges (Tatbul et al., NeurIPS 2018, flat, cardinality 1) and affiliation (Huet et al., KDD 2022) judge stretches \
      of neighbouring rows. pa-f1 grants a whole anomaly for one alarmed row and flatters random alarms, so that \
      pak-f1 (Kim et al., AAAI 2022) is always shown with it. Beside the result stand the same \
      metrics for flagging every row, for flagging none, and for random scores with as many alarms (mean of up to \
      5 draws from a fixed generator); with --data also for how far each value lies from the one before it. nab takes \
      the labelled stretches for windows (Lavin and Ahmad, ICMLA 2015, with their three profiles; Numenta's own windows are wider). ece \
      (Naeini et al., AAAI 2015) and brier judge the probabilities that `calibrate` gives. With fewer than 10 anomalous rows or --intervals, 95 % bootstrap intervals are shown.
      """,
    parameters: [
      Self.input.base, Self.truth.base, Self.metrics.base, Self.all.base, Self.intervals.base,
      Self.window.base,
      Self.tolerance.base, Self.data.base,
    ],
    output: .report, reach: .read,
    examples: [
      Example("pump = generate pump-station --seed 1"),
      Example("alarms = pump | detect zscore | threshold quantile --level 99%"),
      Example("evaluate alarms --against pump.fault --metrics f1,far,mar"),
      Example("pump | detect mad | evaluate --against pump.fault --metrics auroc,ap"),
      Example("evaluate alarms --against pump.fault --all --window 20 --data pump"),
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
    let truth = try GroundTruth(call[Self.truth], of: call, parameter: Self.truth.base)
    let aligned = try truth.aligned(
      to: scores, tolerance: call[Self.tolerance], of: call, parameter: Self.truth.base)
    let rows: JudgedRows
    do throws(EvaluationError) {
      rows = try JudgedRows(scores, labels: aligned.labels)
    } catch {
      throw call.failure(error, at: Self.truth.base)
    }
    let names = try metricNames(call, hasAlarms: alarms != nil, scores: scores)
    var judgement = Judgement(
      names: names, window: call[Self.window], scores: scores, alarms: alarms, rows: rows,
      aligned: aligned)
    judgement.leak = truth.visible.flatMap { scores.sees($0) ? $0 : nil }
    judgement.lastValue = try lastValue(call, scores: scores)
    judgement.wantsIntervals = call[Self.intervals]
    do throws(Cancelled) {
      return .report(
        try judgement.report(title: "\(input.name) against \(truth.name)", work: work))
    } catch {
      throw .cancelled
    }
  }

  private func lastValue(_ call: Invocation, scores: Scores) throws(Failure) -> [Double]? {
    guard let named = call[Self.data] else { return nil }
    guard let rows = try call.features(of: named.value, work: Work()) else {
      throw call.unexpectedKind(Self.data.base)
    }
    guard rows.index.address == scores.index.address else {
      throw call.blame(
        Self.data.base, "D0506", "`\(named.name)` does not have the rows that were scored",
        remedy: "Name the very value that was given to `detect`.")
    }
    return LastValue.scores(of: rows)
  }

  /// The asked-for metrics if they can be had; all possible ones if none was asked for.
  private func metricNames(
    _ call: Invocation, hasAlarms: Bool, scores: Scores
  ) throws(Failure) -> [MetricName] {
    let index = scores.index
    let hasChances = scores.probability != nil
    let isOrdered = if case .sample = index.address { false } else { true }
    let hasTimes = index.time != nil
    guard let asked = call[Self.metrics], !call[Self.all] else {
      return (call[Self.all] ? MetricName.allCases : MetricName.usual).filter {
        (hasChances || !$0.needsProbability) && (hasAlarms || !$0.needsThreshold)
          && (isOrdered || !$0.needsOrder) && (hasTimes || !$0.needsTimes)
      }
    }
    if !hasAlarms, let metric = asked.first(where: \.needsThreshold) {
      throw call.blame(
        Self.metrics.base, "D0307", "`\(metric.rawValue)` needs alarms, and these are scores",
        remedy: "Set a threshold first: `threshold pot`.")
    }
    if !hasChances, let metric = asked.first(where: \.needsProbability) {
      throw call.blame(
        Self.metrics.base, "D0311", "`\(metric.rawValue)` judges probabilities, and these scores have none",
        remedy: "Give them some first: `calibrate platt` with labels, or `calibrate ecdf`.")
    }
    if !isOrdered, let metric = asked.first(where: \.needsOrder) {
      throw call.blame(
        Self.metrics.base, "D0308", "`\(metric.rawValue)` needs rows in order of time, and these are samples",
        remedy: "Choose among auroc, ap, best-f1, precision, recall and f1.")
    }
    if !hasTimes, let metric = asked.first(where: \.needsTimes) {
      throw call.blame(
        Self.metrics.base, "D0310", "`\(metric.rawValue)` counts by the clock, and these rows have no times",
        remedy: "Load the data with `--time`, or choose event-f1.")
    }
    return MetricName.allCases.filter { name in
      asked.contains(name) || (name == .adjustedArea && asked.contains(.adjustedF1))
    }
  }
}

extension Invocation {
  /// The checker lets only declared kinds through; this is for those that carry something else inside.
  func unexpectedKind(_ parameter: AnyParameter) -> Failure {
    blame(
      parameter, "D0309", "the value is of a kind that this command cannot read",
      remedy: "See `help \(call.spec.name)` for the kinds that it takes.")
  }
}

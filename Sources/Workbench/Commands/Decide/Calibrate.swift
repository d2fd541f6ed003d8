import Chronology
import Detection
import Evaluation
import Language
import Numerics
import Values

/// `calibrate ecdf`, `calibrate tail`…: one way of giving scores a unit as a command.
struct Calibrate: PureCommand {
  static let input = Parameter<Reference>.value("scores", [.scores], help: "The scores to give a unit.")
  static let per = Parameter<String>.choice(
    "per",
    of: [Choice("all", "one calibration for all rows"), Choice("segment", "one for each segment (file)")],
    default: "all", help: "What shares a calibration.")
  static let initial = Parameter<Double>.fraction(
    "initial", in: 0.5...0.999, default: 0.9, help: "The quantile above which the tail begins.")
  static let truth = Parameter<Reference>.required(
    "against", .value(GroundTruth.kinds), placement: .option,
    help: "Labels of the fit or calibrate rows: a label column, or a value with one."
  ) { if case .reference(let reference) = $0 { reference } else { Reference(root: .last) } }
  static let tolerance = Parameter<TimeSpan?>.optional(
    "tolerance", .span(.zero...TimeSpan(nanoseconds: .max)),
    help: "Farthest label that a row may take; the labels' median distance if absent."
  ) { if case .span(let span) = $0 { span } else { nil } }

  let name: String
  let summary: String
  let source: String
  var options: [AnyParameter] = []
  var exampleOptions = ""
  var needsLabels = false
  let rule: @Sendable (Invocation) -> any CalibrationRule

  var spec: CommandSpec {
    CommandSpec(
      "calibrate", name, summary,
      discussion: """
        \(source)

        \(needsLabels ? Self.labelled : Self.unlabelled) What the scores were divided among stays with them.
        """,
      parameters: [Self.input.base] + options
        + (needsLabels ? [Self.truth.base, Self.tolerance.base] : []) + [Self.per.base],
      output: .scores, examples: examples)
  }

  private static let unlabelled = """
    Learns from calibrate rows if there are any, else from fit rows, else from all scored rows, and never looks at labels.
    """
  private static let labelled = """
    Learns from the labels of the calibrate rows, else of the fit rows; the rows that metrics judge are never looked at, so \
    the value must have been split.
    """

  private var examples: [Example] {
    let options = needsLabels ? " --against pump.fault" : ""
    return [
      Example("pump = generate pump-station --seed 1 | split --fit 300 --calibrate 300"),
      Example("risk = pump | detect zscore"),
      Example("risk | calibrate \(name)\(options)"),
      Example("unit = calibrate \(name) risk\(exampleOptions)\(options) --per segment"),
    ]
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    guard case .scores(let scores) = call[Self.input].value else {
      throw call.unexpectedKind(Self.input.base)
    }
    var labels: [Bool?]?
    if needsLabels {
      let truth = try GroundTruth(call[Self.truth], of: call, parameter: Self.truth.base)
      labels = try truth.aligned(
        to: scores, tolerance: call[Self.tolerance], of: call, parameter: Self.truth.base
      ).labels
    }
    let calibration = Calibration(rule(call), isPerSegment: call[Self.per] == "segment")
    do throws(CalibrationError) {
      return .scores(try calibration.calibrate(scores, labels: labels))
    } catch {
      throw Self.failure(error, call)
    }
  }

  static func failure(_ error: CalibrationError, _ call: Invocation) -> Failure {
    func place(_ segment: String) -> String { segment.isEmpty ? "" : " in segment `\(segment)`" }
    switch error {
    case .noRows(let segment):
      return call.blame(
        input.base, "D0210", "no scored row to learn a unit from\(place(segment))",
        remedy: "Score more rows, or leave out `--per segment`.")
    case .tooFewExceedances(let needed, let got, let segment):
      return call.blame(
        input.base, "D0202",
        "a tail needs \(needed) scores above the initial quantile and has \(got)\(place(segment))",
        remedy: "Lower `--initial`, leave out `--per segment`, or use `calibrate ecdf`.")
    case .noTail(let segment):
      return call.blame(
        input.base, "D0203", "all scores above the initial quantile are equal\(place(segment))",
        remedy: "Lower `--initial`, or use `calibrate ecdf`.")
    case .oneSortOfLabels(let segment):
      return call.blame(
        truth.base, "D0211",
        "the labels of the rows to learn from are not of both sorts\(place(segment))",
        remedy:
          "Divide the rows again with `split`, so that some anomalies are known, or use `calibrate tail`.")
    case .judgedRows:
      return call.blame(
        truth.base, "D0212", "labels may not be learned from the rows that metrics judge",
        label: "no rows set apart",
        remedy: "Divide the data first: `split --calibrate-share 30%`, then detect again.")
    }
  }
}

extension Calibrate {
  static let z = Calibrate(
    name: "z", summary: "Turns scores into standard deviations above the mean.",
    source: "(score − mean) / standard deviation (Aggarwal and Sathe, SIGKDD Explorations 2015).",
    rule: { _ in DeviationCalibration(isRobust: false) })
  static let robust = Calibrate(
    name: "robust", summary: "Turns scores into robust deviations above the median.",
    source:
      "(score − median) / (1.4826 median absolute deviation), which stands even if almost half of the rows are "
      + "anomalous (Leys et al., 2013).",
    rule: { _ in DeviationCalibration(isRobust: true) })
  static let unify = Calibrate(
    name: "unify", summary: "Turns scores into probabilities by a normal distribution.",
    source:
      "max(0, erf(z / √2)) (Gaussian scaling, Kriegel et al., Interpreting and unifying outlier scores, SDM 2011). Below "
      + "the mean all become 0.",
    rule: { _ in UnifyingCalibration() })
  static let ecdf = Calibrate(
    name: "ecdf", summary: "Turns scores into the share of reference scores below.",
    source:
      "One minus the conformal p-value (Vovk et al. 2005): 0.99 is higher than 99 % of the reference. Above the whole "
      + "reference all are equal; `calibrate tail` keeps them apart.",
    rule: { _ in EmpiricalCalibration() })
  static let tail = Calibrate(
    name: "tail", summary: "Turns scores into how rare they are: 3 is one in a thousand.",
    source:
      "−log10 of the chance of a score as high: counted up to the initial quantile, beyond it by a generalised Pareto "
      + "tail, as `threshold pot` fits it (Siffer et al., KDD 2017).",
    options: [initial.base], exampleOptions: " --initial 80%",
    rule: { TailCalibration(initial: $0[initial]) })
  static let isotonic = Calibrate(
    name: "isotonic", summary: "Turns scores into probabilities that rise with labels.",
    source:
      "The non-decreasing function nearest to the labels, by pooling adjacent violators (Zadrozny and Elkan, KDD 2002). "
      + "Needs some dozens of labelled rows; makes many scores equal.",
    needsLabels: true, rule: { _ in IsotonicCalibration() })
  static let platt = Calibrate(
    name: "platt", summary: "Turns scores into probabilities by a sigmoid fitted to labels.",
    source:
      "1 / (1 + exp(−(a x + b))) of the largest likelihood (Platt 1999; Lin, Lin and Weng, Machine Learning 2007). Does "
      + "with few labels; keeps the order of scores unless labels contradict it.",
    needsLabels: true, rule: { _ in SigmoidCalibration() })
}

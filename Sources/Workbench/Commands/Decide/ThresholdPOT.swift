import Detection
import Language
import Numerics
import Values

struct ThresholdPOT: PureCommand {
  static let risk = Parameter<Double>.fraction(
    "risk", in: 1e-12...0.5, default: 1e-3, help: "Chance that a normal row exceeds the threshold.")
  static let initial = Parameter<Double?>.optional(
    "initial", .fraction(0...1),
    help: "Quantile above which the tail is modelled; 98% if absent, lower on few rows."
  ) { if case .real(let level) = $0 { level } else { nil } }

  let spec = CommandSpec(
    "threshold", "pot", "Alarms scores that a normal row exceeds with a chosen risk.",
    discussion: """
      Peaks over threshold: the excesses over the initial quantile follow a generalised Pareto distribution, fitted by \
      maximum likelihood, whose quantile at the risk is the threshold (Siffer et al., Anomaly detection in streams with \
      extreme value theory, KDD 2017, equation 1). It may lie beyond every score seen. The likelihood is maximised \
      along its profile instead of solving Grimshaw's equation; shapes below -1 are left out. Ten scores must exceed \
      the initial quantile: where 98% leaves fewer, it is lowered as far as that needs.

      \(ThresholdOptions.fitting)
      """,
    parameters: [ThresholdOptions.input.base, Self.risk.base, Self.initial.base] + ThresholdOptions.shared,
    output: .alarms,
    examples: [
      Example("risk = generate pump-station --seed 1 | detect zscore"),
      Example("risk | threshold pot"),
      Example("risk | threshold pot --risk 1e-4 --min-duration 3s"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    try ThresholdOptions.decide(
      call, by: PeaksOverThreshold(risk: call[Self.risk], initial: call[Self.initial]))
  }
}

import Detection
import Language
import Numerics
import Values

struct ThresholdChiSquare: PureCommand {
  static let degrees = Parameter<Int>.required(
    "degrees", .integer(1...100_000), placement: .option, help: "Number of features behind the distance."
  ) { if case .integer(let count) = $0 { count } else { 1 } }
  static let risk = Parameter<Double>.fraction(
    "risk", in: 1e-12...0.5, default: 1e-3, help: "Chance that a normal row exceeds the threshold.")

  let spec = CommandSpec(
    "threshold", "chi2", "Alarms squared distances beyond the chi-square quantile of a risk.",
    discussion: """
      For `mahalanobis` and `mcd`: squared distances of normal rows follow a chi-square law with one degree a feature. \
      The threshold is its quantile, times the median score over the law's median (Maronna and Zamar, Technometrics \
      2002), so that a spread estimated too small does not matter. Other scores do not follow the law.

      \(ThresholdOptions.fitting)
      """,
    parameters: [ThresholdOptions.input.base, Self.degrees.base, Self.risk.base] + ThresholdOptions.shared,
    output: .alarms,
    examples: [
      Example("risk = generate pump-station --seed 1 | detect mahalanobis"),
      Example("risk | threshold chi2 --degrees 6"),
      Example("risk | threshold chi2 --degrees 6 --risk 1e-4"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    try ThresholdOptions.decide(
      call, by: ChiSquareThreshold(degrees: call[Self.degrees], risk: call[Self.risk]))
  }
}

import Detection
import Language
import Numerics
import Values

struct ThresholdChiSquare: PureCommand {
  static let degrees = Parameter<Int?>.optional(
    "degrees", .integer(1...100_000),
    help: "Number of features behind the distance; if absent, those of the model of `mahalanobis` or `mcd`."
  ) { if case .integer(let count) = $0 { count } else { nil } }
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
      Example("risk | threshold chi2"),
      Example("risk | threshold chi2 --degrees 8 --risk 1e-4"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    try ThresholdOptions.decide(
      call, by: ChiSquareThreshold(degrees: degrees(call), risk: call[Self.risk]))
  }

  private func degrees(_ call: Invocation) throws(Failure) -> Int {
    if let given = call[Self.degrees] { return given }
    let input = ThresholdOptions.input
    guard case .scores(let scores) = call[input].value else { throw call.unexpectedKind(input.base) }
    let followers = [Mahalanobis.name, MinimumCovariance.name]
    guard followers.contains(scores.method), let model = scores.maker?.model as? FittedModel else {
      throw call.blame(
        input.base, "D0215", "`\(call[input].name)` does not tell how many features are behind its distances",
        remedy: "Say how many: `--degrees 8`.")
    }
    return model.features.count
  }
}

import Detection
import Language
import Numerics
import Values

struct ThresholdQuantile: PureCommand {
  static let level = Parameter<Double>.fraction(
    "level", in: 0...1, default: 0.99, help: "Share of the learned-from scores at or below the threshold.")

  let spec = CommandSpec(
    "threshold", "quantile", "Alarms scores above a quantile of the normal ones.",
    discussion: """
      The quantile is interpolated between neighbouring scores (type 7 of Hyndman and Fan, The American Statistician \
      1996). The expected share of false alarms is one minus the level.

      \(ThresholdOptions.fitting)
      """,
    parameters: [ThresholdOptions.input.base, Self.level.base] + ThresholdOptions.shared, output: .alarms,
    examples: [
      Example("risk = generate pump-station --seed 1 | detect zscore"),
      Example("risk | threshold quantile"),
      Example("risk | threshold quantile --level 99.5% --merge 5s"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    try ThresholdOptions.decide(call, by: QuantileThreshold(level: call[Self.level]))
  }
}

import Detection
import Language
import Numerics
import Values

struct ThresholdIQR: PureCommand {
  static let factor = Parameter<Double>.real(
    "factor", in: 0...1000, default: 1.5, help: "Lengths of the box above the upper quartile.")

  let spec = CommandSpec(
    "threshold", "iqr", "Alarms scores far above the upper quartile.",
    discussion: """
      The threshold is the upper quartile plus the factor times the distance between the quartiles: 1.5 marks outliers, \
      3 far-out ones (Tukey, Exploratory Data Analysis, 1977).

      \(ThresholdOptions.fitting)
      """,
    parameters: [ThresholdOptions.input.base, Self.factor.base] + ThresholdOptions.shared, output: .alarms,
    examples: [
      Example("risk = generate pump-station --seed 1 | detect zscore"),
      Example("risk | threshold iqr"),
      Example("risk | threshold iqr --factor 3 --cool-down 30s"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    try ThresholdOptions.decide(call, by: QuartileThreshold(factor: call[Self.factor]))
  }
}

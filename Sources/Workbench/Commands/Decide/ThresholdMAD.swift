import Detection
import Language
import Numerics
import Values

struct ThresholdMAD: PureCommand {
  static let factor = Parameter<Double>.real(
    "factor", in: 0...1000, default: 3, help: "Robust standard deviations above the median.")

  let spec = CommandSpec(
    "threshold", "mad", "Alarms scores many median deviations above the median.",
    discussion: """
      The threshold is the median plus the factor times 1.4826 times the median absolute deviation (Leys et al., \
      Journal of Experimental Social Psychology 2013). It stands even if almost half of the rows are anomalous.

      \(ThresholdOptions.fitting)
      """,
    parameters: [ThresholdOptions.input.base, Self.factor.base] + ThresholdOptions.shared, output: .alarms,
    examples: [
      Example("risk = generate pump-station --seed 1 | detect zscore"),
      Example("risk | threshold mad"),
      Example("risk | threshold mad --factor 5"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    try ThresholdOptions.decide(call, by: MedianDeviationThreshold(factor: call[Self.factor]))
  }
}

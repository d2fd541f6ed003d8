import Detection
import Language

struct CumulativeSumMethod: DetectionMethod {
  static let allowance = Parameter<Double>.real(
    "allowance", in: 0.0...100.0, default: 0.5,
    help: "Standard deviations that do not count.")
  static let limit = Parameter<Double>.real(
    "limit", in: 0.01...1e9, default: 5,
    help: "Sum at which the chart starts again.")
  static let summary = DeviationSummary.parameter

  let name = "cusum"
  let measure = "the deviations to one side that have built up"
  let discussion = """
    The tabular CUSUM chart (Page 1954): what deviations from the median of the fit rows exceed the \
    allowance by is added up on each side; beyond the limit the sum starts again. Any number of \
    channels; a missing value stands for the one before it.
    """
  let parameters: [AnyParameter] = [allowance.base, limit.base, summary.base]
  let readsSeries = true
  let exampleOptions = "--allowance 0.25 --limit 8"
  func detector(_ call: Invocation) -> any Detector {
    ChannelDetector(
      CumulativeSum(allowance: call[Self.allowance], limit: call[Self.limit]), summary: DeviationSummary(call)
    )
  }
}

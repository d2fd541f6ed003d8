import Detection
import Language

struct PageHinkleyMethod: DetectionMethod {
  static let allowance = Parameter<Double>.real(
    "allowance", in: 0.0...100.0, default: 0.005,
    help: "Standard deviations that do not count.")
  static let limit = Parameter<Double>.real(
    "limit", in: 0.01...1e9, default: 50,
    help: "Sum at which the test starts again.")
  static let summary = DeviationSummary.parameter

  let name = "pagehinkley"
  let measure = "how far running sums have left their extremes"
  let discussion = """
    Page and Hinkley's test on the rows so far, to both sides: it finds lasting changes of the mean and \
    starts again beyond the limit. Any number of channels; a missing value stands for the one before it.
    """
  let parameters: [AnyParameter] = [allowance.base, limit.base, summary.base]
  let readsSeries = true
  let exampleOptions = "--limit 20"
  func detector(_ call: Invocation) -> any Detector {
    ChannelDetector(
      PageHinkley(allowance: call[Self.allowance], limit: call[Self.limit]), summary: DeviationSummary(call))
  }
}

import Detection
import Language

struct WeightedMeanChartMethod: DetectionMethod {
  static let weight = Parameter<Double>.real(
    "weight", in: 0.001...1.0, default: 0.2,
    help: "Weight of the present row.")
  static let summary = DeviationSummary.parameter

  let name = "ewma"
  let measure = "how far a weighted mean has left its limits"
  let discussion = """
    The EWMA control chart (Roberts 1959): the distance of the exponentially weighted mean from the \
    median of the fit rows in its standard deviations; 2.86 is a usual limit. Small weights find small \
    lasting shifts. Any number of channels; a missing value stands for the one before it.
    """
  let parameters: [AnyParameter] = [weight.base, summary.base]
  let readsSeries = true
  let exampleOptions = "--weight 0.05"
  func detector(_ call: Invocation) -> any Detector {
    ChannelDetector(WeightedMeanChart(weight: call[Self.weight]), summary: DeviationSummary(call))
  }
}

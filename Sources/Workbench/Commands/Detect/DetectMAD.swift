import Detection
import Language

struct MedianDeviationMethod: DetectionMethod {
  let name = "mad"
  let measure = "their distance from the median in robust deviations"
  let discussion = """
    |x - median| / (1.4826 MAD) for each feature (Iglewicz and Hoaglin, How to detect and handle outliers, 1993); the \
    score is the largest over the features, or as `--summary` says. Missing cells add nothing. Where more than half of \
    the values are equal, 1.2533 times the mean absolute deviation stands in for the scale, and then 1.
    """
  private static let side = Parameter<String>.choice(
    "side",
    of: [
      Choice("both", "far from the median either way"), Choice("high", "above it"), Choice("low", "below it"),
    ], default: "both", help: "Which values are anomalous.")
  let parameters = [DeviationSummary.parameter.base, Self.side.base]
  let exampleOptions = "--summary rms"
  func detector(_ call: Invocation) -> any Detector {
    MedianDeviation(summary: DeviationSummary(call), side: DeviationSide(rawValue: call[Self.side]))
  }
}

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
  let parameters = [DeviationSummary.parameter.base]
  let exampleOptions = "--summary rms"
  func detector(_ call: Invocation) -> any Detector { MedianDeviation(summary: DeviationSummary(call)) }
}

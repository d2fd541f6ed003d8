import Detection
import Language

struct KalmanResidualMethod: DetectionMethod {
  static let summary = DeviationSummary.parameter

  let name = "kalman"
  let measure = "how unlikely they are for a level that drifts"
  let discussion = """
    The innovation of a Kalman filter for a level that drifts at random, over its standard deviation \
    (Durbin and Koopman, section 2.2); how fast it drifts is what makes the fit rows likeliest. Any \
    number of channels; a missing value stands for the one before it.
    """
  let parameters: [AnyParameter] = [summary.base]
  let readsSeries = true
  let exampleOptions = "--summary rms"
  func detector(_ call: Invocation) -> any Detector {
    ChannelDetector(KalmanResidual(), summary: DeviationSummary(call))
  }
}

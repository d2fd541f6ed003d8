import Detection
import Language

struct ZScoreMethod: DetectionMethod {
  let name = "zscore"
  let measure = "their distance from the mean in standard deviations"
  let discussion = """
    |x - mean| / standard deviation for each feature (Grubbs, Technometrics 1969); the score is the largest over the \
    features, or as `--summary` says. Missing cells add nothing. A feature that never varied has scale 1. Anomalies \
    among the fit rows widen the scale; `mad` withstands them.
    """
  let parameters = [DeviationSummary.parameter.base]
  let exampleOptions = "--summary mean"
  func detector(_ call: Invocation) -> any Detector { ZScore(summary: DeviationSummary(call)) }
}

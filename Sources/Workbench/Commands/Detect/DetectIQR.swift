import Detection
import Language

struct QuantileRangeMethod: DetectionMethod {
  static let tail = Parameter<Double>.fraction(
    "tail", in: 1e-6...0.499, default: 0.25, help: "Share of fit rows beyond each quantile.")
  let name = "iqr"
  let measure = "how far they lie outside the middle quantiles"
  let discussion = """
    The distance beyond the nearer quantile over the range between the quantiles (Tukey, Exploratory data \
    analysis, 1977); with quarters, Tukey's fences stand at 1.5. The score is the largest over the features, or \
    as `--summary` says. Missing cells add nothing.
    """
  let parameters: [AnyParameter] = [tail.base, DeviationSummary.parameter.base]

  let exampleOptions = "--tail 10% --summary mean"
  func detector(_ call: Invocation) -> any Detector {
    QuantileRange(tail: call[Self.tail], summary: DeviationSummary(call))
  }
}

import Detection
import Language

struct PolynomialForecastMethod: DetectionMethod {
  static let degree = Parameter<Int>.integer(
    "degree", in: 0...9, default: 4,
    help: "Degree of the polynomial.")
  static let window = Parameter<Int?>.rows(
    "window", in: 2...1_000_000,
    help: "Rows of a stretch; one estimated cycle if absent.")
  static let summary = DeviationSummary.parameter

  let name = "poly"
  let measure = "their distance from a curve through what surrounds them"
  let discussion = """
    The root mean square distance of each stretch of one window from a polynomial through the five \
    windows before and behind it (POLY of TSB-AD, NeurIPS 2024). Nothing is learned but the window. The \
    first tenth of the rows is not judged. Any number of channels; a missing value stands for the one \
    before it.
    """
  let parameters: [AnyParameter] = [degree.base, window.base, summary.base]
  let readsSeries = true
  let exampleOptions = "--degree 2 --window 20"
  func detector(_ call: Invocation) -> any Detector {
    ChannelDetector(
      PolynomialForecast(degree: call[Self.degree], window: call[Self.window]),
      summary: DeviationSummary(call))
  }
}

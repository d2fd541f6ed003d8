import Detection
import Language

struct HoltWintersMethod: DetectionMethod {
  static let period = Parameter<Int?>.rows(
    "period", in: 1...100_000,
    help: "Rows of a season; estimated if absent, 1 for none.")
  static let summary = DeviationSummary.parameter

  let name = "holtwinters"
  let measure = "their distance from a smoothed level, trend and season"
  let discussion = """
    The one-step error of additive Holt-Winters smoothing (Winters 1960), in usual errors; the weights \
    are those that foretell the fit rows best, and large errors hardly move the state (Gelper, Fried and \
    Croux 2010). Any number of channels; a missing value stands for the one before it.
    """
  let parameters: [AnyParameter] = [period.base, summary.base]
  let readsSeries = true
  let exampleOptions = "--period 1"
  func detector(_ call: Invocation) -> any Detector {
    ChannelDetector(HoltWinters(period: call[Self.period]), summary: DeviationSummary(call))
  }
}

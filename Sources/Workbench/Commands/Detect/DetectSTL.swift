import Detection
import Language

struct SeasonalTrendMethod: DetectionMethod {
  static let period = Parameter<Int?>.rows(
    "period", in: 2...100_000,
    help: "Rows of a season; estimated if absent.")
  static let summary = DeviationSummary.parameter

  let name = "stl"
  let measure = "what trend and season leave over"
  let discussion = """
    The remainder of a seasonal-trend decomposition by loess (Cleveland and others, STL, 1990), in usual \
    remainders. The whole stretch is seen at once and must hold two periods. Any number of channels; a \
    missing value stands for the one before it.
    """
  let parameters: [AnyParameter] = [period.base, summary.base]
  let readsSeries = true
  let exampleOptions = "--period 30 --summary mean"
  let plainOptions = "--period 20"
  func detector(_ call: Invocation) -> any Detector {
    ChannelDetector(SeasonalTrend(period: call[Self.period]), summary: DeviationSummary(call))
  }
}

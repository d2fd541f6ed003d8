import Detection
import Language

struct WindowChangeMethod: DetectionMethod {
  static let window = Parameter<Int>.integer(
    "window", in: 2...1_000_000, default: 50,
    help: "Rows on each side.")
  static let summary = DeviationSummary.parameter

  let name = "windowchange"
  let measure = "how much the rows before and behind them differ"
  let discussion = """
    How much likelier the rows around are under two normal distributions, one before and one behind, \
    than under one (Truong, Oudre and Vayatis 2020): changes of mean or spread. Looks ahead by a window. \
    Any number of channels; a missing value stands for the one before it.
    """
  let parameters: [AnyParameter] = [window.base, summary.base]
  let readsSeries = true
  let exampleOptions = "--window 20"
  func detector(_ call: Invocation) -> any Detector {
    ChannelDetector(WindowChange(window: call[Self.window]), summary: DeviationSummary(call))
  }
}

import Detection
import Language

struct AutoregressionMethod: DetectionMethod {
  static let order = Parameter<Int>.integer(
    "order", in: 1...1000, default: 10,
    help: "Past values that foretell the next.")
  static let summary = DeviationSummary.parameter

  let name = "ar"
  let measure = "how far they lie from a linear forecast"
  let discussion = """
    The error of a linear forecast of each channel from its last values (Yule 1927), in usual errors. \
    Fitted by least squares, a second time without the rows that the first fit missed. Any number of \
    channels; a missing value stands for the one before it.
    """
  let parameters: [AnyParameter] = [order.base, summary.base]
  let readsSeries = true
  let exampleOptions = "--order 3"
  func detector(_ call: Invocation) -> any Detector {
    ChannelDetector(Autoregression(order: call[Self.order]), summary: DeviationSummary(call))
  }
}

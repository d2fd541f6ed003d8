import Detection
import Language

struct ManyChannelsProfileMethod: DetectionMethod {
  static let window = Parameter<Int>.integer(
    "window", in: 4...1_000_000, default: 100,
    help: "Rows that a window holds: about one cycle.")
  static let dimensions = Parameter<Int?>.rows(
    "dimensions", in: 1...10_000,
    help: "Channels that must agree; all if absent.")

  let name = "mstamp"
  let measure = "how odd their window is in the channels that agree best"
  let discussion = """
    The matrix profile of several channels (mSTAMP, Yeh, Kavantzas and Keogh, ICDM 2017): the distance \
    to the nearest window, averaged over the `--dimensions` channels in which the two are most alike. \
    All rows of a segment are compared with each other. Rows must be complete.
    """
  let parameters: [AnyParameter] = [window.base, dimensions.base]
  let readsSeries = true
  let exampleOptions = "--window 12 --dimensions 2"
  let plainOptions = "--window 30"
  func detector(_ call: Invocation) -> any Detector {
    ManyChannelsProfile(window: call[Self.window], dimensions: call[Self.dimensions])
  }
}

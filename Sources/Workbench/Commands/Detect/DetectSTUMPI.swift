import Detection
import Language

struct OnlineProfileMethod: StreamDetectionMethod {
  static let window = Parameter<Int>.integer(
    "window", in: 4...100_000, default: 100,
    help: "Rows that a window holds: about one cycle of the series.")
  static let memory = Parameter<Int>.integer(
    "memory", in: 12...10_000_000, default: 10000,
    help: "Rows that are remembered; at least 3 windows.")

  let name = "stumpi"
  let measure = "how unlike all earlier ones the window that ends with them is"
  let discussion = """
    The matrix profile as rows arrive (STAMPI of Yeh and others, ICDM 2016; STUMPI in STUMPY): the distance of the window that \
    ends with a row to the most similar remembered one, both brought to mean 0 and deviation 1. Of several channels the \
    one with the largest distance counts. The rows of the first two windows are not scored. Bounded memory.
    """
  let parameters: [AnyParameter] = [window.base, memory.base]
  let readsSeries = true
  let exampleOptions = "--window 12 --memory 200"
  let plainOptions = "--window 30"
  func method(_ call: Invocation) -> any StreamMethod {
    OnlineProfile(window: call[Self.window], memory: call[Self.memory])
  }
}

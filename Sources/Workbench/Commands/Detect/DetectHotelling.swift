import Detection
import Language

struct ControlT2Method: DetectionMethod {
  static let window = Parameter<Int>.integer(
    "window", in: 1...100_000, default: 5,
    help: "Rows that are averaged.")

  let name = "hotelling"
  let measure = "the distance of the last rows' mean from the center"
  let discussion = """
    Hotelling's T of the mean of the last rows under the mean and covariance of the fit rows: small \
    shifts that last, in channels that vary together. With `--window 1` each row is judged alone. Rows \
    must be complete.
    """
  let parameters: [AnyParameter] = [window.base]
  let readsSeries = true
  let exampleOptions = "--window 1"
  func detector(_ call: Invocation) -> any Detector {
    ControlT2(window: call[Self.window])
  }
}

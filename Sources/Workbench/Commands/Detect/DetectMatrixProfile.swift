import Detection
import Language

struct MatrixProfileMethod: DetectionMethod {
  static let window = Parameter<Int>.integer(
    "window", in: 4...1_000_000, default: 100,
    help: "Rows that a window holds: about one cycle of the series.")

  let name = "matrixprofile"
  let measure = "how unlike all others the window around them is"
  let discussion = """
    For each row the distance of the window centered on it to the most similar other window, both brought to mean 0 and \
    deviation 1 (Yeh and others, Matrix profile I, ICDM 2016): shape matters, level and size do not. Takes one channel \
    of evenly spaced, complete rows; a segment is compared with its own fit rows only.
    """
  let parameters = [window.base]
  let readsSeries = true
  let exampleOptions = "--window 12"
  func detector(_ call: Invocation) -> any Detector { MatrixProfile(window: call[Self.window]) }
}

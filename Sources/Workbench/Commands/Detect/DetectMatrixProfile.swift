import Detection
import Language
import Numerics

struct MatrixProfileMethod: DetectionMethod {
  static let window = Parameter<Int>.integer(
    "window", in: 4...1_000_000, default: 100,
    help: "Rows that a window holds: about one cycle of the series.")
  static let neighbors = Parameter<String>.choice(
    "neighbors",
    of: [
      Choice("both", "all other windows"), Choice("left", "earlier ones, as in an online profile"),
      Choice("right", "later ones"),
    ], default: "both", help: "Which windows a window is compared with.")

  let name = "matrixprofile"
  let measure = "how unlike all others the window around them is"
  let discussion = """
    For each row the distance of the window centered on it to the most similar other window, both brought to mean 0 and \
    deviation 1 (Yeh and others, Matrix profile I, ICDM 2016): shape matters, level and size do not. Takes one channel \
    of evenly spaced, complete rows; a segment is compared with its own fit rows only. With \
    `--neighbors left` a window is compared with earlier ones only, so that the first of several equal anomalies is \
    found. To compare a series with another one (AB-join), `fit` on the one and `score` the other. `detect damp` finds the \
    largest of the left profile of long series, `watch stumpi` keeps a left profile as rows arrive, `detect mstamp` takes \
    several channels, and `detect merlin` many lengths.
    """
  let parameters: [AnyParameter] = [window.base, neighbors.base]
  let readsSeries = true
  let exampleOptions = "--window 12"
  let plainOptions = "--window 30"
  let exampleInput = "pump.Current"
  func detector(_ call: Invocation) -> any Detector {
    MatrixProfile(
      window: call[Self.window], neighbors: .init(rawValue: call[Self.neighbors]) ?? .both)
  }
}

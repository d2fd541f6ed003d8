import Detection
import Language

/// What methods of windows of one channel share.
enum StretchOptions {
  static let window = Parameter<Int?>.rows(
    "window", in: 4...100_000, help: "Rows of a window; one estimated cycle if absent.")
  static let shape = """
    Windows are brought to mean 0 and deviation 1: shape matters, level and size do not. Takes one channel of evenly spaced, \
    complete rows; a moment has the score of the window centered on it.
    """
}

struct ShapeClustersMethod: DetectionMethod {
  static let clusters = Parameter<Int>.integer(
    "clusters", in: 1...100, default: 4, help: "Shapes that the series is made of.")

  let name = "kshape"
  let measure = "how far their shape lies from the usual shapes"
  let discussion = """
    Clusters of windows by k-Shape (Paparrizos and Gravano, SIGMOD 2015); the score is the shape-based distance to the \
    nearest center. \(StretchOptions.shape)
    """
  let parameters: [AnyParameter] = [StretchOptions.window.base, clusters.base]
  let readsSeries = true
  let isRandom = true
  let exampleOptions = "--window 20 --clusters 2"
  let plainOptions = "--window 30"
  let exampleInput = "pump.Current"
  func detector(_ call: Invocation) -> any Detector {
    StretchDetector(ShapeClusters(window: call[StretchOptions.window], clusters: call[Self.clusters]))
  }
}

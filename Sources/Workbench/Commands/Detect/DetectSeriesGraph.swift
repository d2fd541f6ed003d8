import Detection
import Language

struct SeriesGraphMethod: DetectionMethod {
  static let rays = Parameter<Int>.integer(
    "rays", in: 3...1000, default: 50, help: "Directions along which the ways of windows are noted.")

  let name = "series2graph"
  let measure = "how seldom their way through a graph is gone"
  let discussion = """
    Series2Graph (Boniol and Palpanas, VLDB 2020): windows become points of a plane around which the series runs; where many pass \
    there are nodes, and steps between them weigh the more the more often they are taken. The score is how far the mean \
    weight along a window falls short of the largest one. Takes one channel of evenly spaced, complete rows; levels do not \
    matter. A moment has the score of the window centered on it.
    """
  let parameters: [AnyParameter] = [StretchOptions.window.base, rays.base]
  let readsSeries = true
  let exampleOptions = "--window 20 --rays 30"
  let plainOptions = "--window 30"
  let exampleInput = "pump.Current"
  func detector(_ call: Invocation) -> any Detector {
    StretchDetector(SeriesGraph(window: call[StretchOptions.window], rays: call[Self.rays]))
  }
}

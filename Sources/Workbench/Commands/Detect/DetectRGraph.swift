import Detection
import Language

struct RepresentationGraphMethod: DetectionMethod {
  static let gamma = Parameter<Double>.real(
    "gamma", in: 1.0001...1e6, default: 50, help: "How far the penalty lies below that at which nothing is used.")
  static let tau = Parameter<Double>.real(
    "tau", in: 0.0001...1, default: 1, help: "Share of the absolute penalty; the rest is squared.")
  static let steps = Parameter<Int>.integer("steps", in: 1...10_000, default: 10, help: "Steps of the walks.")

  let name = "rgraph"
  let measure = "how rarely others are made up of them"
  let discussion = """
    Each row is written as a combination of few others (elastic net); walks step from rows to those that they are made up of, \
    and where they rarely come by lie the outliers (You, Robinson and Vidal, R-graph, CVPR 2017). Columns are \
    standardised; finds rows outside of the subspaces that the others fill. Time grows with the square of the rows.
    """
  let parameters = [gamma.base, tau.base, steps.base]
  let exampleOptions = "--gamma 20 --steps 100"
  func detector(_ call: Invocation) -> any Detector {
    RepresentationGraph(gamma: call[Self.gamma], tau: call[Self.tau], steps: call[Self.steps])
  }
}

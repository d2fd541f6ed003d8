import Detection
import Language

struct AngleVarianceMethod: DetectionMethod {
  static let neighbors = Parameter<Int>.integer(
    "neighbors", in: 3...10000, default: 10, help: "How many nearest rows make the pairs.")
  static let all = Parameter<Bool>.flag("all", help: "Takes pairs of all rows.")
  let name = "abod"
  let measure = "how little the angles vary under which they see other rows"
  let discussion = """
    -log of the variance of the angles to pairs of neighbours, weighted by closeness (Kriegel, Schubert and \
    Zimek, FastABOD, KDD 2008); with `--all`, to pairs of all rows, which takes cubic time. For many columns, \
    where distances lose their meaning. Scale the columns first; rows must be complete.
    """
  let parameters: [AnyParameter] = [neighbors.base, all.base]

  let exampleOptions = "--neighbors 15"
  func detector(_ call: Invocation) -> any Detector {
    AngleVariance(neighbors: call[Self.all] ? nil : call[Self.neighbors])
  }
}

import Detection
import Language

struct ConnectivityOutlierFactorMethod: DetectionMethod {
  static let neighbors = Parameter<Int>.integer(
    "neighbors", in: 1...10000, default: 20, help: "How many nearest rows to chain.")
  let name = "cof"
  let measure = "how long the chain through their neighbourhood is"
  let discussion = """
    The weighted length of the chain that joins a row with its neighbours, over the mean of the neighbours' \
    chains (Tang and others, COF, PAKDD 2002); about 1 is ordinary. Scale the columns first; rows must be \
    complete.
    """
  let parameters: [AnyParameter] = [neighbors.base]

  let exampleOptions = "--neighbors 10"
  func detector(_ call: Invocation) -> any Detector {
    ConnectivityOutlierFactor(neighbors: call[Self.neighbors])
  }
}

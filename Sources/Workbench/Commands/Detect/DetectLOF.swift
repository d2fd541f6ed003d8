import Detection
import Language

struct LocalOutlierFactorMethod: DetectionMethod {
  static let neighbors = Parameter<Int>.integer(
    "neighbors", in: 1...10_000, default: 20, help: "How many nearest rows make a neighbourhood.")

  let name = "lof"
  let measure = "how much thinner their surroundings are than their neighbours'"
  let discussion = """
    The local outlier factor: the mean density around a row's k nearest fit rows over the density around the row itself \
    (Breunig, Kriegel, Ng and Sander, SIGMOD 2000); about 1 is ordinary. It finds rows that are odd for their own \
    cluster. Scale the columns first. Rows must be complete.
    """
  let parameters = [neighbors.base]
  let exampleOptions = "--neighbors 10"
  func detector(_ call: Invocation) -> any Detector { LocalOutlierFactor(neighbors: call[Self.neighbors]) }
}

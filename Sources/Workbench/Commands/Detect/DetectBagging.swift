import Detection
import Language

struct FeatureBaggingMethod: DetectionMethod {
  static let sets = Parameter<Int>.integer(
    "sets", in: 1...1000, default: 10, help: "Random sets of features.")
  static let neighbors = Parameter<Int>.integer(
    "neighbors", in: 1...10_000, default: 20, help: "How many nearest rows make a neighbourhood.")

  let name = "bagging"
  let measure = "their local outlier factors on random sets of features"
  let discussion = """
    Feature bagging: the mean local outlier factor over random sets of half to all but one of the features (Lazarevic \
    and Kumar, KDD 2005). Helps where few of many features tell. Scale the columns first; rows must be complete.
    """
  let parameters = [sets.base, neighbors.base]
  let isRandom = true
  let exampleOptions = "--sets 20"
  func detector(_ call: Invocation) -> any Detector {
    FeatureBagging(sets: call[Self.sets], neighbors: call[Self.neighbors])
  }
}

import Detection
import Language

struct NearestNeighborsMethod: DetectionMethod {
  static let neighbors = Parameter<Int>.integer(
    "neighbors", in: 1...10_000, default: 5, help: "How many nearest rows to look at.")
  static let measured = Parameter<String>.choice(
    "distance",
    of: [
      Choice("largest", "to the last of them"), Choice("mean", "the mean over them"),
      Choice("median", "the median over them"),
    ], default: "largest", help: "Which distance is the score.")

  let name = "knn"
  let measure = "their distance to the nearest other rows"
  let discussion = """
    The Euclidean distance to the k-th nearest fit row (Ramaswamy, Rastogi and Shim, SIGMOD 2000), or the mean or \
    median over the k nearest. The distances are exact. Scale the columns first: the one with the largest numbers \
    decides otherwise. Over missing cells a distance is that of the other features, enlarged in \
    proportion (Dixon 1979); two different categories are 1 apart. Contributions are each feature's squared distance.
    """
  let parameters = [neighbors.base, measured.base]
  let exampleOptions = "--neighbors 10 --distance mean"
  func detector(_ call: Invocation) -> any Detector {
    NearestNeighbors(
      neighbors: call[Self.neighbors],
      measure: NearestNeighbors.Measure(rawValue: call[Self.measured]) ?? .largest)
  }
}

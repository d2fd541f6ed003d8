import Detection
import Language

struct ClusterDistanceMethod: DetectionMethod {
  static let clusters = Parameter<Int>.integer(
    "clusters", in: 1...10000, default: 8, help: "How many centers.")
  let name = "kmeans"
  let measure = "their distance to the nearest of a few cluster centers"
  let discussion = """
    The Euclidean distance to the nearest center of k-means (Lloyd 1982, seeded by k-means++, Arthur and \
    Vassilvitskii, SODA 2007). Scale the columns first; rows must be complete.
    """
  let parameters: [AnyParameter] = [clusters.base]
  let isRandom = true
  let exampleOptions = "--clusters 4"
  func detector(_ call: Invocation) -> any Detector {
    ClusterDistance(clusters: call[Self.clusters])
  }
}

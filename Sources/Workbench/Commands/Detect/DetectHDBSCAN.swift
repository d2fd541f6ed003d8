import Detection
import Language

struct ClusterHierarchyMethod: DetectionMethod {
  static let least = Parameter<Int>.integer(
    "least", in: 2...100_000, default: 5,
    help: "Rows of the smallest cluster, and of a core row's neighbourhood.")

  let name = "hdbscan"
  let measure = "how early they leave the hierarchy of clusters"
  let discussion = """
    GLOSH (Campello and others, ACM TKDD 2015): one minus the radius at which the densest rows of a row's last cluster are \
    still together over the radius at which the row left it, in 0 to 1. Sees anomalies beside dense and thin clusters \
    alike. Time grows with the square of the rows. The distance is Euclidean: scale the columns first.
    """
  let parameters = [least.base]
  let exampleOptions = "--least 10"
  func detector(_ call: Invocation) -> any Detector { ClusterHierarchy(least: call[Self.least]) }
}

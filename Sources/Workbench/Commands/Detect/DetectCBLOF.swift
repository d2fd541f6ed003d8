import Detection
import Language

struct ClusterOutlierFactorMethod: DetectionMethod {
  static let clusters = Parameter<Int>.integer(
    "clusters", in: 1...10000, default: 8, help: "How many clusters.")
  static let alpha = Parameter<Double>.fraction(
    "alpha", in: 0.501...0.999, default: 0.9, help: "Share of rows that large clusters hold.")
  static let beta = Parameter<Double>.real(
    "beta", in: 1.001...1e6, default: 5, help: "How many times larger a large cluster is than a small one.")
  static let weighted = Parameter<Bool>.flag(
    "weighted", help: "Multiplies the distance by the size of the row's cluster.")
  let name = "cblof"
  let measure = "their distance to the nearest large cluster"
  let discussion = """
    Clusters the fit rows by k-means and takes the distance to the nearest large cluster (He, Xu and Deng, \
    CBLOF, 2003). Clusters are large if together they hold a share of `--alpha` of the rows, or are `--beta` \
    times larger than the next. Scale the columns first; rows must be complete.
    """
  let parameters: [AnyParameter] = [clusters.base, alpha.base, beta.base, weighted.base]
  let isRandom = true
  let exampleOptions = "--clusters 4 --beta 3"
  func detector(_ call: Invocation) -> any Detector {
    ClusterOutlierFactor(
      clusters: call[Self.clusters], alpha: call[Self.alpha], beta: call[Self.beta],
      isWeighted: call[Self.weighted])
  }
}

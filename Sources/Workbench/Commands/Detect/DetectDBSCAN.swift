import Detection
import Language

struct DensityReachMethod: DetectionMethod {
  static let least = Parameter<Int>.integer(
    "least", in: 2...100_000, default: 5, help: "Rows, itself among them, within eps of a core row.")
  static let radius = Parameter<Double?>.optional(
    "eps", .real(1e-300...1e150, unit: nil),
    help: "The radius, in the unit of the data; the 95 % quantile of the core distances if absent."
  ) { if case .real(let value) = $0 { value } else { nil } }

  let name = "dbscan"
  let measure = "the radius at which they belong to a cluster"
  let discussion = """
    The smallest radius at which a row is a core row of DBSCAN or lies beside one, over --eps: above 1 is exactly what DBSCAN \
    (Ester and others, KDD 1996) calls noise. --eps changes the scale and never the order. The distance is Euclidean: \
    scale the columns first.
    """
  let parameters = [least.base, radius.base]
  let exampleOptions = "--least 10 --eps 3"
  func detector(_ call: Invocation) -> any Detector {
    DensityReach(least: call[Self.least], radius: call[Self.radius])
  }
}

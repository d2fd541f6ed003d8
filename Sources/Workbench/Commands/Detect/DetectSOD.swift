import Detection
import Language

struct SubspaceOutlierDegreeMethod: DetectionMethod {
  static let neighbors = Parameter<Int>.integer(
    "neighbors", in: 1...10000, default: 20, help: "Neighbours by which two rows are compared.")
  static let references = Parameter<Int>.integer(
    "references", in: 2...10000, default: 10, help: "Rows that span the flat.")
  static let alpha = Parameter<Double>.fraction(
    "alpha", in: 0.01...0.99, default: 0.8, help: "Share of the mean variance below which a feature counts.")
  let name = "sod"
  let measure = "their distance from the flat that similar rows span"
  let discussion = """
    The distance to the mean of the rows with the most common neighbours, in the features in which those hardly \
    vary (Kriegel and others, SOD, PAKDD 2009). For many columns, of which few matter. Scale the columns first; \
    rows must be complete.
    """
  let parameters: [AnyParameter] = [neighbors.base, references.base, alpha.base]

  let exampleOptions = "--neighbors 15 --references 8"
  func detector(_ call: Invocation) -> any Detector {
    SubspaceOutlierDegree(
      neighbors: call[Self.neighbors], references: call[Self.references], alpha: call[Self.alpha])
  }
}

import Detection
import Language

struct ProjectionHistogramsMethod: DetectionMethod {
  static let projections = Parameter<Int>.integer(
    "projections", in: 1...10000, default: 100, help: "How many projections.")
  static let bins = Parameter<Int>.integer(
    "bins", in: 2...10000, default: 10, help: "Bins of each histogram.")
  let name = "loda"
  let measure = "how empty the bins of random projections are"
  let discussion = """
    The mean of -log probability over histograms of sparse random projections (Pevny, LODA, Machine Learning \
    2016). Columns are standardised first; rows must be complete. Fast for many rows and columns.
    """
  let parameters: [AnyParameter] = [projections.base, bins.base]
  let isRandom = true
  let exampleOptions = "--projections 200"
  func detector(_ call: Invocation) -> any Detector {
    ProjectionHistograms(projections: call[Self.projections], bins: call[Self.bins])
  }
}

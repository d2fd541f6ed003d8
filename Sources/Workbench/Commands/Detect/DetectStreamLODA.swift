import Detection
import Language

struct StreamHistogramsMethod: StreamDetectionMethod {
  static let projections = Parameter<Int>.integer(
    "projections", in: 1...10_000, default: 100,
    help: "Number of random projections.")
  static let bins = Parameter<Int>.integer(
    "bins", in: 2...1000, default: 10,
    help: "Bins of a histogram.")
  static let rows = Parameter<Int>.integer(
    "rows", in: 2...1_000_000, default: 256,
    help: "Rows of a window of counts.")

  let name = "streamloda"
  let measure = "how empty the last window is where projections of them fall"
  let discussion = """
    LODA for streams (Pevný, Machine Learning 2016): histograms of sparse random projections of the last window judge \
    each row, while those of the next window fill. Rows of the first window are not scored. Bounded memory.
    """
  let parameters: [AnyParameter] = [projections.base, bins.base, rows.base]
  let readsSeries = true
  let isRandom = true
  let exampleOptions = "--rows 60"
  func method(_ call: Invocation) -> any StreamMethod {
    StreamHistograms(projections: call[Self.projections], bins: call[Self.bins], window: call[Self.rows])
  }
}

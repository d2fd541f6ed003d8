import Detection
import Language

struct SampleDistanceMethod: DetectionMethod {
  static let sample = Parameter<Int>.integer(
    "sample", in: 2...1000000, default: 20, help: "Rows to draw.")
  let name = "sampling"
  let measure = "their distance to the nearest of a few fit rows"
  let discussion = """
    The Euclidean distance to the nearest row of a small sample, drawn once (Sugiyama and Borgwardt, NIPS 2013): \
    very fast, and often as good as all rows. Scale the columns first; rows must be complete.
    """
  let parameters: [AnyParameter] = [sample.base]
  let isRandom = true
  let exampleOptions = "--sample 50"
  func detector(_ call: Invocation) -> any Detector {
    SampleDistance(sampleSize: call[Self.sample])
  }
}

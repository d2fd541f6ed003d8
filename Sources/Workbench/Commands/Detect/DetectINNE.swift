import Detection
import Language

struct NeighborEnsembleMethod: DetectionMethod {
  static let samples = Parameter<Int>.integer(
    "samples", in: 1...10000, default: 200, help: "How many samples.")
  static let size = Parameter<Int>.integer(
    "size", in: 2...10000, default: 8, help: "Rows in each sample.")
  let name = "inne"
  let measure = "how isolated the nearest of a few drawn rows is"
  let discussion = """
    In each of many samples, a row falls into the smallest sphere around a drawn row that reaches to the next \
    one; the score compares that sphere with its neighbour's (Bandaragoda and others, iNNE, 2018). Scale the \
    columns first; rows must be complete.
    """
  let parameters: [AnyParameter] = [samples.base, size.base]
  let isRandom = true
  let exampleOptions = "--samples 100 --size 16"
  func detector(_ call: Invocation) -> any Detector {
    NeighborEnsemble(samples: call[Self.samples], sampleSize: call[Self.size])
  }
}

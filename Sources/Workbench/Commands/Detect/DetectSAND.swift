import Detection
import Language

struct StreamingShapesMethod: DetectionMethod {
  static let clusters = Parameter<Int>.integer(
    "clusters", in: 1...12, default: 4, help: "Shapes to begin with.")
  static let batch = Parameter<Int?>.rows(
    "batch", in: 1...10_000_000,
    help: "Windows that are judged before they are learned from; ten windows' length if absent.")
  static let fading = Parameter<Double>.fraction(
    "fading", in: 0...1, default: 0.5, help: "How much of a shape's weight the last batch decides.")

  let name = "sand"
  let measure = "how far their shape lies from the latest shapes"
  let discussion = """
    SAND (Boniol and others, VLDB 2021): as `kshape`, but the score is the mean distance to the shapes by their weight, and \
    after each batch they are moved, added and weighed anew, so that what goes on becomes normal. \(StretchOptions.shape)
    """
  let parameters: [AnyParameter] = [
    StretchOptions.window.base, clusters.base, batch.base, fading.base,
  ]
  let readsSeries = true
  let isRandom = true
  let exampleOptions = "--window 20 --batch 60"
  let plainOptions = "--window 30"
  let exampleInput = "pump.Current"
  func detector(_ call: Invocation) -> any Detector {
    StretchDetector(
      StreamingShapes(
        window: call[StretchOptions.window], clusters: call[Self.clusters], batch: call[Self.batch],
        fading: call[Self.fading]))
  }
}

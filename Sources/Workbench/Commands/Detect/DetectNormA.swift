import Detection
import Language

struct NormalModelMethod: DetectionMethod {
  static let patterns = Parameter<Int>.integer(
    "patterns", in: 1...100, default: 4, help: "Recurring patterns that are looked for.")

  let name = "norma"
  let measure = "their distance to what recurs in the series"
  let discussion = """
    NormA (Boniol and others, VLDB Journal 2021): stretches three windows long are clustered into patterns, which weigh the \
    more the more often and the longer they occur; the score is the weighed distance of a window to the most similar part of \
    each. \(StretchOptions.shape)
    """
  let parameters: [AnyParameter] = [StretchOptions.window.base, patterns.base]
  let readsSeries = true
  let isRandom = true
  let exampleOptions = "--window 20 --patterns 2"
  let plainOptions = "--window 30"
  let exampleInput = "pump.Current"
  func detector(_ call: Invocation) -> any Detector {
    StretchDetector(NormalModel(window: call[StretchOptions.window], patterns: call[Self.patterns]))
  }
}

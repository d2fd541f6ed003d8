import Detection
import Language

struct WarpedTemplatesMethod: DetectionMethod {
  static let templates = Parameter<Int>.integer(
    "templates", in: 1...1000, default: 10, help: "Training windows that stand for all.")
  static let band = Parameter<Double>.fraction(
    "band", in: 0...1, default: 0.1, help: "How far a match may lag, as a share of the window.")

  let name = "dtw"
  let measure = "how far they must be warped to match a template"
  let discussion = """
    Dynamic time warping (Sakoe and Chiba 1978) of each window to the nearest of some training windows, chosen by k-means: what is \
    only slower or faster for a while is no anomaly. \(StretchOptions.shape)
    """
  let parameters: [AnyParameter] = [StretchOptions.window.base, templates.base, band.base]
  let readsSeries = true
  let isRandom = true
  let exampleOptions = "--window 20 --templates 5 --band 20%"
  let plainOptions = "--window 30"
  let exampleInput = "pump.Current"
  func detector(_ call: Invocation) -> any Detector {
    StretchDetector(
      WarpedTemplates(
        window: call[StretchOptions.window], templates: call[Self.templates], band: call[Self.band]))
  }
}

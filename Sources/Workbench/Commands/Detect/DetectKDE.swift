import Detection
import Language

struct KernelDensityMethod: DetectionMethod {
  static let width = Parameter<Double>.real(
    "width", in: 0.001...1000, default: 1, help: "Multiple of Scott's width.")
  let name = "kde"
  let measure = "how thin the fit rows lie around them"
  let discussion = """
    -log density by a normal kernel (Parzen 1962) of Scott's width n^(-1/(d+4)) in standard deviations of the \
    columns, times `--width`. Columns are standardised first; rows must be complete. Fit rows are left out of \
    their own density. Time grows with the product of fit rows and rows.
    """
  let parameters: [AnyParameter] = [width.base]

  let exampleOptions = "--width 2"
  func detector(_ call: Invocation) -> any Detector {
    KernelDensity(width: call[Self.width])
  }
}

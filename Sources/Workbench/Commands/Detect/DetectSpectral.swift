import Detection
import Language

struct SpectralResidualMethod: DetectionMethod {
  static let filter = Parameter<Int>.integer(
    "filter", in: 1...100_000, default: 100,
    help: "Neighbouring frequencies whose mean is expected.")
  static let summary = DeviationSummary.parameter

  let name = "spectral"
  let measure = "the saliency left when the expected spectrum is removed"
  let discussion = """
    The size of the series after its spectrum has been divided by its own smooth version (Ren and \
    others, spectral residual, KDD 2019), over its mean. Finds sudden points without any training; the \
    whole stretch is seen at once. Any number of channels; a missing value stands for the one before it.
    """
  let parameters: [AnyParameter] = [filter.base, summary.base]
  let readsSeries = true
  let exampleOptions = "--filter 20"
  func detector(_ call: Invocation) -> any Detector {
    ChannelDetector(SpectralResidual(filter: call[Self.filter]), summary: DeviationSummary(call))
  }
}

import Detection
import Language

struct GaussianMixtureMethod: DetectionMethod {
  static let components = Parameter<Int>.integer(
    "components", in: 1...100, default: 1, help: "How many normal distributions.")
  static let covariance = Parameter<String>.choice(
    "covariance",
    of: [Choice("full", "features vary together"), Choice("diagonal", "each by itself")],
    default: "full", help: "What a component learns.")
  static let automatic = Parameter<Bool>.flag(
    "auto", help: "Chooses the number of components, up to the one given.")
  let name = "gmm"
  let measure = "how unlikely they are under a mixture of normal distributions"
  let discussion = """
    -log density under a Gaussian mixture fitted by expectation and maximisation (Dempster, Laird and Rubin \
    1977). With `--auto`, the Bayesian information criterion chooses among 1 to `--components`. Columns are \
    standardised first; rows must be complete.
    """
  let parameters: [AnyParameter] = [components.base, covariance.base, automatic.base]
  let isRandom = true
  let exampleOptions = "--components 4 --auto"
  func detector(_ call: Invocation) -> any Detector {
    GaussianMixture(
      components: call[Self.components],
      covariance: GaussianMixture.Covariance(rawValue: call[Self.covariance]) ?? .full,
      isAutomatic: call[Self.automatic])
  }
}

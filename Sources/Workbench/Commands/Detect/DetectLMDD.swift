import Detection
import Language

struct SmoothingFactorMethod: DetectionMethod {
  static let dissimilarity = Parameter<String>.choice(
    "dissimilarity",
    of: [
      Choice("aad", "mean distance from the mean"), Choice("variance", "mean squared distance from the mean"),
      Choice("iqr", "third less first quartile"),
    ], default: "aad", help: "How unlike the rows of a column are.")

  let name = "lmdd"
  let measure = "how much more alike the others are without them"
  let discussion = """
    The smoothing factor of linear deviation detection (Arning, Agrawal and Raghavan, KDD 1996): by how much the rows' \
    dissimilarity falls when a row is left out, times the number of the others, summed over standardised columns. Every row \
    is tried as an exception set of its own. Contributions are the columns' parts.
    """
  let parameters = [dissimilarity.base]
  let exampleOptions = "--dissimilarity variance"
  func detector(_ call: Invocation) -> any Detector {
    SmoothingFactor(dissimilarity: SmoothingFactor.Dissimilarity(rawValue: call[Self.dissimilarity]) ?? .aad)
  }
}

import Detection
import Language

struct PrincipalComponentsMethod: DetectionMethod {
  static let score = Parameter<String>.choice(
    "score",
    of: [
      Choice("limits", "the larger of T2 and Q, each over its control limit"),
      Choice("combined", "T2 over its limit plus Q over its limit"),
      Choice("t2", "Hotelling's T2 over its limit: odd along the components"),
      Choice("q", "Q over its limit: away from the components"),
      Choice("vectors", "weighted distance to the unit vectors, as PyOD has it"),
    ], default: "limits", help: "What is made of T2 and Q.")
  static let explained = Parameter<Double>.fraction(
    "explained", in: 0.01...1, default: 0.9, help: "Share of variance that the kept components explain.")
  static let risk = Parameter<Double>.fraction(
    "risk", in: 1e-9...0.5, default: 0.001, help: "Chance that a normal row passes a control limit.")
  static let scaling = Parameter<String>.choice(
    "scaling",
    of: [
      Choice("robust", "median and MAD; values beyond 3 do not turn the components"),
      Choice("standard", "mean and standard deviation"),
    ], default: "robust", help: "How columns are standardised first.")

  let name = "pca"
  let measure = "Hotelling's T2 and Q of a principal component model"
  let discussion = """
    T2 is the squared distance from the center along the components that explain most variance, in units of their \
    variance; Q is the squared distance from them. Each is divided by its control limit: T2's by the F distribution, \
    Q's after Jackson and Mudholkar (Technometrics 1979), so that a score above 1 passes a limit. Limits assume normal, \
    independent rows; `threshold` learns one from the scores themselves. Rows must be complete. Contributions are the \
    parts of the score that fall to each feature (Alcala and Qin 2011).
    """
  let parameters = [score.base, explained.base, risk.base, scaling.base]
  let exampleOptions = "--score combined --explained 80%"
  func detector(_ call: Invocation) -> any Detector {
    PrincipalComponents(
      score: PrincipalComponents.Score(rawValue: call[Self.score]) ?? .limits,
      scaling: PrincipalComponents.Scaling(rawValue: call[Self.scaling]) ?? .robust,
      explained: call[Self.explained], risk: call[Self.risk])
  }
}

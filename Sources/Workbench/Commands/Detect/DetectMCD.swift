import Detection
import Language

struct MinimumCovarianceMethod: DetectionMethod {
  static let support = Parameter<Double>.fraction(
    "support", in: 0.5...1, default: 0.5, help: "Share of fit rows that the estimate rests on.")
  let name = "mcd"
  let measure = "their distance from the half of the rows that lies closest"
  let discussion = """
    The squared Mahalanobis distance from the minimum covariance determinant estimate (Rousseeuw and Van \
    Driessen, FAST-MCD, Technometrics 1999), which up to half of the fit rows cannot move. Shifting, scaling or \
    mixing columns does not matter. Rows must be complete. Contributions are parts of the squared distance.
    """
  let parameters: [AnyParameter] = [support.base]
  let isRandom = true
  let exampleOptions = "--support 75%"
  func detector(_ call: Invocation) -> any Detector {
    MinimumCovariance(support: call[Self.support])
  }
}

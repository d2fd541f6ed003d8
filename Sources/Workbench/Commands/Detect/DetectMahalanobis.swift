import Detection
import Language

struct MahalanobisMethod: DetectionMethod {

  let name = "mahalanobis"
  let measure = "their distance in units of how features vary together"
  let discussion = """
    The squared Mahalanobis distance from the mean of the fit rows (1936). Shifting, scaling or mixing columns \
    does not matter. Anomalies among the fit rows widen the covariance: `mcd` leaves them out. Rows must be \
    complete. Contributions are parts of the squared distance.
    """
  let parameters: [AnyParameter] = []

  let exampleOptions = "--per segment"
  func detector(_ call: Invocation) -> any Detector {
    Mahalanobis()
  }
}

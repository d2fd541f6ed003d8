import Detection
import Language

struct RotationDeviationMethod: DetectionMethod {
  let name = "rod"
  let measure = "what turning them about the median costs"
  let discussion = """
    Rotation-based outlier detection (Almardeny, Boujnah and Cleary, IEEE TKDE 2020): in every set of three columns, the \
    cube of a row's distance to the geometric median times a function of its angle, as a robust deviation; the mean of \
    their sigmoids. At most 1,000 sets, chosen at random. No options.
    """
  let parameters: [AnyParameter] = []
  let isRandom = true
  let exampleOptions = "--window 5"
  func detector(_ call: Invocation) -> any Detector { RotationDeviation() }
}

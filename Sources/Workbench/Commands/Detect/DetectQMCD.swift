import Detection
import Language

struct WrapAroundDiscrepancyMethod: DetectionMethod {
  let name = "qmcd"
  let measure = "how unevenly they fill the cube with the others"
  let discussion = """
    The part of a row in the wrap-around L2 discrepancy (Fang and Ma, Journal of Complexity 2001), turned so that the longer \
    tail of the training scores is high, as PyOD does. Distances wrap around, so that both ends of a column are near \
    each other: an outlier far beyond one end of all columns can look normal. No options.
    """
  let parameters: [AnyParameter] = []
  let exampleOptions = "--window 5"
  func detector(_ call: Invocation) -> any Detector { WrapAroundDiscrepancy() }
}

import Detection
import Language

struct CookDistanceMethod: DetectionMethod {
  let name = "cook"
  let measure = "how far they pull the regressions between columns"
  let discussion = """
    Cook's distance (Technometrics 1977), with every column in turn as the response and the others explaining it, averaged. \
    Finds rows that break a linear relation and have the leverage to bend it. Contributions are the distances of each \
    response. No options.
    """
  let parameters: [AnyParameter] = []
  let exampleOptions = "--window 5"
  func detector(_ call: Invocation) -> any Detector { CookDistance() }
}

import Detection
import Language

struct CopulaTailsMethod: DetectionMethod {

  let name = "copod"
  let measure = "how unlikely their tails of the empirical copula are"
  let discussion = """
    The sum over the features of -log tail shares, on the side of the longer tail or the mean of both (Li and \
    others, COPOD, ICDM 2020). Nothing to tune; scaling does not matter; missing cells add nothing. \
    Contributions are the terms of the sum.
    """
  let parameters: [AnyParameter] = []

  let exampleOptions = "--per segment"
  func detector(_ call: Invocation) -> any Detector {
    CopulaTails()
  }
}

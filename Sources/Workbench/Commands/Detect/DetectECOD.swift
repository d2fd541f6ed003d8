import Detection
import Language

struct EmpiricalTailsMethod: DetectionMethod {
  let name = "ecod"
  let measure = "how far out in the tails of their features they lie"
  let discussion = """
    The sum over the features of -log of the share of fit rows that lie as far out, on the side of the longer tail (Li \
    and others, ECOD, TKDE 2022). Nothing to tune; scaling does not matter; missing cells add nothing, \
    and a category -log of the share of its level. It sees features \
    one by one, never how they go together. Contributions are the terms of the sum.
    """
  let parameters: [AnyParameter] = []
  let exampleOptions = "--per segment"
  func detector(_ call: Invocation) -> any Detector { EmpiricalTails() }
}

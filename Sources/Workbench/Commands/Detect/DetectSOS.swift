import Detection
import Language

struct StochasticSelectionMethod: DetectionMethod {
  static let perplexity = Parameter<Double>.real(
    "perplexity", in: 1...10000, default: 4.5, help: "The effective number of neighbours.")
  let name = "sos"
  let measure = "the chance that no other row picks them as a neighbour"
  let discussion = """
    Each row picks neighbours with a probability that falls with the distance, as wide as to have `--perplexity` \
    of them (Janssens and others, SOS, 2012); the score is the probability of being picked by none. Time grows \
    with the square of the rows. Scale the columns first; rows must be complete.
    """
  let parameters: [AnyParameter] = [perplexity.base]

  let exampleOptions = "--perplexity 10"
  func detector(_ call: Invocation) -> any Detector {
    StochasticSelection(perplexity: call[Self.perplexity])
  }
}

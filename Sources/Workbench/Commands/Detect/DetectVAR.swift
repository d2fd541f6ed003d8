import Detection
import Language

struct VectorAutoregressionMethod: DetectionMethod {
  static let order = Parameter<Int>.integer(
    "order", in: 1...100, default: 2,
    help: "Past rows that foretell the next.")

  let name = "var"
  let measure = "how far all channels lie from a joint forecast"
  let discussion = """
    The Mahalanobis distance of the errors of a vector autoregression (Sims, Econometrica 1980): every \
    channel is foretold by the last values of all. Finds moments at which channels part that usually go \
    together. Rows must be complete.
    """
  let parameters: [AnyParameter] = [order.base]
  let readsSeries = true
  let exampleOptions = "--order 1"
  func detector(_ call: Invocation) -> any Detector {
    VectorAutoregression(order: call[Self.order])
  }
}

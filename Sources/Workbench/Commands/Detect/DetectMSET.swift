import Detection
import Language

struct StateEstimationMethod: DetectionMethod {
  static let memory = Parameter<Int>.integer(
    "memory", in: 2...2000, default: 100,
    help: "Rows that are remembered.")

  let name = "mset"
  let measure = "their distance from a blend of remembered states"
  let discussion = """
    Multivariate state estimation (Singer, Gross and others 1997): a row is estimated from fit rows that \
    are kept in memory, weighted by likeness; the score is what the estimate misses. Rows must be \
    complete.
    """
  let parameters: [AnyParameter] = [memory.base]
  let exampleOptions = "--memory 50"
  func detector(_ call: Invocation) -> any Detector {
    StateEstimation(memory: call[Self.memory])
  }
}

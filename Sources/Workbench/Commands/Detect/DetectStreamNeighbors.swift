import Detection
import Language

struct StreamNeighborsMethod: StreamDetectionMethod {
  static let neighbors = Parameter<Int>.integer(
    "neighbors", in: 1...1000, default: 5,
    help: "How many nearest rows are averaged.")
  static let memory = Parameter<Int>.integer(
    "memory", in: 10...1_000_000, default: 10000,
    help: "Rows that are remembered.")
  static let warmup = Parameter<Int>.integer(
    "warmup", in: 1...1_000_000, default: 50,
    help: "Rows that pass before the first is judged.")

  let name = "streamknn"
  let measure = "how much farther their neighbours are than is usual"
  let discussion = """
    The mean distance to the nearest of the last rows, as a running standard score. Features are put on \
    one scale by their running deviations. Each row is judged by the rows before it, then learned from; \
    rows that pass while it is learning are not scored. Bounded memory.
    """
  let parameters: [AnyParameter] = [neighbors.base, memory.base, warmup.base]
  let readsSeries = true
  let exampleOptions = "--neighbors 3 --memory 500"
  func method(_ call: Invocation) -> any StreamMethod {
    StreamNeighbors(
      neighbors: call[Self.neighbors], memory: call[Self.memory], warmup: call[Self.warmup])
  }
}

import Detection
import Language

struct StreamOutlierFactorMethod: StreamDetectionMethod {
  static let neighbors = Parameter<Int>.integer(
    "neighbors", in: 1...1000, default: 20,
    help: "How many nearest rows make a neighbourhood.")
  static let memory = Parameter<Int>.integer(
    "memory", in: 10...100_000, default: 1000,
    help: "Rows that are remembered.")
  static let warmup = Parameter<Int>.integer(
    "warmup", in: 1...1_000_000, default: 50,
    help: "Rows that pass before the first is judged.")

  let name = "streamlof"
  let measure = "how much thinner their neighbourhood is than their neighbours'"
  let discussion = """
    The local outlier factor among the last rows, kept up to date as rows come and go (incremental LOF: Pokrajac, Lazarevic and \
    Latecki, CIDM 2007): about 1 inside a cluster, more outside. Features are put on one scale by their deviations in \
    the rows that warm it up. Each row is judged when it has entered; rows that pass while it is learning are not \
    scored. Bounded memory.
    """
  let parameters: [AnyParameter] = [neighbors.base, memory.base, warmup.base]
  let readsSeries = true
  let exampleOptions = "--neighbors 10 --memory 300"
  func method(_ call: Invocation) -> any StreamMethod {
    StreamOutlierFactor(
      neighbors: call[Self.neighbors], memory: call[Self.memory], warmup: call[Self.warmup])
  }
}

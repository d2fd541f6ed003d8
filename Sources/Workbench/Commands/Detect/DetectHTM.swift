import Detection
import Language

struct HierarchicalMemoryMethod: StreamDetectionMethod {
  static let warmup = Parameter<Int>.integer(
    "warmup", in: 2...1_000_000, default: 388,
    help: "Rows that pass before the first is judged; they set how fine values are seen.")
  static let columns = Parameter<Int>.integer(
    "minicolumns", in: 64...65_536, default: 2048,
    help: "Columns of 32 cells each.")
  static let memory = Parameter<Int>.integer(
    "memory", in: 1000...10_000_000, default: 100_000,
    help: "Segments of synapses that are remembered.")

  let name = "htm"
  let measure = "how improbable the errors of a sequence memory are"
  let discussion = """
    Hierarchical temporal memory (Ahmad, Lavin, Purdy and Agha, Neurocomputing 2017): values become patterns of bits, a spatial \
    pooler turns them into few columns, a temporal memory foretells the next ones from all before, and the likelihood of its \
    last errors is the score, 0...1; it is 1 where a value leaves the range of all before it by a twentieth. Learns \
    from each row; about a millisecond a row. Rows that pass while it is learning are not scored. Bounded memory.
    """
  let parameters: [AnyParameter] = [warmup.base, columns.base, memory.base]
  let readsSeries = true
  let isRandom = true
  let exampleOptions = "--warmup 100 --minicolumns 256"
  let plainOptions = "--warmup 100"
  let exampleInput = "pump.Current"
  func method(_ call: Invocation) -> any StreamMethod {
    HierarchicalMemory(warmup: call[Self.warmup], columns: call[Self.columns], memory: call[Self.memory])
  }
}

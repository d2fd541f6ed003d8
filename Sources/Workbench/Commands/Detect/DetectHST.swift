import Detection
import Language

struct HalfSpaceTreesMethod: StreamDetectionMethod {
  static let trees = Parameter<Int>.integer(
    "trees", in: 1...1000, default: 25,
    help: "Number of trees.")
  static let depth = Parameter<Int>.integer(
    "depth", in: 1...20, default: 10,
    help: "Halvings from root to leaf.")
  static let rows = Parameter<Int>.integer(
    "rows", in: 2...1_000_000, default: 250,
    help: "Rows of a window of counts.")

  let name = "hst"
  let measure = "how thinly the last window lies where they fall"
  let discussion = """
    Half-space trees (Tan, Ting and Liu, IJCAI 2011): random halvings of the range of the first window \
    count the rows of the last one. Each row is judged by the rows before it, then learned from; rows \
    that pass while it is learning are not scored. Bounded memory.
    """
  let parameters: [AnyParameter] = [trees.base, depth.base, rows.base]
  let readsSeries = true
  let isRandom = true
  let exampleOptions = "--rows 60"
  func method(_ call: Invocation) -> any StreamMethod {
    HalfSpaceTrees(trees: call[Self.trees], depth: call[Self.depth], window: call[Self.rows])
  }
}

import Detection
import Language

struct RandomCutForestMethod: StreamDetectionMethod {
  static let trees = Parameter<Int>.integer(
    "trees", in: 1...1000, default: 100,
    help: "Number of trees.")
  static let size = Parameter<Int>.integer(
    "size", in: 4...10000, default: 256,
    help: "Rows that a tree holds.")
  static let shingle = Parameter<Int>.integer(
    "shingle", in: 1...1000, default: 1,
    help: "Rows that are judged together.")

  let name = "rrcf"
  let measure = "how much simpler random trees become without them"
  let discussion = """
    Robust random cut forest (Guha, Mishra, Roy and Schrijvers, ICML 2016): the collusive displacement \
    of a row in trees of the last rows. With `--shingle` a row is judged together with those before it. \
    Put features on comparable scales first. Each row is judged by the rows before it, then learned \
    from; rows that pass while it is learning are not scored. Bounded memory.
    """
  let parameters: [AnyParameter] = [trees.base, size.base, shingle.base]
  let readsSeries = true
  let isRandom = true
  let exampleOptions = "--trees 40 --size 64"
  func method(_ call: Invocation) -> any StreamMethod {
    RandomCutForest(trees: call[Self.trees], size: call[Self.size], shingle: call[Self.shingle])
  }
}

import Detection
import Language

struct XStreamMethod: StreamDetectionMethod {
  static let projections = Parameter<Int>.integer(
    "projections", in: 1...1000, default: 50, help: "Random sparse projections of the features.")
  static let chains = Parameter<Int>.integer("chains", in: 1...1000, default: 50, help: "Number of chains.")
  static let depth = Parameter<Int>.integer("depth", in: 1...60, default: 15, help: "Halvings in a chain.")
  static let rows = Parameter<Int>.integer(
    "rows", in: 2...1_000_000, default: 250, help: "Rows of a window of counts.")

  let name = "xstream"
  let measure = "how few recent rows share their bins in chains"
  let discussion = """
    xStream (Manzoor, Lamba and Akoglu, KDD 2018): sparse random projections are halved along chains, and the rows of the last \
    window in a row's bins are counted, on each level; the rarest level of a chain counts. Each row is judged by the rows \
    before it, then learned from; rows that pass while it is learning are not scored. Bounded memory.
    """
  let parameters: [AnyParameter] = [projections.base, chains.base, depth.base, rows.base]
  let readsSeries = true
  let isRandom = true
  let exampleOptions = "--rows 60 --chains 20"
  func method(_ call: Invocation) -> any StreamMethod {
    XStream(
      projections: call[Self.projections], chains: call[Self.chains], depth: call[Self.depth],
      window: call[Self.rows])
  }
}

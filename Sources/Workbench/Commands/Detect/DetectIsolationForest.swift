import Detection
import Language

struct IsolationForestMethod: DetectionMethod {
  static let trees = Parameter<Int>.integer(
    "trees", in: 1...10_000, default: 100, help: "Number of trees; more make the scores steadier.")
  static let sample = Parameter<Int>.integer(
    "sample", in: 2...65_536, default: 256, help: "Rows that each tree is grown from.")

  let name = "iforest"
  let measure = "how few random splits isolate them"
  let discussion = """
    Each tree splits its own random sample at random features and values; rows that end up alone after few splits are \
    unlike the others. The score is 2^(-mean path / expected path), in 0 to 1 (Liu, Ting and Zhou, Isolation Forest, \
    ICDM 2008). Scaling does not matter. A missing cell follows the branch that more rows took. \
    Categories are split between frequent levels and rarer ones. Contributions are the \
    steps that a feature's splits saved on the way.
    """
  let parameters = [trees.base, sample.base]
  let isRandom = true
  let exampleOptions = "--trees 50"
  func detector(_ call: Invocation) -> any Detector {
    IsolationForest(trees: call[Self.trees], sampleSize: call[Self.sample])
  }
}

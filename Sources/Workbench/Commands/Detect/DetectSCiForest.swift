import Detection
import Language

struct SelectiveForestMethod: DetectionMethod {
  static let trees = Parameter<Int>.integer("trees", in: 1...10_000, default: 100, help: "Number of trees.")
  static let sample = Parameter<Int>.integer(
    "sample", in: 2...65_536, default: 256, help: "Rows that each tree is grown from.")
  static let planes = Parameter<Int>.integer(
    "planes", in: 1...1000, default: 10, help: "Random planes of which each node takes the best.")
  static let breadth = Parameter<Int>.integer(
    "breadth", in: 1...1000, default: 2, help: "Columns that a plane goes across.")

  let name = "sciforest"
  let measure = "how few chosen oblique cuts isolate them"
  let discussion = """
    An isolation forest whose nodes take, of some random planes, the one that parts the rows best (Liu, Ting and Zhou, \
    SCiForest, ECML PKDD 2010). Finds clusters of anomalies that `iforest` leaves together; slower. Columns are \
    standardised. The score is 2^(-mean path / expected path), in 0 to 1.
    """
  let parameters = [trees.base, sample.base, planes.base, breadth.base]
  let isRandom = true
  let exampleOptions = "--trees 20 --sample 64"
  func detector(_ call: Invocation) -> any Detector {
    SelectiveForest(
      trees: call[Self.trees], sampleSize: call[Self.sample], planes: call[Self.planes],
      breadth: call[Self.breadth])
  }
}

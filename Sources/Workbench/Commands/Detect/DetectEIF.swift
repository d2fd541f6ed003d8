import Detection
import Language

struct ExtendedForestMethod: DetectionMethod {
  static let trees = Parameter<Int>.integer(
    "trees", in: 1...10_000, default: 100, help: "Number of trees; more make the scores steadier.")
  static let sample = Parameter<Int>.integer(
    "sample", in: 2...65_536, default: 256, help: "Rows that each tree is grown from.")
  static let level = Parameter<Int?>.optional(
    "level", .integer(0...100_000), help: "Columns beyond the first that a cut goes across; all if absent."
  ) { if case .integer(let count) = $0 { count } else { nil } }

  let name = "eif"
  let measure = "how few random oblique cuts isolate them"
  let discussion = """
    The extended isolation forest: trees cut across all columns at once, so that scores have no bands along the axes \
    (Hariri, Carrasco Kind and Brunner, IEEE TKDE 2021). `--level 0` cuts one column at a time. The score is \
    2^(-mean path / expected path), in 0 to 1. Columns are standardised first; rows must be complete.
    """
  let parameters = [trees.base, sample.base, level.base]
  let isRandom = true
  let exampleOptions = "--trees 50 --level 1"
  func detector(_ call: Invocation) -> any Detector {
    ExtendedForest(trees: call[Self.trees], sampleSize: call[Self.sample], level: call[Self.level])
  }
}

import Detection
import Language

struct DeepForestMethod: DetectionMethod {
  static let networks = Parameter<Int>.integer(
    "networks", in: 1...1000, default: 50, help: "Random networks; more make the scores steadier.")
  static let trees = Parameter<Int>.integer(
    "trees", in: 1...1000, default: 6, help: "Trees of each network.")
  static let sample = Parameter<Int>.integer(
    "sample", in: 2...65_536, default: 256, help: "Rows that each tree is grown from.")

  let name = "dif"
  let measure = "how few random splits isolate them as random networks see them"
  let discussion = """
    Each of many random, untrained networks gives an image of the rows, in which an isolation forest cuts: straight cuts \
    there are bent ones here (Xu et al., Deep isolation forest for anomaly detection, TKDE 2023). The score is \
    2^(-mean path / expected path) times the mean distance to the cuts, averaged over the networks. Rows must be complete. \
    Values are standardised; networks compute in single precision. Their cells saturate, so that rows very far out can look like \
    others in their direction: put `iforest` or `knn` beside it.
    """
  let parameters = [networks.base, trees.base, sample.base]
  let isRandom = true
  let exampleOptions = "--networks 10 --sample 64"
  let plainOptions = "--networks 10"
  func detector(_ call: Invocation) -> any Detector {
    DeepIsolationForest(
      networks: call[Self.networks], trees: call[Self.trees], sampleSize: call[Self.sample])
  }
}

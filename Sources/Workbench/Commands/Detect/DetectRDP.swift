import Detection
import Language
import Learning

struct RandomDistancesMethod: DetectionMethod {
  static let networks = Parameter<Int>.integer(
    "networks", in: 1...1000, default: 10, help: "Pairs of a random and a trained network.")
  static let outputs = Parameter<Int>.integer(
    "outputs", in: 1...1024, default: 20, help: "Outputs of each network.")
  static let epochs = NetworkOptions.epochs(20)
  static let batch = Parameter<Int>.integer(
    "batch", in: 1...100_000, default: 128, help: "Rows a step of the optimiser.")

  let name = "rdp"
  let measure = "how badly networks foretell random images of them"
  let discussion = """
    Each trained network learns to foretell a random one: the inner products of pairs of rows in its image and the image \
    itself; the score is the mean squared error, which is large for rows of a rare kind (Wang et al., Unsupervised \
    representation learning by predicting random distances, IJCAI 2020). \(NetworkOptions.discussion)
    """
  let parameters = [networks.base, outputs.base, epochs.base, batch.base]
  let isRandom = true
  let exampleOptions = "--networks 3 --outputs 8 --epochs 5"
  let plainOptions = "--epochs 5"
  func detector(_ call: Invocation) -> any Detector {
    RandomDistances(
      networks: call[Self.networks], outputs: call[Self.outputs],
      descent: Descent(
        epochs: call[Self.epochs], batchSize: call[Self.batch], rate: 3e-3, patience: 5))
  }
}

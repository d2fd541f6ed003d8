import Detection
import Language
import Learning

struct AutoencoderMethod: DetectionMethod {
  static let bottleneck = Parameter<Double>.fraction(
    "bottleneck", in: 0.01...1, default: 0.25,
    help: "Width of the narrowest layer as a share of the features.")
  static let epochs = NetworkOptions.epochs(200)
  static let rate = Parameter<Double>.real(
    "rate", in: 1e-6...1, default: 0.003, help: "Step size of the optimiser.")

  let name = "autoencoder"
  let measure = "how badly a narrow network reproduces them"
  let discussion = """
    The network presses each row through fewer numbers than it has features and learns what normal rows have in common; \
    the score is the mean squared error in standard deviations (Hawkins et al., Outlier detection using replicator \
    neural networks, DaWaK 2002). Three hidden layers with tanh; some cells are left out in each step (dropout), or else \
    anomalies among the fit rows are learnt by heart. \(NetworkOptions.discussion) Contributions are each feature's \
    squared error.
    """
  let parameters = [
    bottleneck.base, NetworkOptions.dropout.base, epochs.base, NetworkOptions.batch.base, rate.base,
  ]
  let isRandom = true
  let exampleOptions = "--bottleneck 40%"
  func detector(_ call: Invocation) -> any Detector {
    Autoencoder(
      bottleneck: call[Self.bottleneck], dropout: call[NetworkOptions.dropout],
      descent: Descent(
        epochs: call[Self.epochs], batchSize: call[NetworkOptions.batch], rate: call[Self.rate], patience: 15)
    )
  }
}

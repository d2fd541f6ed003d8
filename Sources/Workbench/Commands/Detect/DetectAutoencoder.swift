import Detection
import Language
import Learning

struct AutoencoderMethod: DetectionMethod {
  static let bottleneck = Parameter<Double>.fraction(
    "bottleneck", in: 0.01...1, default: 0.25,
    help: "Width of the narrowest layer as a share of the features.")
  static let epochs = Parameter<Int>.integer(
    "epochs", in: 1...10_000, default: 200, help: "Most passes over the rows; it may stop earlier.")
  static let batch = Parameter<Int>.integer(
    "batch", in: 1...100_000, default: 32, help: "Rows a step of the optimiser.")
  static let rate = Parameter<Double>.real(
    "rate", in: 1e-6...1, default: 0.003, help: "Step size of the optimiser.")

  let name = "autoencoder"
  let measure = "how badly a narrow network reproduces them"
  let discussion = """
    The network presses each row through fewer numbers than it has features and learns what normal rows have in common; \
    the score is the mean squared error in standard deviations (Hawkins et al., Outlier detection using replicator \
    neural networks, DaWaK 2002). Three hidden layers with tanh, trained by Adam; a tenth of the fit rows is held out and \
    decides when to stop. Rows must be complete. Contributions are each feature's squared error.
    """
  let parameters = [bottleneck.base, epochs.base, batch.base, rate.base]
  let isRandom = true
  let exampleOptions = "--bottleneck 40%"
  func detector(_ call: Invocation) -> any Detector {
    Autoencoder(
      bottleneck: call[Self.bottleneck],
      training: Training(
        epochs: call[Self.epochs], batchSize: call[Self.batch], rate: call[Self.rate], heldOut: 0.1,
        patience: 15))
  }
}

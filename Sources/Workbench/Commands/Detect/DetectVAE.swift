import Detection
import Language
import Learning

struct VariationalAutoencoderMethod: DetectionMethod {
  static let latent = Parameter<Int>.integer(
    "latent", in: 1...256, default: 2, help: "Hidden numbers that a row is pressed through.")
  static let beta = Parameter<Double>.real(
    "beta", in: 0...1000, default: 1,
    help: "Weight of keeping hidden numbers near a standard normal distribution.")
  static let epochs = NetworkOptions.epochs(30)

  let name = "vae"
  let measure = "how badly a network of few random hidden numbers reproduces them"
  let discussion = """
    A variational autoencoder learns a distribution of hidden numbers for each row (Kingma and Welling, Auto-encoding \
    variational Bayes, ICLR 2014); the score is the mean squared error, in standard deviations, of what the mean of the \
    hidden numbers gives back. Layers of 128, 64 and 32 cells on either side; some cells \
    are left out in each step (dropout), or else anomalies among the fit rows are learnt by heart. \(NetworkOptions.discussion) Contributions \
    are each feature's squared error.
    """
  let parameters = [
    latent.base, beta.base, NetworkOptions.dropout.base, epochs.base, NetworkOptions.batch.base,
    NetworkOptions.rate.base,
  ]
  let isRandom = true
  let exampleOptions = "--latent 3 --epochs 5"
  let plainOptions = "--epochs 5"
  func detector(_ call: Invocation) -> any Detector {
    VariationalAutoencoder(
      latent: call[Self.latent], beta: call[Self.beta], dropout: call[NetworkOptions.dropout],
      descent: Descent(
        epochs: call[Self.epochs], batchSize: call[NetworkOptions.batch], rate: call[NetworkOptions.rate],
        patience: 10))
  }
}

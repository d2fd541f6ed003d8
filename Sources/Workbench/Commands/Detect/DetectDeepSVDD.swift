import Detection
import Language
import Learning

/// Options of the methods that gather rows at a center.
private enum SphereOptions {
  static let hidden = Parameter<Int>.integer(
    "hidden", in: 1...4096, default: 64, help: "Cells of the first layer.")
  static let outputs = Parameter<Int>.integer(
    "outputs", in: 1...1024, default: 32, help: "Cells of the last layer, where rows gather.")
  static let epochs = NetworkOptions.epochs(100)
  static let parameters = [
    hidden.base, outputs.base, epochs.base, NetworkOptions.batch.base, NetworkOptions.rate.base,
  ]

  static func widths(_ call: Invocation) -> [Int] { [call[hidden], call[outputs]] }

  static func descent(_ call: Invocation) -> Descent {
    Descent(
      epochs: call[epochs], batchSize: call[NetworkOptions.batch], rate: call[NetworkOptions.rate],
      patience: 10,
      decay: 1e-6)
  }
}

struct DeepSVDDMethod: DetectionMethod {
  let name = "deepsvdd"
  let measure = "how far a network that gathers rows at a point maps them off it"
  let discussion = """
    A network without biases learns to map the fit rows near one center; the score is the squared distance from it (Ruff \
    et al., Deep one-class classification, ICML 2018, equation 4). The center is the mean of the first outputs. Works best \
    if the fit rows are normal. \(NetworkOptions.discussion)
    """
  let parameters = SphereOptions.parameters
  let isRandom = true
  let exampleOptions = "--hidden 16 --outputs 8 --epochs 5"
  let plainOptions = "--epochs 5"
  func detector(_ call: Invocation) -> any Detector {
    DeepSVDD(widths: SphereOptions.widths(call), descent: SphereOptions.descent(call))
  }
}

struct DeepSADMethod: DetectionMethod {
  static let eta = Parameter<Double>.real(
    "eta", in: 0...1000, default: 1, help: "Weight of a labelled row beside an unlabelled one.")

  let name = "deepsad"
  let measure = "how far a network taught by labels maps them off the normal"
  let discussion = """
    As `deepsvdd`, but fit rows that are known to be anomalous are pushed away from the center and those known to be normal \
    drawn to it (Ruff et al., Deep semi-supervised anomaly detection, ICLR 2020, equation 7). `--labels` names a label \
    column, which may be empty for most rows; only labels of fit rows are looked at, so the value must have been divided by \
    `split`. A few labelled anomalies among the fit rows are enough to help. \(NetworkOptions.discussion)
    """
  let parameters = SphereOptions.parameters + [eta.base]
  let isRandom = true
  let takesLabels = true
  let exampleOptions = "--labels pump.fault --epochs 5"
  let plainOptions = "--epochs 5"
  func detector(_ call: Invocation) -> any Detector {
    DeepSAD(widths: SphereOptions.widths(call), eta: call[Self.eta], descent: SphereOptions.descent(call))
  }
}

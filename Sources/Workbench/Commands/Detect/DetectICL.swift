import Detection
import Language

struct InternalContrastMethod: DetectionMethod {
  static let part = Parameter<Int?>.optional(
    "part", .integer(1...1000),
    help: "Neighbouring features of a part; if absent 2 of up to 39, 10 of up to 160, else all but 150."
  ) { if case .integer(let count) = $0 { count } else { nil } }
  static let temperature = NetworkOptions.temperature(0.01)
  static let epochs = Parameter<Int?>.optional(
    "epochs", .integer(1...10_000),
    help: "Passes over the rows; if absent as many as make 1600 steps, from 40 to 200."
  ) { if case .integer(let count) = $0 { count } else { nil } }

  let name = "icl"
  let measure = "how badly parts of them can be told by the rest of them"
  let discussion = """
    Internal contrastive learning (Shenkar and Wolf, Anomaly detection for tabular data with internal contrastive learning, \
    ICLR 2022): one network sees a few neighbouring features, another all the others of the same row, and they learn to \
    agree on which part belongs to which rest; the score is the mean cross-entropy. Trained by Adam on at most 1024 fit rows, \
    with batch normalisation by part. Works best if the fit rows are normal. Needs two features; rows must be complete; values are standardised. Contributions share the cross-entropy of a part among its features.
    """
  let parameters = [part.base, temperature.base, epochs.base, NetworkOptions.rate.base]
  let isRandom = true
  let exampleOptions = "--part 1 --temperature 0.1 --epochs 5"
  let plainOptions = "--epochs 5"
  func detector(_ call: Invocation) -> any Detector {
    InternalContrast(
      part: call[Self.part], temperature: call[Self.temperature], epochs: call[Self.epochs],
      rate: call[NetworkOptions.rate])
  }
}

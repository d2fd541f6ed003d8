import Detection
import Language
import Learning

struct LearnedViewsMethod: DetectionMethod {
  static let views = Parameter<Int>.integer("views", in: 2...64, default: 8, help: "Learned views of a row.")
  static let temperature = NetworkOptions.temperature(0.1)
  static let epochs = NetworkOptions.epochs(50)

  let name = "neutral"
  let measure = "how badly learned views keep to the row they are of"
  let discussion = """
    Neural transformation learning (Qiu and others, NeuTraL AD, ICML 2021): networks mask a row in several ways, and learn \
    with an encoder that the views differ from each other while each stays like the row; the score is the mean \
    cross-entropy. Trained on at most 2048 fit rows. \(NetworkOptions.discussion)
    """
  let parameters = [views.base, temperature.base, epochs.base, NetworkOptions.rate.base]
  let isRandom = true
  let exampleOptions = "--views 4 --epochs 5"
  let plainOptions = "--epochs 5"
  func detector(_ call: Invocation) -> any Detector {
    LearnedViews(
      views: call[Self.views], temperature: call[Self.temperature],
      descent: Descent(
        epochs: call[Self.epochs], batchSize: 64, rate: call[NetworkOptions.rate], patience: 5))
  }
}

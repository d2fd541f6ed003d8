import Detection
import Language

struct BayesianChangeMethod: DetectionMethod {
  static let spacing = Parameter<Double>.real(
    "spacing", in: 1.1...1e9, default: 250,
    help: "Rows between changes, on average.")
  static let recent = Parameter<Int>.integer(
    "recent", in: 1...499, default: 10,
    help: "Rows that count as just now.")
  static let score = Parameter<String>.choice(
    "score",
    of: [Choice("change", "chance of a recent change"), Choice("surprise", "-log density of the row")],
    default: "change", help: "What is scored.")
  static let summary = DeviationSummary.parameter

  let name = "bocpd"
  let measure = "the chance that the series has just changed"
  let discussion = """
    Bayesian online change point detection (Adams and MacKay 2007): the probability that the present run \
    of normal values began within the last rows, or how little a row fits the runs that are possible. \
    Any number of channels; a missing value stands for the one before it.
    """
  let parameters: [AnyParameter] = [spacing.base, recent.base, score.base, summary.base]
  let readsSeries = true
  let exampleOptions = "--score surprise"
  func detector(_ call: Invocation) -> any Detector {
    ChannelDetector(
      BayesianChange(
        spacing: call[Self.spacing], recent: call[Self.recent],
        score: .init(rawValue: call[Self.score]) ?? .change),
      summary: DeviationSummary(call))
  }
}

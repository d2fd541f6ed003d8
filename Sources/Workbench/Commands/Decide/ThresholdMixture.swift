import Detection
import Language
import Numerics
import Values

struct ThresholdMixture: PureCommand {
  static let chance = Parameter<Double>.fraction(
    "chance", in: 0.01...0.9999, default: 0.5,
    help: "How likely an alarmed score must belong to the upper group.")

  let spec = CommandSpec(
    "threshold", "mixture", "Alarms scores that more likely come from the upper of two normal laws.",
    discussion: """
      Two normal distributions are fitted to the scores by EM (Dempster, Laird and Rubin 1977), beginning from Otsu's \
      split; scores that belong to the upper one with at least `--chance` are alarmed. Where one distribution explains \
      the scores better (BIC, Schwarz 1978), no row is. Scores with one long tail look like two groups: \
      `threshold pot` serves them better. The rows it learns from must hold anomalous ones.

      \(ThresholdOptions.fitting)
      """,
    parameters: [ThresholdOptions.input.base, Self.chance.base] + ThresholdOptions.shared, output: .alarms,
    examples: [
      Example("risk = generate pump-station --seed 1 | detect zscore"),
      Example("risk | threshold mixture"),
      Example("risk | threshold mixture --chance 95%"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    try ThresholdOptions.decide(call, by: MixtureThreshold(chance: call[Self.chance]))
  }
}

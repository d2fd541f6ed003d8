import Detection
import Language
import Numerics
import Values

struct ThresholdOtsu: PureCommand {
  let spec = CommandSpec(
    "threshold", "otsu", "Alarms the upper of two groups of scores, parted where they differ most.",
    discussion: """
      Otsu's split (1979): the one with the largest variance between the two groups. It always finds two groups, also \
      where all rows are normal; the rows it learns from must hold anomalous ones.

      \(ThresholdOptions.fitting)
      """,
    parameters: [ThresholdOptions.input.base] + ThresholdOptions.shared, output: .alarms,
    examples: [
      Example("risk = generate pump-station --seed 1 | detect zscore"),
      Example("risk | threshold otsu"),
      Example("risk | threshold otsu --budget 20"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    try ThresholdOptions.decide(call, by: OtsuThreshold())
  }
}

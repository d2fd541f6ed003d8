import Detection
import Language
import Numerics
import Values

struct ThresholdValley: PureCommand {
  let spec = CommandSpec(
    "threshold", "valley", "Alarms scores behind the deepest valley of their density.",
    discussion: """
      The density is smoothed by a normal kernel (Silverman 1986, equation 3.31); the threshold is the lowest point \
      between its highest hill and a hill above. With one hill no row is alarmed. The rows it learns from must hold \
      anomalous ones.

      \(ThresholdOptions.fitting)
      """,
    parameters: [ThresholdOptions.input.base] + ThresholdOptions.shared, output: .alarms,
    examples: [
      Example("risk = generate pump-station --seed 1 | detect zscore"),
      Example("risk | threshold valley"),
      Example("risk | threshold valley --merge 5s"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    try ThresholdOptions.decide(call, by: ValleyThreshold())
  }
}

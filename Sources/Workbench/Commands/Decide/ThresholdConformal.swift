import Detection
import Language
import Numerics
import Values

struct ThresholdConformal: PureCommand {
  static let rate = Parameter<Double>.fraction(
    "fdr", in: 1e-6...0.5, default: 0.1, help: "Expected share of alarmed rows that are normal.")

  let spec = CommandSpec(
    "threshold", "conformal", "Alarms rare scores so that few alarms are false on average.",
    discussion: """
      A row's p-value is the share of calibrate rows that score at least as high (Bates et al., Annals of Statistics \
      2023); Benjamini and Hochberg (1995) choose how many of the smallest may be alarmed so that, on average over \
      data, at most `--fdr` of the alarms are false. Rows must be exchangeable: rows of a series that depend on their \
      neighbours keep the promise only roughly. With *n* calibrate rows no p-value is below 1/(n+1). `--per segment` \
      controls each segment by itself.

      \(ThresholdOptions.fitting)
      """,
    parameters: [ThresholdOptions.input.base, Self.rate.base] + ThresholdOptions.shared, output: .alarms,
    examples: [
      Example("pump = generate pump-station --seed 1 | split --fit-share 30% --calibrate-share 20%"),
      Example("risk = pump | detect zscore"),
      Example("risk | threshold conformal"),
      Example("risk | threshold conformal --fdr 5%"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    try ThresholdOptions.decide(call, by: ConformalThreshold(rate: call[Self.rate]))
  }
}

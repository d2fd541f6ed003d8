import Detection
import Language
import Numerics
import Values

struct ThresholdSPOT: PureCommand {
  static let risk = Parameter<Double>.fraction(
    "risk", in: 1e-12...0.01, default: 1e-4, help: "Chance that a normal row exceeds the threshold.")
  static let warmup = Parameter<Int>.integer(
    "warmup", in: 10...1_000_000, default: 200,
    help: "Rows that the first tail is fitted on; they are not decided on.")
  static let drift = Parameter<Int>.integer(
    "drift", in: 0...100_000, default: 0,
    help: "Rows whose mean is taken off first (DSPOT); 0 for none.")

  let spec = CommandSpec(
    "threshold", "spot", "Alarms scores that the rows before them make improbable; the threshold moves.",
    discussion: """
      Peaks over threshold for streams (Siffer et al., KDD 2017): a generalised Pareto tail over the 98 % quantile of the \
      first rows gives the threshold; each row is decided by the rows before it, and then learned from unless it is \
      alarmed. With `--drift` the mean of the last rows that were not alarmed is taken off first, so that the threshold \
      follows a level that drifts. Every segment begins anew. Labels, splits and rows that come later are never looked \
      at. `explain` and `show` tell each row's own threshold; `detect spot` makes scores of measurements the same way.
      """,
    parameters: [ThresholdOptions.input.base, Self.risk.base, Self.warmup.base, Self.drift.base]
      + ThresholdOptions.shaping,
    output: .alarms,
    examples: [
      Example("risk = generate pump-station --seed 1 | detect zscore"),
      Example("risk | threshold spot"),
      Example("risk | threshold spot --drift 20 --risk 1e-3 --merge 5s"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    try ThresholdOptions.decide(
      call,
      by: StreamingThreshold(risk: call[Self.risk], warmup: call[Self.warmup], drift: call[Self.drift]))
  }
}

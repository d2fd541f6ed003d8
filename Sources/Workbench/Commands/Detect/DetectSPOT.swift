import Detection
import Language

struct StreamingPeaksMethod: StreamDetectionMethod {
  static let warmup = Parameter<Int>.integer(
    "warmup", in: 10...1_000_000, default: 200,
    help: "Rows that the first tails are fitted on.")
  static let drift = Parameter<Int>.integer(
    "drift", in: 0...100000, default: 0,
    help: "Rows whose mean is taken off; 0 for none.")
  static let risk = Parameter<Double>.fraction(
    "risk", in: 1e-12...0.01, default: 1e-4, help: "More improbable values are not learned from.")

  let name = "spot"
  let measure = "how improbable they are under the tails of what passed"
  let discussion = """
    The tail probability by extreme value theory (Siffer and others, SPOT, KDD 2017), as -log10, for the \
    oddest channel; 4 is one in 10,000. With `--drift` the mean of the last rows is taken off first \
    (DSPOT). Each row is judged by the rows before it, then learned from; rows that pass while it is \
    learning are not scored. Bounded memory.
    """
  let parameters: [AnyParameter] = [warmup.base, drift.base, risk.base]
  let readsSeries = true
  let exampleOptions = "--drift 20 --warmup 60"
  func method(_ call: Invocation) -> any StreamMethod {
    StreamingPeaks(
      warmup: call[Self.warmup], risk: call[Self.risk], drift: call[Self.drift])
  }
}

import Detection
import Language

struct RandomFeatureMachineMethod: DetectionMethod {
  static let outside = Parameter<Double>.fraction(
    "nu", in: 1e-6...1, default: 0.5, help: "Share of the rows that may lie outside.")
  static let gamma = Parameter<Double?>.optional(
    "gamma", .real(1e-100...1e100, unit: nil),
    help: "The kernel is exp(-gamma × squared distance); one over the number of columns if absent."
  ) { if case .real(let value) = $0 { value } else { nil } }
  static let features = Parameter<Int>.integer(
    "features", in: 1...10_000, default: 256, help: "Random features that stand in for the kernel.")
  static let passes = Parameter<Int>.integer(
    "passes", in: 1...1000, default: 20, help: "Passes over the rows.")

  let name = "ocsvm-sgd"
  let measure = "how far outside a region they lie, in linear time"
  let discussion = """
    The one-class machine of `ocsvm` on random features of its kernel (Rahimi and Recht, NIPS 2007), found by stochastic \
    gradient steps (Pegasos, 2011) whose second half is averaged: for more rows than `ocsvm` can take. Columns are \
    standardised.
    """
  let parameters = [outside.base, gamma.base, features.base, passes.base]
  let isRandom = true
  let exampleOptions = "--nu 10% --features 64"
  func detector(_ call: Invocation) -> any Detector {
    RandomFeatureMachine(
      outside: call[Self.outside], gamma: call[Self.gamma], features: call[Self.features],
      passes: call[Self.passes])
  }
}

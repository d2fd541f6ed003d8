import Detection
import Language

struct SupportBallMethod: DetectionMethod {
  static let outside = Parameter<Double>.fraction(
    "nu", in: 1e-6...1, default: 0.1, help: "Share of the rows that may lie outside.")
  static let kernel = Parameter<String>.choice(
    "kernel",
    of: [
      Choice("normal", "a ball in the space of the normal kernel, which follows the rows' shape"),
      Choice("linear", "a ball among the rows themselves"),
    ], default: "normal", help: "Where the ball is drawn.")
  static let gamma = Parameter<Double?>.optional(
    "gamma", .real(1e-300...1e150, unit: nil),
    help: "The kernel is exp(-gamma × squared distance); one over the number of columns if absent."
  ) { if case .real(let value) = $0 { value } else { nil } }
  static let raw = Parameter<Bool>.flag(
    "raw", help: "Takes columns as they are instead of standardising them.")

  let name = "svdd"
  let measure = "how far they lie outside a ball around most of them"
  let discussion = """
    Support vector data description (Tax and Duin, Machine Learning 2004): the squared distance from the center of the \
    smallest ball that holds all but --nu of the rows, less its squared radius. With the normal kernel it orders rows as \
    `ocsvm` does.
    """
  let parameters = [outside.base, kernel.base, gamma.base, raw.base]
  let exampleOptions = "--nu 5% --kernel linear"
  func detector(_ call: Invocation) -> any Detector {
    SupportBall(
      outside: call[Self.outside], kernel: SupportBall.Kernel(rawValue: call[Self.kernel]) ?? .normal,
      gamma: call[Self.gamma], isRaw: call[Self.raw])
  }
}

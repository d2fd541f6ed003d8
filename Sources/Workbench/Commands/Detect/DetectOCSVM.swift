import Detection
import Language

struct OneClassMachineMethod: DetectionMethod {
  static let outside = Parameter<Double>.fraction(
    "nu", in: 0.0001...1, default: 0.5, help: "Largest share of fit rows outside the region.")
  static let gamma = Parameter<Double?>.optional(
    "gamma", .real(1e-6...1e6, unit: nil),
    help: "Kernel exp(-gamma distance²); 1/columns if absent."
  ) { if case .real(let number) = $0 { number } else { nil } }
  static let raw = Parameter<Bool>.flag(
    "raw", help: "Take the columns as they are instead of standardising them.")

  let name = "ocsvm"
  let measure = "how far outside a region with most fit rows they lie"
  let discussion = """
    The one-class support vector machine with a normal kernel (Schölkopf et al., Neural Computation 2001), solved to \
    LIBSVM's tolerance by pairs of second-order choice (Fan, Chen and Lin, JMLR 2005). Above 0 is outside. Columns are \
    standardised first unless `--raw`; rows must be complete. Time grows at least with the square of the fit rows: choose at most some \
    20,000 of them with `split`.
    """
  let parameters = [outside.base, gamma.base, raw.base]
  let exampleOptions = "--nu 10%"
  func detector(_ call: Invocation) -> any Detector {
    OneClassMachine(outside: call[Self.outside], gamma: call[Self.gamma], isRaw: call[Self.raw])
  }
}

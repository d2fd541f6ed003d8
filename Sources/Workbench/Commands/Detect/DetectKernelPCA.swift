import Detection
import Language

struct KernelComponentsMethod: DetectionMethod {
  static let gamma = Parameter<Double?>.optional(
    "gamma", .real(1e-300...1e150, unit: nil),
    help: "The kernel is exp(-gamma × squared distance); one over the number of columns if absent."
  ) { if case .real(let value) = $0 { value } else { nil } }
  static let landmarks = Parameter<Int>.integer(
    "landmarks", in: 2...3000, default: 300,
    help: "Rows that span the space; with all of them the method is exact.")
  static let explained = Parameter<Double>.fraction(
    "explained", in: 0.01...1, default: 0.9, help: "Variance that the retained components explain at least.")

  let name = "kpca"
  let measure = "what components of a kernel's space leave over"
  let discussion = """
    Kernel principal components for novelty detection (Hoffmann, Pattern Recognition 2007): the squared distance from the \
    retained components in the space of the normal kernel. With more rows than --landmarks, components are sought \
    in the span of random rows (Nyström; Williams and Seeger, NIPS 2000).
    """
  let parameters = [gamma.base, landmarks.base, explained.base]
  let isRandom = true
  let exampleOptions = "--landmarks 50 --explained 80%"
  func detector(_ call: Invocation) -> any Detector {
    KernelComponents(
      gamma: call[Self.gamma], landmarks: call[Self.landmarks], explained: call[Self.explained])
  }
}

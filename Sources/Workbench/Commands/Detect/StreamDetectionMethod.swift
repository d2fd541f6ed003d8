import Detection
import Language

/// A detector of streams as `detect`, `fit` and `watch` offer it.
protocol StreamDetectionMethod: DetectionMethod {
  func method(_ call: Invocation) -> any StreamMethod
}

extension StreamDetectionMethod {
  func detector(_ call: Invocation) -> any Detector { Self.detector(method(call)) }

  private static func detector(_ method: some StreamMethod) -> any Detector { StreamDetector(method) }
}

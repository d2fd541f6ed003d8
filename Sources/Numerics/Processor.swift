import CProcessor

/// Which build of the kernels this machine runs.
package enum Kernels: Sendable, Equatable, CaseIterable {
  case baseline
  /// x86-64-v3: AVX2, BMI2, FMA.
  case v3

  /// The fastest that the processor has.
  package static var best: Kernels { sonde_processor_is_v3() ? .v3 : .baseline }
}

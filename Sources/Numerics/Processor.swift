import CProcessor
import KernelsBaseline
import KernelsV3
import KernelsV4

/// Which build of the kernels this machine runs.
package enum Kernels: Sendable, Equatable, Comparable, CaseIterable {
  case baseline
  /// x86-64-v3: AVX2, BMI2, FMA.
  case v3
  /// x86-64-v4: AVX-512, for the products that are bound by arithmetic; everything else runs as v3.
  case v4

  /// The fastest that the processor has.
  package static var best: Kernels {
    if sonde_processor_is_v4() { return .v4 }
    return sonde_processor_is_v3() ? .v3 : .baseline
  }

  /// Columns that one panel of a double-precision product interleaves.
  var productWidth: Int {
    switch self {
    case .baseline: KernelsBaseline.productWidth
    case .v3: KernelsV3.productWidth
    case .v4: KernelsV4.productWidth
    }
  }

  /// Columns that one panel of a single-precision product interleaves.
  var singleProductWidth: Int {
    switch self {
    case .baseline: KernelsBaseline.singleProductWidth
    case .v3: KernelsV3.singleProductWidth
    case .v4: KernelsV4.singleProductWidth
    }
  }

  /// Rows of references that one panel of the neighbour search interleaves.
  var panelWidth: Int {
    switch self {
    case .baseline: KernelsBaseline.panelWidth
    case .v3: KernelsV3.panelWidth
    case .v4: KernelsV4.panelWidth
    }
  }
}

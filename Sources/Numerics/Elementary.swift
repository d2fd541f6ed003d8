import KernelsBaseline
import KernelsV3
import KernelsV4

/// Elementary functions of many numbers at once, to about the last digit.
///
/// A number gives the same bits wherever it stands.
package enum Elementary {
  /// Replaces each number by its exponential: 0 below −708, e^709 above 709.
  package static func exponentiate(_ numbers: inout [Double], kernels: Kernels = .best) {
    var span = numbers.mutableSpan
    exponentiate(&span, kernels: kernels)
  }

  package static func exponentiate(_ numbers: inout MutableSpan<Double>, kernels: Kernels = .best) {
    // SAFETY: the kernels replace `count` numbers in place.
    unsafe numbers.withUnsafeMutableBufferPointer { numbers in
      guard let base = numbers.baseAddress else { return }
      switch kernels {
      case .baseline: unsafe KernelsBaseline.exponentiate(base, count: numbers.count)
      case .v3: unsafe KernelsV3.exponentiate(base, count: numbers.count)
      case .v4: unsafe KernelsV4.exponentiate(base, count: numbers.count)
      }
    }
  }

  /// Sizes up to which the fast reduction of angles loses nothing.
  private static let farthestFastAngle = 1e6

  /// Replaces each number by its cosine.
  package static func takeCosines(_ numbers: inout MutableSpan<Double>, kernels: Kernels = .best) {
    var far: [(place: Int, value: Double)] = []
    for place in 0..<numbers.count where !(abs(numbers[place]) < farthestFastAngle) {
      far.append((place, cosine(numbers[place])))
      numbers[place] = 0
    }
    // SAFETY: the kernels replace `count` numbers in place.
    unsafe numbers.withUnsafeMutableBufferPointer { numbers in
      guard let base = numbers.baseAddress else { return }
      switch kernels {
      case .baseline: unsafe KernelsBaseline.takeCosines(base, count: numbers.count)
      case .v3: unsafe KernelsV3.takeCosines(base, count: numbers.count)
      case .v4: unsafe KernelsV4.takeCosines(base, count: numbers.count)
      }
    }
    for (place, value) in far { numbers[place] = value }
  }
}

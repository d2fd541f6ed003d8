import KernelsBaseline
import KernelsV3
import KernelsV4

/// Weights that are moved along one row after another, and the sum of what they were.
///
/// Rows have single precision, so that twice as many fit into the cache; all sums have double precision.
package struct DescentSteps: Sendable {
  package private(set) var weights: [Double]
  package private(set) var sum: [Double]
  private let kernels: Kernels

  package init(count: Int, kernels: Kernels = .best) {
    weights = [Double](repeating: 0, count: count)
    sum = weights
    self.kernels = kernels
  }

  /// Weights that have been found.
  package init(weights: [Double], kernels: Kernels = .best) {
    self.weights = weights
    sum = []
    self.kernels = kernels
  }

  /// The product of the weights with the values from `start` on.
  package func product(_ values: [Float], at start: Int) -> Double {
    let count = weights.count
    precondition(start >= 0 && start + count <= values.count, "the values end before the weights")
    // SAFETY: checked above; both arrays live through the call.
    return unsafe values.withUnsafeBufferPointer { values in
      guard let values = values.baseAddress else { return 0 }
      switch kernels {
      case .baseline: return unsafe KernelsBaseline.dotProduct(weights, values + start, count: count)
      case .v3: return unsafe KernelsV3.dotProduct(weights, values + start, count: count)
      case .v4: return unsafe KernelsV4.dotProduct(weights, values + start, count: count)
      }
    }
  }

  /// Makes the weights `shrink` times themselves plus `growth` times the values; adds them to the sum if it is kept.
  package mutating func step(
    _ values: [Float], at start: Int, shrink: Double, growth: Double, keeps: Bool
  ) {
    let (count, kernels) = (weights.count, kernels)
    precondition(start >= 0 && start + count <= values.count, "the values end before the weights")
    precondition(sum.count == count, "weights that have been found move no more")
    // SAFETY: checked above; the sum has as many numbers as the weights, and none of the arrays overlap.
    unsafe values.withUnsafeBufferPointer { values in
      unsafe weights.withUnsafeMutableBufferPointer { weights in
        unsafe sum.withUnsafeMutableBufferPointer { sum in
          guard let values = values.baseAddress, let weights = weights.baseAddress else { return }
          let total = keeps ? sum.baseAddress : nil
          switch kernels {
          case .baseline:
            unsafe KernelsBaseline.descend(
              weights, values + start, count: count, shrink: shrink, growth: growth, total: total)
          case .v3:
            unsafe KernelsV3.descend(
              weights, values + start, count: count, shrink: shrink, growth: growth, total: total)
          case .v4:
            unsafe KernelsV4.descend(
              weights, values + start, count: count, shrink: shrink, growth: growth, total: total)
          }
        }
      }
    }
  }
}

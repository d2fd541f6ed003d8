package import Numerics

/// Brings features to a common location and scale, learned from the rows for fitting.
///
/// - Input: features in any unit; missing cells are left out of the learning and stay missing.
/// - Output: (*x* − location) / scale. A feature that does not vary in the fit rows is only shifted.
/// - Source: `robust` as in Rousseeuw and Hubert, *Robust statistics for outlier detection*, WIREs 2011, equation 4:
///   median and 1.4826 · MAD.
/// - Differs: where more than half of the fit values are equal, so that the MAD is 0, the interquartile range over
///   1.349 stands in, and then the standard deviation.
package struct Scaling: Sendable, Equatable {
  package enum Method: String, Sendable, CaseIterable {
    case robust, standard, minmax
  }

  package let location: [Double]
  package let scale: [Double]
  /// Features that did not vary in the fit rows.
  package let constant: [Int]

  package static func fit(
    _ method: Method, to columns: [[Double]], rows: [Int], name: String, work: Work
  ) throws(FusionError) -> Scaling {
    if rows.isEmpty { throw .noFitRows(name: name) }
    let fitted = try orCancelled {
      () throws(Cancelled) in
      try work.map(columns.count, stage: "scale") { place in
        method.locationAndScale(of: rows.map { columns[place][$0] }.filter { !$0.isNaN })
      }
    }
    return Scaling(
      location: fitted.map(\.location), scale: fitted.map { $0.scale > 0 ? $0.scale : 1 },
      constant: fitted.indices.filter { !(fitted[$0].scale > 0) })
  }

  package func apply(to columns: [[Double]]) -> [[Double]] {
    columns.enumerated().map { place, column in
      column.map { ($0 - location[place]) / scale[place] }
    }
  }
}

extension Scaling.Method {
  /// The interquartile range of a standard normal distribution.
  private static let normalQuartiles = 1.3489795003921634

  /// A scale of 0 says that the values do not vary; without values the location is 0.
  func locationAndScale(of values: [Double]) -> (location: Double, scale: Double) {
    guard !values.isEmpty else { return (0, 0) }
    switch self {
    case .robust:
      var scratch = values
      let median = Self.median(&scratch)
      for place in scratch.indices { scratch[place] = abs(scratch[place] - median) }
      let deviation = Self.median(&scratch) * Statistics.normalConsistency
      if deviation > 0 { return (median, deviation) }
      let sorted = SortedSample(values)
      let quartiles = (sorted.quantile(0.75) ?? 0) - (sorted.quantile(0.25) ?? 0)
      if quartiles > 0 { return (median, quartiles / Self.normalQuartiles) }
      return (median, Statistics.standardDeviation(values, degreesLost: 0))
    case .standard:
      return (Statistics.mean(values), Statistics.standardDeviation(values, degreesLost: 0))
    case .minmax:
      let low = values.min() ?? 0
      return (low, (values.max() ?? low) - low)
    }
  }

  /// The middle value, or the mean of the two in the middle; moves the values about. O(n), not O(n log n).
  private static func median(_ values: inout [Double]) -> Double {
    let middle = values.count / 2
    select(middle, in: &values)
    if values.count % 2 == 1 { return values[middle] }
    var below = values[0]
    for place in 1..<max(1, middle) { below = max(below, values[place]) }
    return below + 0.5 * (values[middle] - below)
  }

  /// Puts the value of rank `rank` in its place, smaller ones before it.
  ///
  /// Source: Hoare, *Algorithm 65: Find*, Communications of the ACM 1961; the pivot is the median of three.
  private static func select(_ rank: Int, in values: inout [Double]) {
    var low = 0
    var high = values.count - 1
    while low < high {
      let (a, b, c) = (values[low], values[(low + high) / 2], values[high])
      let pivot = max(min(a, b), min(max(a, b), c))
      var left = low
      var right = high
      while left <= right {
        while values[left] < pivot { left += 1 }
        while values[right] > pivot { right -= 1 }
        if left <= right {
          values.swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if rank <= right { high = right } else if rank >= left { low = left } else { return }
    }
  }
}

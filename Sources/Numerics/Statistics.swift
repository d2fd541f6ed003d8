/// Numbers in ascending order, with NaN left out: quantiles, median, spread.
package struct SortedSample: Sendable, Equatable {
  package let values: [Double]

  package init(_ values: some Sequence<Double>) {
    self.values = values.filter { !$0.isNaN }.sorted()
  }

  package var count: Int { values.count }

  /// The value below which the share `p` of the sample lies; nil for an empty sample.
  ///
  /// Interpolates between neighbours at position `p (n - 1)` (type 7 of Hyndman and Fan, *Sample quantiles in
  /// statistical packages*, The American Statistician 1996), as NumPy and R do by default.
  package func quantile(_ p: Double) -> Double? {
    guard let last = values.last else { return nil }
    let position = min(max(p, 0), 1) * Double(values.count - 1)
    let below = Int(position)
    if below + 1 >= values.count { return last }
    let share = position - Double(below)
    if share == 0 { return values[below] }
    return values[below] + share * (values[below + 1] - values[below])
  }

  package var median: Double? { quantile(0.5) }

  /// The median distance from the median, not scaled.
  package var medianAbsoluteDeviation: Double? {
    guard let center = median else { return nil }
    return SortedSample(values.map { abs($0 - center) }).median
  }

  /// How many values lie below `value`.
  package func countBelow(_ value: Double) -> Int { firstPosition { $0 >= value } }

  /// How many values are at most `value`.
  package func countAtMost(_ value: Double) -> Int { firstPosition { $0 > value } }

  /// The share of values at most `value`, in 0...1: its percentile.
  package func share(atMost value: Double) -> Double {
    values.isEmpty ? 0 : Double(countAtMost(value)) / Double(values.count)
  }

  private func firstPosition(where isBehind: (Double) -> Bool) -> Int {
    var low = 0
    var high = values.count
    while low < high {
      let middle = (low + high) / 2
      if isBehind(values[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// Summaries of plain lists of numbers. None of them skips NaN.
package enum Statistics {
  /// Makes the median absolute deviation estimate a normal standard deviation: 1 / Φ⁻¹(3/4).
  package static let normalConsistency = 1.482602218505602

  /// NaN for no values.
  package static func mean(_ values: some Collection<Double>) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  /// Divides by n - `degreesLost`; two passes, so that a large mean costs no digits. NaN for too few values.
  package static func variance(_ values: some Collection<Double>, degreesLost: Int = 1) -> Double {
    let center = mean(values)
    let sum = values.reduce(0) { $0 + ($1 - center) * ($1 - center) }
    return values.count > degreesLost ? sum / Double(values.count - degreesLost) : .nan
  }

  package static func standardDeviation(_ values: some Collection<Double>, degreesLost: Int = 1) -> Double {
    variance(values, degreesLost: degreesLost).squareRoot()
  }

  /// Ranks from 1 on in ascending order; equal values share their mean rank.
  package static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      let shared = Double(start + 1 + end) / 2
      for position in start..<end { ranks[order[position]] = shared }
      start = end
    }
    return ranks
  }

  /// Pearson's correlation; 0 if a side does not vary.
  package static func correlation(_ a: [Double], _ b: [Double]) -> Double {
    precondition(a.count == b.count, "the sides differ in length")
    let meanA = mean(a)
    let meanB = mean(b)
    var products = 0.0
    var squaresA = 0.0
    var squaresB = 0.0
    for (x, y) in zip(a, b) {
      products += (x - meanA) * (y - meanB)
      squaresA += (x - meanA) * (x - meanA)
      squaresB += (y - meanB) * (y - meanB)
    }
    let scale = (squaresA * squaresB).squareRoot()
    return scale > 0 ? products / scale : 0
  }
}

extension Double {
  /// The nearest number with 40 bits behind the point of its fraction: numbers that differ by rounding alone are equal.
  package var withoutRounding: Double {
    let near = Double(bitPattern: (bitPattern &+ 0x800) & ~0xfff)
    return near.isFinite ? near : self
  }
}

package import Numerics

/// Scores moments by how much better two normal distributions, one before and one behind, explain the rows around.
///
/// - Input: see `ChannelDetector`; looks ahead by a window.
/// - Output: the logarithm of the likelihood ratio, ≥ 0; 0 for the first and the last window.
/// - Complexity: O(*n*), memory O(*n*).
/// - Source: the window method of Truong, Oudre and Vayatis, *Selective review of offline change point detection
///   methods*, Signal Processing 2020, section 5.2.1, with the cost of equation C1 for changes in mean and variance.
/// - Differs: deviations below 1e-3 of the channel's spread count as that.
package struct WindowChange: ChannelMethod {
  package static let name = "windowchange"
  package static let meaning = "log likelihood ratio of a change"
  /// Rows on each side.
  package let window: Int
  package var leastRows: Int { 2 * window }

  package init(window: Int = 50) { self.window = window }

  package func fit(_ values: [Double], work: Work) throws(DetectionError) -> Fitted {
    if window < 2 { throw .parameter(name: "window", reason: "must hold at least 2 rows") }
    return Fitted(window: window)
  }

  package struct Fitted: FittedChannel {
    let window: Int
    private static let reach = 1e4
    private static let smallestVariance = 1e-6

    package func statistic(of values: [Double], work: Work) throws(DetectionError) -> [Double] {
      var sums = [0.0]
      var squares = [0.0]
      for raw in values {
        let value = max(-Self.reach, min(raw, Self.reach))
        sums.append(sums[sums.count - 1] + value)
        squares.append(squares[squares.count - 1] + value * value)
      }
      func cost(_ range: Range<Int>) -> Double {
        let count = Double(range.count)
        let mean = (sums[range.upperBound] - sums[range.lowerBound]) / count
        let variance = (squares[range.upperBound] - squares[range.lowerBound]) / count - mean * mean
        return count / 2 * logarithm(max(variance, Self.smallestVariance))
      }
      return values.indices.map { row in
        let (first, last) = (row - window, row + window)
        if first < 0 || last > values.count { return 0 }
        return max(0, cost(first..<last) - cost(first..<row) - cost(row..<last))
      }
    }
  }
}

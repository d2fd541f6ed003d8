import Numerics

/// Turns a window of numbers into a square of numbers that a picture can show.
///
/// - Input: finite numbers at equal steps.
/// - Output: *side* × *side* numbers, line after line, from 0 (black) to 1 (white).
/// - Complexity: O(*n* + *side*²), for `recurrence` and `transitions` O(*n*²).
/// - Source: fields of angles and of transitions from Wang and Oates, *Imaging time-series to improve classification and imputation*, IJCAI
///   2015, equations 3 to 8; recurrence plots from Eckmann, Kamphorst and Ruelle, Europhysics Letters 4, 1987, here the distances themselves.
/// - Differs: sums, differences and means are brought to 0…1.
package enum SeriesPicture: Sendable, Equatable {
  /// The curve, white on black, between the least and the largest number of its scale.
  case line
  /// cos(φi + φj) of the numbers as angles: *Gramian angular summation field*.
  case sums
  /// sin(φi - φj): *Gramian angular difference field*.
  case differences
  /// How often a number's bin follows another's: *Markov transition field*.
  case transitions(bins: Int)
  /// How far two numbers are from each other, as a share of the range.
  case recurrence

  /// - Parameter scale: what the picture of a line spans; the others span the window's own range.
  package func values(of window: [Double], side: Int, scale: ClosedRange<Double>) -> [Double] {
    switch self {
    case .line: return Self.line(window, side: side, scale: scale)
    case .sums, .differences:
      let means = Self.means(window, count: side)
      let (low, high) = (means.min() ?? 0, means.max() ?? 0)
      let cosines = means.map { high > low ? max(-1, min(1, ($0 - low) / (high - low) * 2 - 1)) : 0 }
      let sines = cosines.map { max(0, 1 - $0 * $0).squareRoot() }
      return Self.square(cosines.count) { i, j in
        let value =
          self == .sums
          ? cosines[i] * cosines[j] - sines[i] * sines[j] : sines[i] * cosines[j] - cosines[i] * sines[j]
        return (value + 1) / 2
      }
    case .recurrence:
      let means = Self.means(window, count: side)
      let range = (means.max() ?? 0) - (means.min() ?? 0)
      return Self.square(means.count) { i, j in range > 0 ? abs(means[i] - means[j]) / range : 0 }
    case .transitions(let bins): return Self.transitions(window, bins: bins, side: side)
    }
  }

  private static func square(_ side: Int, _ body: (Int, Int) -> Double) -> [Double] {
    (0..<side * side).map { body($0 / side, $0 % side) }
  }

  /// Means of equal stretches (piecewise aggregate approximation); a window that is shorter repeats its numbers.
  static func means(_ window: [Double], count: Int) -> [Double] {
    (0..<count).map { place in
      let first = place * window.count / count
      let last = max(first + 1, (place + 1) * window.count / count)
      return window[first..<last].reduce(0) { $0 + $1 / Double(last - first) }
    }
  }

  private static func transitions(_ window: [Double], bins: Int, side: Int) -> [Double] {
    let sample = SortedSample(window)
    let borders = (1..<bins).map { sample.quantile(Double($0) / Double(bins)) ?? 0 }
    let places = window.map { value in borders.count { $0 < value } }
    var counts = [Double](repeating: 0, count: bins * bins)
    var totals = [Double](repeating: 0, count: bins)
    for (one, other) in zip(places, places.dropFirst()) {
      counts[one * bins + other] += 1
      totals[one] += 1
    }
    let shares = counts.indices.map { totals[$0 / bins] > 0 ? counts[$0] / totals[$0 / bins] : 0 }
    // The mean over the pairs of numbers behind a pixel, bin by bin of each stretch.
    let size = min(side, window.count)
    let stretches = (0..<size).map { place -> [Double] in
      let (first, last) = (place * window.count / size, (place + 1) * window.count / size)
      var held = [Double](repeating: 0, count: bins)
      for value in places[first..<last] { held[value] += 1 / Double(last - first) }
      return held
    }
    let small = square(size) { i, j in
      var sum = 0.0
      for one in 0..<bins where stretches[i][one] > 0 {
        for other in 0..<bins { sum += stretches[i][one] * stretches[j][other] * shares[one * bins + other] }
      }
      return sum
    }
    return square(side) { i, j in small[i * size / side * size + j * size / side] }
  }

  private static func line(_ window: [Double], side: Int, scale: ClosedRange<Double>) -> [Double] {
    var picture = [Double](repeating: 0, count: side * side)
    let range = scale.upperBound - scale.lowerBound
    func height(_ value: Double) -> Int {
      let share = range > 0 ? (value - scale.lowerBound) / range : 0.5
      return Int(((1 - max(0, min(1, share))) * Double(side - 1)).rounded())
    }
    let heights = window.map(height)
    for x in 0..<side {
      // All numbers under the pixel, and the way to the next ones.
      let first = x * window.count / side
      let last = min(window.count - 1, max(first, (x + 1) * window.count / side))
      let span = heights[first...last]
      guard let top = span.min(), let bottom = span.max() else { continue }
      for y in top...bottom { picture[y * side + x] = 1 }
    }
    return picture
  }
}

/// The first and second derivatives of features over time, by local fits.
///
/// - Input: vectors, one a frame.
/// - Output: each vector with its slope, and its second derivative, beside it.
/// - Complexity: O(*n d*).
/// - Source: Savitzky and Golay, *Smoothing and differentiation of data by simplified least squares procedures*, Analytical Chemistry
///   36, 1964: a line over nine frames for the first, a parabola for the second, as librosa does; the first and last four
///   frames take the fit of the nine at their end.
/// - Differs: shorter sounds use as many frames as there are.
package enum Derivatives {
  private static let reach = 4

  package static func beside(_ values: [Double], width: Int, orders: Int) -> [Double] {
    let frames = width > 0 ? values.count / width : 0
    let parts = [values] + (1...max(1, orders)).prefix(orders).map { of(values, width: width, order: $0) }
    var result: [Double] = []
    result.reserveCapacity(values.count * parts.count)
    for frame in 0..<frames { for part in parts { result += part[frame * width..<(frame + 1) * width] } }
    return result
  }

  /// - Parameter order: 1 or 2.
  package static func of(_ values: [Double], width: Int, order: Int) -> [Double] {
    let frames = width > 0 ? values.count / width : 0
    let reach = min(reach, (frames - 1) / 2)
    var result = [Double](repeating: 0, count: values.count)
    guard reach >= 1 else { return result }
    let offsets = (-reach...reach).map(Double.init)
    let weights: [Double]
    if order == 1 {
      let squares = offsets.reduce(0) { $0 + $1 * $1 }
      weights = offsets.map { $0 / squares }
    } else {
      let mean = offsets.reduce(0) { $0 + $1 * $1 } / Double(offsets.count)
      let squares = offsets.reduce(0) { $0 + ($1 * $1 - mean) * ($1 * $1 - mean) }
      weights = offsets.map { 2 * ($0 * $0 - mean) / squares }
    }
    for frame in 0..<frames {
      let middle = max(reach, min(frames - 1 - reach, frame))
      for feature in 0..<width {
        var sum = 0.0
        for (place, weight) in weights.enumerated() {
          sum += weight * values[(middle - reach + place) * width + feature]
        }
        result[frame * width + feature] = sum
      }
    }
    return result
  }
}

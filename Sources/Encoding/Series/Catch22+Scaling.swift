import Numerics

/// How a window's variation spreads over frequencies and scales.
extension Catch22 {
  /// The power in the lowest fifth of the frequencies, and the frequency below which half of all lies, in radians.
  static func spectrum(_ z: [Double]) -> (area: Double, median: Double) {
    var length = 1
    while length < z.count { length *= 2 }
    let power = FourierTransform(length: length).power(z + [Double](repeating: 0, count: length - z.count))
    let half = length / 2 + 1
    let width = 2 * Double.pi / Double(length)
    // One side: what lies between 0 and half the rate counts twice.
    let density = (0..<half).map { bin in
      power[bin] / Double(z.count) / (2 * .pi) * (bin > 0 && bin < half - 1 ? 2 : 1)
    }
    let area = density.prefix(half / 5).reduce(0, +) * width
    let total = density.reduce(0, +)
    var sum = 0.0
    for (bin, value) in density.enumerated() {
      sum += value
      if sum > total / 2 { return (area, width * Double(bin)) }
    }
    return (area, 0)
  }

  /// Where the growth of fluctuations with the scale changes: the share of scales that the first of two lines takes.
  static func fluctuation(_ z: [Double], lag: Int, isRange: Bool) -> Double {
    let scales = scales(upTo: z.count / 2)
    guard scales.count >= 12 else { return 0 }
    var sum = z[0]
    var walk = [sum]
    for step in 0..<max(0, z.count / lag - 1) {
      sum += z[(step + 1) * lag]
      walk.append(sum)
    }
    let sizes = scales.map { scale -> Double in
      let pieces = walk.count / scale
      var total = 0.0
      for piece in 0..<pieces {
        let residuals = withoutLine(walk[piece * scale..<(piece + 1) * scale])
        if isRange {
          let range = (residuals.max() ?? 0) - (residuals.min() ?? 0)
          total += range * range
        } else {
          total += residuals.reduce(0) { $0 + $1 * $1 }
        }
      }
      return (total / Double(pieces * (isRange ? 1 : scale))).squareRoot()
    }
    return bend(scales.map { logarithm(Double($0)) }, sizes.map { logarithm($0) })
  }

  /// Fifty from 5 on, by equal factors.
  private static func scales(upTo most: Int) -> [Int] {
    guard most >= 5 else { return [] }
    let (low, high) = (logarithm(5), logarithm(Double(most)))
    var scales: [Int] = []
    for step in 0..<50 {
      let scale = Int(exponential(low + Double(step) * (high - low) / 49).rounded())
      if scale != scales.last { scales.append(scale) }
    }
    return scales
  }

  private static func bend(_ x: [Double], _ y: [Double]) -> Double {
    let fewest = 6
    var best: (place: Int, error: Double)?
    for place in fewest...(x.count - fewest) {
      let error =
        distance(x[..<place], y[..<place]) + distance(x[(place - 1)...], y[(place - 1)...])
      if best.map({ error < $0.error }) ?? true { best = (place, error) }
    }
    return Double(best?.place ?? 0) / Double(x.count)
  }

  private static func distance(_ x: ArraySlice<Double>, _ y: ArraySlice<Double>) -> Double {
    let (meanX, meanY) = (Statistics.mean(x), Statistics.mean(y))
    var (xx, xy) = (0.0, 0.0)
    for (one, other) in zip(x, y) {
      xx += (one - meanX) * (one - meanX)
      xy += (one - meanX) * (other - meanY)
    }
    let slope = xx > 0 ? xy / xx : 0
    let squares = zip(x, y).reduce(0.0) { sum, point in
      let gap = point.1 - meanY - slope * (point.0 - meanX)
      return sum + gap * gap
    }
    return squares.squareRoot()
  }

  private static func withoutLine(_ values: ArraySlice<Double>) -> [Double] {
    let middle = Double(values.count - 1) / 2
    let mean = Statistics.mean(values)
    var (xx, xy) = (0.0, 0.0)
    for (place, value) in values.enumerated() {
      let x = Double(place) - middle
      xx += x * x
      xy += x * (value - mean)
    }
    let slope = xx > 0 ? xy / xx : 0
    return values.enumerated().map { place, value in value - mean - slope * (Double(place) - middle) }
  }
}

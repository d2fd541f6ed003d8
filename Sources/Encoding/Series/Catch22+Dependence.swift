import Numerics

/// How the numbers of a window depend on those before them.
extension Catch22 {
  /// Of the numbers without their mean, by the spectrum of twice the length.
  static func autocorrelation(_ values: [Double]) -> [Double] {
    let mean = Statistics.mean(values)
    var length = 8
    while length < 2 * values.count { length *= 2 }
    let padded = values.map { $0 - mean } + [Double](repeating: 0, count: length - values.count)
    let transform = FourierTransform(length: length)
    let spectrum = transform.forward(real: padded, imaginary: [Double](repeating: 0, count: length))
    let power = zip(spectrum.real, spectrum.imaginary).map { $0 * $0 + $1 * $1 }
    let products = transform.forward(real: power, imaginary: [Double](repeating: 0, count: length)).real
    guard let total = products.first, total > 0 else { return values.map { _ in 0 } }
    return products.prefix(values.count).map { $0 / total }
  }

  static func firstZero(_ acf: [Double]) -> Int { acf.firstIndex { !($0 > 0) } ?? acf.count }

  /// Where it falls below 1/e, between lags.
  static func fall(_ acf: [Double]) -> Double {
    let level = exponential(-1)
    for lag in 0..<max(0, acf.count - 2) where acf[lag + 1] < level {
      return Double(lag) + (level - acf[lag]) / (acf[lag + 1] - acf[lag])
    }
    return Double(acf.count)
  }

  static func firstMinimum(_ values: [Double]) -> Double? {
    for lag in 1..<max(1, values.count - 1)
    where values[lag] < values[lag - 1] && values[lag] < values[lag + 1] {
      return Double(lag)
    }
    return nil
  }

  /// The mutual information of numbers two steps apart, over five bins.
  static func histogramInformation(_ z: [Double]) -> Double {
    let (bins, lag, margin) = (5, 2, 0.1)
    let (low, high) = (z.min() ?? 0, z.max() ?? 0)
    let step = (high - low + 2 * margin) / Double(bins)
    let places = z.map { max(0, min(bins - 1, Int(($0 - low + margin) / step))) }
    var joint = [Double](repeating: 0, count: bins * bins)
    for (one, other) in zip(places, places.dropFirst(lag)) {
      joint[one * bins + other] += 1 / Double(z.count - lag)
    }
    let first = (0..<bins).map { one in (0..<bins).reduce(0) { $0 + joint[one * bins + $1] } }
    let second = (0..<bins).map { other in (0..<bins).reduce(0) { $0 + joint[$1 * bins + other] } }
    return joint.indices.reduce(0) { sum, cell in
      joint[cell] > 0
        ? sum + joint[cell] * logarithm(joint[cell] / first[cell / bins] / second[cell % bins]) : sum
    }
  }

  /// The first lag at which numbers tell least about each other, if they were normally distributed.
  static func gaussianInformation(_ z: [Double]) -> Double {
    let most = min(40, (z.count + 1) / 2)
    let information = (1...most).map { lag -> Double in
      let correlation = Statistics.correlation(Array(z.dropLast(lag)), Array(z.dropFirst(lag)))
      return -0.5 * logarithm(1 - correlation * correlation)
    }
    // The first number is that of lag 1.
    return firstMinimum(information).map { $0 + 1 } ?? Double(most)
  }

  /// How far the distances of neighbours in the plane of delays are from an exponential distribution.
  static func embeddingDistance(_ z: [Double], lag: Int) -> Double {
    let lag = min(lag, z.count / 10)
    let count = z.count - lag - 1
    guard count > 1 else { return 0 }
    let distances = (0..<count).map { (place: Int) -> Double in
      let (one, other) = (z[place + 1] - z[place], z[place + lag] - z[place + lag + 1])
      return (one * one + other * other).squareRoot()
    }
    let deviation = Statistics.standardDeviation(distances)
    guard deviation >= 0.001 else { return 0 }
    let range = (distances.max() ?? 0) - (distances.min() ?? 0)
    // The width of bins of Scott, 1979.
    let bins = Int((range / (3.5 * deviation / power(Double(count), 1 / 3))).rounded(.up))
    guard (1...1_000_000).contains(bins) else { return 0 }
    let mean = Statistics.mean(distances)
    let (counts, edges) = histogram(distances, bins: bins)
    return Statistics.mean(
      counts.indices.map { bin in
        let expected = exponential(-(edges[bin] + edges[bin + 1]) / 2 / mean) / mean
        return abs(Double(counts[bin]) / Double(count) - max(0, expected))
      })
  }

  /// The lag of the first peak of the autocovariance that stands out from the trough before, once a slow spline is taken off.
  static func periodicity(_ z: [Double]) -> Double {
    let detrended = withoutSpline(z)
    let most = (z.count + 2) / 3
    let covariance = (1...most).map { lag -> Double in
      let pairs = zip(detrended, detrended.dropFirst(lag))
      return pairs.reduce(0) { $0 + $1.0 * $1.1 } / Double(z.count - lag)
    }
    var trough: Double?
    for place in 1..<max(1, most - 1) {
      let (rise, next) = (
        covariance[place] - covariance[place - 1], covariance[place + 1] - covariance[place]
      )
      if rise < 0, next > 0 { trough = covariance[place] }
      if rise > 0, next < 0, let trough, covariance[place] >= 0, covariance[place] - trough >= 0.01 {
        return Double(place + 1)
      }
    }
    return 0
  }

  /// What is left of the numbers beside the best cubic spline with one knot in the middle.
  private static func withoutSpline(_ z: [Double]) -> [Double] {
    let count = z.count
    let scale = 2 / Double(count - 1)
    let knot = Double(count / 2 - 1) * scale - 1
    let basis = (0..<count).map { place -> [Double] in
      let x = Double(place) * scale - 1
      let beyond = max(0, x - knot)
      // Legendre's polynomials keep the equations well conditioned.
      return [1, x, (3 * x * x - 1) / 2, (5 * x * x - 3) * x / 2, beyond * beyond * beyond]
    }
    var (products, right) = (
      Matrix(rows: 5, columns: 5, repeating: 0), Matrix(rows: 5, columns: 1, repeating: 0)
    )
    for (row, value) in zip(basis, z) {
      for one in 0..<5 {
        right[one, 0] += row[one] * value
        for other in 0..<5 { products[one, other] += row[one] * row[other] }
      }
    }
    guard let solver = Cholesky(products) else { return z }
    let weights = solver.solve(right).values
    return zip(basis, z).map { row, value in value - zip(row, weights).reduce(0) { $0 + $1.0 * $1.1 } }
  }
}

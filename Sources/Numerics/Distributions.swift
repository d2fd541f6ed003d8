/// A continuous probability distribution on the line.
package protocol Distribution: Sendable {
  /// Where the density is not zero; may be infinite.
  var support: ClosedRange<Double> { get }
  var median: Double { get }
  /// P(X ≤ x).
  func cumulative(_ x: Double) -> Double
  /// P(X > x), exact also far out where `cumulative` rounds to 1.
  func survival(_ x: Double) -> Double
  /// The x with P(X ≤ x) = p.
  func quantile(_ p: Double) -> Double
  /// The x with P(X > x) = q, for small q more exact than `quantile(1 - q)`.
  func quantile(ofSurvival q: Double) -> Double
}

extension Distribution {
  package func quantile(ofSurvival q: Double) -> Double {
    if q >= 0.5 { return quantile(1 - q) }
    return solve { survival($0) > q }
  }

  package func quantile(_ p: Double) -> Double {
    if p > 0.5 { return solve { survival($0) > 1 - p } }
    return solve { cumulative($0) < p }
  }

  /// Finds the border between points that lie before the wanted one and points behind it, to the last bit.
  private func solve(isBefore: (Double) -> Bool) -> Double {
    var low = support.lowerBound
    var high = support.upperBound
    if low.isInfinite {
      low = min(median, -1)
      while !isBefore(low), low > -1e300 { low *= 2 }
    }
    if high.isInfinite {
      high = max(median, 1)
      while isBefore(high), high < 1e300 { high *= 2 }
    }
    // Bisection over the magnitudes that occur here; 200 halvings reach the spacing of doubles near any x.
    for _ in 0..<200 {
      let middle = low > 0 && high / low > 4 ? (low * high).squareRoot() : low + (high - low) / 2
      if middle <= low || middle >= high { break }
      if isBefore(middle) { low = middle } else { high = middle }
    }
    return low + (high - low) / 2
  }
}

/// The normal distribution with mean 0 and standard deviation 1.
package struct StandardNormal: Distribution, Equatable {
  package init() {}
  package var support: ClosedRange<Double> { -Double.infinity...Double.infinity }
  package var median: Double { 0 }
  package func density(_ x: Double) -> Double {
    exponential(-x * x / 2) / (2 * Double.pi).squareRoot()
  }
  package func cumulative(_ x: Double) -> Double { complementaryErrorFunction(-x / 2.0.squareRoot()) / 2 }
  package func survival(_ x: Double) -> Double { complementaryErrorFunction(x / 2.0.squareRoot()) / 2 }

  /// Newton steps of third order (Halley) on the cumulative function, from a rough start.
  ///
  /// - Source: start from Abramowitz and Stegun, *Handbook of Mathematical Functions*, 26.2.23 (error below 4.5e-4).
  package func quantile(_ p: Double) -> Double {
    if p.isNaN || p < 0 || p > 1 { return .nan }
    if p > 0.5 { return -quantile(lowerTail: 1 - p) }
    return quantile(lowerTail: p)
  }

  package func quantile(ofSurvival q: Double) -> Double { q > 0.5 ? quantile(1 - q) : -quantile(q) }

  private func quantile(lowerTail p: Double) -> Double {
    if p <= 0 { return -.infinity }
    if p == 0.5 { return 0 }
    let t = (-2 * logarithm(p)).squareRoot()
    let above = 2.515517 + t * (0.802853 + t * 0.010328)
    let below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
    var x = above / below - t
    for _ in 0..<3 {
      let density = density(x)
      if density == 0 { break }
      let step = (cumulative(x) - p) / density
      x -= step / (1 + x * step / 2)
    }
    return x
  }
}

/// The sum of `degrees` squared standard normal values.
package struct ChiSquare: Distribution, Equatable {
  package let degrees: Double
  package init(degrees: Double) { self.degrees = degrees }
  package var support: ClosedRange<Double> { 0...Double.infinity }
  package var median: Double { degrees }
  package func cumulative(_ x: Double) -> Double {
    x <= 0 ? 0 : regularizedGamma(shape: degrees / 2, x / 2).lower
  }
  package func survival(_ x: Double) -> Double {
    x <= 0 ? 1 : regularizedGamma(shape: degrees / 2, x / 2).upper
  }
}

/// The gamma distribution with the given shape and scale.
package struct GammaDistribution: Distribution, Equatable {
  package let shape: Double
  package let scale: Double
  package init(shape: Double, scale: Double) {
    self.shape = shape
    self.scale = scale
  }
  package var support: ClosedRange<Double> { 0...Double.infinity }
  package var median: Double { shape * scale }
  package func cumulative(_ x: Double) -> Double {
    x <= 0 ? 0 : regularizedGamma(shape: shape, x / scale).lower
  }
  package func survival(_ x: Double) -> Double {
    x <= 0 ? 1 : regularizedGamma(shape: shape, x / scale).upper
  }
}

/// The beta distribution on 0...1.
package struct BetaDistribution: Distribution, Equatable {
  package let alpha: Double
  package let beta: Double
  package init(alpha: Double, beta: Double) {
    self.alpha = alpha
    self.beta = beta
  }
  package var support: ClosedRange<Double> { 0...1 }
  package var median: Double { alpha / (alpha + beta) }
  package func cumulative(_ x: Double) -> Double { regularizedBeta(alpha, beta, x) }
  package func survival(_ x: Double) -> Double { regularizedBeta(beta, alpha, 1 - x) }
}

/// Fisher's F: the ratio of two mean squares.
package struct FisherF: Distribution, Equatable {
  package let numerator: Double
  package let denominator: Double
  package init(numerator: Double, denominator: Double) {
    self.numerator = numerator
    self.denominator = denominator
  }
  package var support: ClosedRange<Double> { 0...Double.infinity }
  package var median: Double { 1 }
  package func cumulative(_ x: Double) -> Double {
    if x <= 0 { return 0 }
    return regularizedBeta(
      numerator / 2, denominator / 2, numerator * x / (numerator * x + denominator))
  }
  package func survival(_ x: Double) -> Double {
    if x <= 0 { return 1 }
    return regularizedBeta(
      denominator / 2, numerator / 2, denominator / (numerator * x + denominator))
  }
}

/// Student's t.
package struct StudentT: Distribution, Equatable {
  package let degrees: Double
  package init(degrees: Double) { self.degrees = degrees }
  package var support: ClosedRange<Double> { -Double.infinity...Double.infinity }
  package var median: Double { 0 }
  package func cumulative(_ x: Double) -> Double { survival(-x) }
  package func survival(_ x: Double) -> Double {
    let tail = regularizedBeta(degrees / 2, 0.5, degrees / (degrees + x * x)) / 2
    return x >= 0 ? tail : 1 - tail
  }
}

/// P(a, x) and Q(a, x) = 1 - P(a, x), each exact where it is small.
///
/// - Source: Abramowitz and Stegun, 6.5.29 (series, x < a + 1) and 6.5.31 (continued fraction, evaluated as in
///   Lentz, Applied Optics 1976).
package func regularizedGamma(shape a: Double, _ x: Double) -> (lower: Double, upper: Double) {
  if x <= 0 { return (0, 1) }
  if x.isInfinite { return (1, 0) }
  let front = exponential(a * logarithm(x) - x - logarithmOfGamma(a))
  if x < a + 1 {
    var term = 1 / a
    var sum = term
    var n = a
    for _ in 0..<100_000 {
      n += 1
      term *= x / n
      sum += term
      if term < sum * 1e-17 { break }
    }
    let lower = min(1, front * sum)
    return (lower, 1 - lower)
  }
  var b = x + 1 - a
  var c = 1 / tiny
  var d = 1 / b
  var fraction = d
  for i in 1..<100_000 {
    let numerator = -Double(i) * (Double(i) - a)
    b += 2
    d = 1 / nonzero(numerator * d + b)
    c = nonzero(b + numerator / c)
    let factor = d * c
    fraction *= factor
    if abs(factor - 1) < 1e-16 { break }
  }
  let upper = min(1, front * fraction)
  return (1 - upper, upper)
}

/// I_x(a, b).
///
/// - Source: Abramowitz and Stegun, 26.5.8 (continued fraction, evaluated as in Lentz, Applied Optics 1976).
package func regularizedBeta(_ a: Double, _ b: Double, _ x: Double) -> Double {
  if x <= 0 { return 0 }
  if x >= 1 { return 1 }
  if x > (a + 1) / (a + b + 2) { return 1 - regularizedBeta(swapped: b, a, 1 - x, x) }
  return regularizedBeta(swapped: a, b, x, 1 - x)
}

private func regularizedBeta(swapped a: Double, _ b: Double, _ x: Double, _ rest: Double) -> Double {
  let front = exponential(
    logarithmOfGamma(a + b) - logarithmOfGamma(a) - logarithmOfGamma(b) + a * logarithm(x)
      + b * logarithm(rest))
  var c = 1.0
  var d = 1 / nonzero(1 - (a + b) * x / (a + 1))
  var fraction = d
  for i in 1..<100_000 {
    let m = Double(i)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonzero(1 + even * d)
    c = nonzero(1 + even / c)
    fraction *= d * c
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonzero(1 + odd * d)
    c = nonzero(1 + odd / c)
    let factor = d * c
    fraction *= factor
    if abs(factor - 1) < 1e-16 { break }
  }
  return min(1, front * fraction / a)
}

/// Stands in for a zero denominator in a continued fraction.
private let tiny = 1e-300

private func nonzero(_ x: Double) -> Double { abs(x) < tiny ? tiny : x }

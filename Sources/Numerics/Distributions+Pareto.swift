/// The generalised Pareto distribution of excesses over a high threshold.
///
/// - Source: Pickands, *Statistical inference using extreme order statistics*, Annals of Statistics 1975; the
///   parameters are those of Coles, *An Introduction to Statistical Modeling of Extreme Values*, equation 4.2.
package struct GeneralizedPareto: Distribution, Equatable {
  package let scale: Double
  /// Positive: heavy tail; 0: exponential; negative: bounded.
  package let shape: Double

  package init(scale: Double, shape: Double) {
    self.scale = scale
    self.shape = shape
  }

  package var support: ClosedRange<Double> { 0...(shape < 0 ? -scale / shape : .infinity) }
  package var median: Double { quantile(0.5) }
  package func cumulative(_ x: Double) -> Double { x <= 0 ? 0 : -exponentialMinus1(logSurvival(x)) }
  package func survival(_ x: Double) -> Double { x <= 0 ? 1 : exponential(logSurvival(x)) }
  package func quantile(_ p: Double) -> Double { quantile(logSurvival: logarithm1p(-p)) }
  package func quantile(ofSurvival q: Double) -> Double { quantile(logSurvival: logarithm(q)) }

  private func logSurvival(_ x: Double) -> Double {
    let z = x / scale
    if abs(shape * z) < 1e-12 { return -z }
    return shape * z <= -1 ? -.infinity : -logarithm1p(shape * z) / shape
  }

  private func quantile(logSurvival l: Double) -> Double {
    if abs(shape * l) < 1e-12 { return -scale * l }
    return scale * exponentialMinus1(-shape * l) / shape
  }

  /// The distribution that makes the excesses most likely; nil for fewer than two different positive ones.
  ///
  /// With θ = shape / scale, the best shape for a given θ is the mean of log(1 + θ y), so that one dimension
  /// is left to search (Grimshaw, *Computing maximum likelihood estimates for the generalized Pareto
  /// distribution*, Technometrics 1993, equation 2.3). The search is a grid over log(1 + θ max y) and a golden
  /// section around its best point, which also finds the exponential distribution at θ = 0.
  ///
  /// - Differs: shapes below -1 are left out, because there the likelihood has no bound; Grimshaw looks for
  ///   roots of the derivative instead of the maximum itself.
  package init?(fitting excesses: [Double]) {
    let largest = excesses.max() ?? 0
    guard excesses.count >= 2, largest > 0, largest.isFinite, excesses.allSatisfy({ $0 >= 0 }),
      excesses.contains(where: { $0 != largest })
    else { return nil }
    let profile = ParetoProfile(relative: excesses.map { $0 / largest })
    let step = 0.25
    var best = 0.0
    var bestValue = profile.value(at: 0)
    for position in -64...64 {
      let value = profile.value(at: Double(position) * step)
      if value > bestValue {
        best = Double(position) * step
        bestValue = value
      }
    }
    let found = profile.maximum(in: best - step...best + step)
    let peak = profile.value(at: found) >= bestValue ? found : best
    let (scale, shape) = profile.parameters(at: peak)
    self.init(scale: scale * largest, shape: shape)
  }
}

/// The likelihood of excesses (relative to the largest) along the curve of best shapes.
private struct ParetoProfile {
  let relative: [Double]

  func parameters(at s: Double) -> (scale: Double, shape: Double) {
    let theta = exponentialMinus1(s)
    if abs(theta) < 1e-9 { return (Statistics.mean(relative), 0) }
    let shape = relative.reduce(0) { $0 + logarithm1p(theta * $1) } / Double(relative.count)
    return (shape / theta, shape)
  }

  /// The mean log-likelihood up to a constant.
  func value(at s: Double) -> Double {
    let (scale, shape) = parameters(at: s)
    if shape < -1 || !(scale > 0) { return -.infinity }
    return -logarithm(scale) - shape
  }

  func maximum(in bounds: ClosedRange<Double>) -> Double {
    let golden = (5.0.squareRoot() - 1) / 2
    var low = bounds.lowerBound
    var high = bounds.upperBound
    var inner = (high - golden * (high - low), low + golden * (high - low))
    var values = (value(at: inner.0), value(at: inner.1))
    for _ in 0..<60 {
      if values.0 >= values.1 {
        high = inner.1
        inner = (high - golden * (high - low), inner.0)
        values = (value(at: inner.0), values.0)
      } else {
        low = inner.0
        inner = (inner.1, low + golden * (high - low))
        values = (values.1, value(at: inner.1))
      }
    }
    return (low + high) / 2
  }
}

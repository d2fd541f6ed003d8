import Numerics

/// Sums −2 ln *p*: many small hints add up.
///
/// - Output: −log10 of the combined p-value.
/// - Source: Fisher, *Statistical methods for research workers*, 1932, section 21.1: the sum is χ² with 2*M* degrees of
///   freedom if the modalities are independent.
/// - Differs: where modalities depend on each other the p-value is too small; `BrownRule` mends that.
package struct FisherRule: PlainCombination {
  package static let name = "fisher"
  package let scale = ScoreScale.tail
  package let meaning = "−2 ln p of the modality"
  package init() {}

  package func combine(_ values: [Double]) -> Combined {
    let parts = values.map { -2 * logarithm(max($0, smallestTail)) }
    let p = ChiSquare(degrees: Double(2 * values.count)).survival(ascendingSum(parts))
    return Combined(surprise(p), shares: parts)
  }
}

/// Fisher's sum, set against the spread that dependent modalities really give it.
///
/// - Output: −log10 of the combined p-value.
/// - Source: Brown, *A method for combining non-independent, one-sided tests of significance*, Biometrics 1975,
///   equations 4 and 5: the sum over *c* is χ² with *k* degrees, *c* = var / (2E), *k* = 2E² / var.
/// - Differs: the covariances are measured on the reference rows, as in Poole et al., *Combining dependent p-values with
///   an empirical adaptation of Brown's method*, Bioinformatics 2016; a negative one counts as 0.
package struct BrownRule: CombinationRule {
  package static let name = "brown"
  package let scale = ScoreScale.tail
  package let meaning = "−2 ln p of the modality"
  package init() {}

  package func fitted(reference: [[Double]], unlabelled: [[Double]]) -> any FittedCombination {
    Model(
      covariance: PairStatistics(reference) { -2 * logarithm(max($0, smallestTail)) }.covariance)
  }

  struct Model: FittedCombination {
    let covariance: [[Double]]

    func combine(_ values: [Double], parts: [Int]) -> Combined {
      let terms = values.map { -2 * logarithm(max($0, smallestTail)) }
      let mean = Double(2 * values.count)
      var pairs: [Double] = []
      for (place, a) in parts.enumerated() {
        for b in parts.dropFirst(place + 1) { pairs.append(max(0, covariance[a][b])) }
      }
      let variance = 2 * mean + 2 * ascendingSum(pairs.sorted())
      let scale = variance / (2 * mean)
      let p = ChiSquare(degrees: 2 * mean * mean / variance).survival(ascendingSum(terms) / scale)
      return Combined(surprise(p), shares: terms)
    }
  }
}

/// Adds the normal deviates of the p-values.
///
/// - Output: the combined deviate Z; `p` = 1 − Φ(Z).
/// - Source: Stouffer et al., *The American soldier*, 1949, with the correction for correlated deviates of Strube,
///   *Combining and comparing significance levels from nonindependent hypothesis tests*, Psychological Bulletin 1985:
///   Σ z / √(1ᵀ R 1).
/// - Differs: R is measured on the reference rows; without `correlated` it is the identity.
package struct StoufferRule: CombinationRule {
  package static let name = "stouffer"
  package let scale = ScoreScale.tail
  package let meaning = "normal deviate of the modality over the common scale; the shares add up to the score"
  package let correlated: Bool
  package init(correlated: Bool = true) { self.correlated = correlated }

  package func fitted(reference: [[Double]], unlabelled: [[Double]]) -> any FittedCombination {
    Model(correlation: correlated ? PairStatistics(reference, Self.deviate).correlation : nil)
  }

  static func deviate(_ p: Double) -> Double {
    StandardNormal().quantile(ofSurvival: min(max(p, smallestTail), 1 - 0x1p-53))
  }

  struct Model: FittedCombination {
    let correlation: [[Double]]?

    func combine(_ values: [Double], parts: [Int]) -> Combined {
      let terms = values.map(StoufferRule.deviate)
      var variance = Double(values.count)
      if let correlation {
        var pairs: [Double] = []
        for (place, a) in parts.enumerated() {
          for b in parts.dropFirst(place + 1) { pairs.append(max(0, correlation[a][b])) }
        }
        variance += 2 * ascendingSum(pairs.sorted())
      }
      let shares = terms.map { $0 / variance.squareRoot() }
      // Deviates fall where p-values rise.
      return Combined(ascendingSum(shares.reversed()), shares: shares)
    }
  }
}

/// Averages tangents of p-values, which dependence between modalities hardly disturbs.
///
/// - Output: −log10 of the combined p-value.
/// - Source: Liu and Xie, *Cauchy combination test*, Journal of the American Statistical Association 2020, equation 1:
///   T = mean tan((½ − p) π), p = ½ − arctan(T) / π.
package struct CauchyRule: PlainCombination {
  package static let name = "cauchy"
  package let scale = ScoreScale.tail
  package let meaning = "tangent of the modality over their number"
  package init() {}

  package func combine(_ values: [Double]) -> Combined {
    let count = Double(values.count)
    let shares = values.map { Self.tangent($0) / count }
    return Combined(surprise(Self.tail(ascendingSum(shares.reversed()))), shares: shares)
  }

  /// tan((½ − p) π) = cot(p π), for small p without cancellation.
  static func tangent(_ p: Double) -> Double {
    let p = min(max(p, smallestTail), 1 - 0x1p-53)
    return cosine(p * .pi) / sine(p * .pi)
  }

  static func tail(_ t: Double) -> Double {
    t > 0 ? arcTangent(1 / t) / .pi : 0.5 - arcTangent(t) / .pi
  }
}

/// Believes the smallest p-value, corrected for how many there are.
///
/// - Output: −log10 of the combined p-value.
/// - Source: Tippett, *The methods of statistics*, 1931: 1 − (1 − min p)^M.
package struct TippettRule: PlainCombination {
  package static let name = "tippett"
  package let scale = ScoreScale.tail
  package let meaning = "−log10 p of the modality that decided"
  package init() {}

  package func combine(_ values: [Double]) -> Combined {
    let smallest = max(values.first ?? 1, smallestTail)
    let p = -exponentialMinus1(Double(values.count) * logarithm1p(-min(smallest, 1 - 0x1p-53)))
    return Combined(
      surprise(p), shares: values.indices.map { $0 == 0 ? surprise(smallest) : 0 })
  }
}

/// Believes the most surprising of: one very small p-value, two small ones, three…
///
/// - Output: −log10 of the combined p-value.
/// - Source: Simes, *An improved Bonferroni procedure for multiple tests of significance*, Biometrika 1986:
///   min over *i* of M p₍ᵢ₎ / *i*.
package struct SimesRule: PlainCombination {
  package static let name = "simes"
  package let scale = ScoreScale.tail
  package let meaning = "−log10 p of the modality"
  package init() {}

  package func combine(_ values: [Double]) -> Combined {
    let count = Double(values.count)
    let p = values.enumerated().map { count * $1 / Double($0 + 1) }.min() ?? 1
    return Combined(surprise(p), shares: values.map(surprise))
  }
}

/// The harmonic mean of the p-values.
///
/// - Output: −log10 of the mean; not exactly a p-value, close to one where it is small.
/// - Source: Wilson, *The harmonic mean p-value for combining dependent tests*, PNAS 2019, equation 1.
package struct HarmonicRule: PlainCombination {
  package static let name = "harmonic"
  package let scale = ScoreScale.tail
  package let meaning = "1 / p of the modality over their sum"
  package init() {}

  package func combine(_ values: [Double]) -> Combined {
    let inverse = values.map { 1 / max($0, smallestTail) }
    let total = ascendingSum(inverse.reversed())
    return Combined(surprise(Double(values.count) / total), shares: inverse.map { $0 / total })
  }
}

/// The sum of numbers that come in ascending order.
func ascendingSum(_ values: some Sequence<Double>) -> Double { values.reduce(0, +) }

/// Covariances between modalities over the rows in which both are present.
struct PairStatistics {
  let covariance: [[Double]]
  let correlation: [[Double]]

  init(_ rows: [[Double]], _ transform: (Double) -> Double) {
    let count = rows.first?.count ?? 0
    let columns = (0..<count).map { part in rows.map { $0[part].isNaN ? .nan : transform($0[part]) } }
    var covariance = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    var correlation = covariance
    for a in 0..<count {
      for b in a..<count {
        let both = rows.indices.filter { !columns[a][$0].isNaN && !columns[b][$0].isNaN }
        if both.count < 2 { continue }
        let (x, y) = (both.map { columns[a][$0] }, both.map { columns[b][$0] })
        let (meanX, meanY) = (Statistics.mean(x), Statistics.mean(y))
        let shared =
          zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / Double(both.count - 1)
        let spread = Statistics.standardDeviation(x) * Statistics.standardDeviation(y)
        covariance[a][b] = shared
        covariance[b][a] = shared
        correlation[a][b] = spread > 0 ? min(max(shared / spread, -1), 1) : 0
        correlation[b][a] = correlation[a][b]
      }
    }
    self.covariance = covariance
    self.correlation = correlation
  }
}

import Numerics

/// Weighs each modality by how well it agrees with what the others have in common.
///
/// If modalities err independently, the covariance of their percentiles over unlabelled rows is, beside its diagonal, of
/// rank one, and its leading eigenvector is proportional to how good each of them is. So they can be ranked without a
/// label.
///
/// - Output: the weighted mean of percentiles, 0...1.
/// - Source: Parisi, Strino, Nadler and Kluger, *Ranking and combining multiple predictors without labeled data*, PNAS
///   2014, equations 4 and 9.
/// - Differs: percentiles instead of ±1 predictions; negative entries count as 0; below three modalities, where the
///   vector is not determined, all weigh the same. Looks at all rows that are scored, never at labels.
package struct SpectralRule: CombinationRule {
  package static let name = "spectral"
  package let scale = ScoreScale.tail
  package let meaning = "weight of the modality times its percentile; the shares add up to the score"
  package init() {}

  package func fitted(reference: [[Double]], unlabelled: [[Double]]) -> any FittedCombination {
    WeightedMean(weights: Self.weights(PairStatistics(unlabelled) { 1 - $0 }.covariance))
  }

  /// The leading eigenvector of the covariance with the diagonal that a rank of one would have.
  static func weights(_ covariance: [[Double]]) -> [Double] {
    let count = covariance.count
    if count < 3 { return [Double](repeating: 1, count: count) }
    var matrix = Matrix(rows: count, columns: count, values: covariance.flatMap(\.self))
    for _ in 0..<iterations {
      guard let eigen = SymmetricEigen(matrix) else { break }
      for part in 0..<count {
        matrix[part, part] = max(0, eigen.values[0]) * eigen.vectors[part, 0] * eigen.vectors[part, 0]
      }
    }
    guard let eigen = SymmetricEigen(matrix) else { return [Double](repeating: 1, count: count) }
    let leading = (0..<count).map { eigen.vectors[$0, 0] }
    let sign = leading.reduce(0, +) < 0 ? -1.0 : 1.0
    let weights = leading.map { max(0, sign * $0) }
    return weights.contains { $0 > 0 } ? weights : [Double](repeating: 1, count: count)
  }

  private static let iterations = 30
}

/// Weighs each modality by how far its scores of unlabelled rows leave those of the reference rows.
///
/// The share of rows that are not normal as one modality sees them is 1 − π₀, where π₀ is estimated from the p-values
/// above ½: normal rows alone fill that half evenly. A modality of noise finds nothing and gets no weight, so that
/// it cannot hide what another one sees.
///
/// - Output: the sum of weight times −ln *p* over the sum of weights.
/// - Source: Storey, *A direct approach to false discovery rates*, Journal of the Royal Statistical Society B 2002,
///   equation 6 with λ = ½.
/// - Differs: used as a weight of modalities, which is ours; the weight is at least 0.02. Looks at all rows that are
///   scored, never at labels, so a drift of a whole modality counts as a finding.
package struct ReliabilityRule: CombinationRule {
  package static let name = "reliability"
  package let scale = ScoreScale.tail
  package let meaning = "weight of the modality times −ln p; the shares add up to the score"
  package init() {}

  private static let floor = 0.02

  package func fitted(reference: [[Double]], unlabelled: [[Double]]) -> any FittedCombination {
    let count = unlabelled.first?.count ?? 0
    let weights = (0..<count).map { part in
      let tails = unlabelled.map { $0[part] }.filter { !$0.isNaN }
      let normal = 2 * Double(tails.count { $0 > 0.5 }) / Double(max(1, tails.count))
      return max(Self.floor, 1 - normal)
    }
    return WeightedMean(weights: weights, isLogarithmic: true)
  }
}

/// Scores by the direction in which a linear one-class machine separates scores from nothing.
///
/// Minimises ½‖w‖² − ρ + 1/(ν n) Σ max(0, ρ − w·x) over the deviations of the reference rows by averaged subgradient
/// steps in a fixed order; the score is w·x.
///
/// - Output: w·x over the sum of w; robust deviations.
/// - Source: Schölkopf et al., *Estimating the support of a high-dimensional distribution*, Neural Computation 2001,
///   equation 3, as a gate over modalities as in Wang et al., *Multimodal industrial anomaly detection via hybrid fusion*
///   (M3DM), CVPR 2023, section 3.4.
/// - Differs: x are deviations shifted so that the smallest reference one is 0, because the paper's distances are never
///   negative; w is kept non-negative, so that a rising score never lowers the result.
package struct OneClassRule: CombinationRule {
  package static let name = "ocsvm"
  package let scale = ScoreScale.deviation
  package let meaning = "weight of the modality times its deviation; the shares add up to the score"
  /// The share of reference rows that may lie on the wrong side.
  package let nu: Double

  package init(nu: Double = 0.5) { self.nu = nu }

  private static let passes = 60

  package func fitted(reference: [[Double]], unlabelled: [[Double]]) -> any FittedCombination {
    let count = reference.first?.count ?? 0
    let complete = reference.filter { row in !row.contains { $0.isNaN } }
    let low = (0..<count).map { part in complete.map { $0[part] }.min() ?? 0 }
    let rows = complete.map { row in (0..<count).map { min(row[$0] - low[$0], Self.farthest) } }
    var weights = [Double](repeating: 1, count: count)
    var sum = [Double](repeating: 0, count: count)
    var offset = 0.0
    for pass in 0..<(rows.isEmpty ? 0 : Self.passes) {
      let rate = 1 / Double(pass + 2)
      var inside = 0.0
      var slope = weights
      for row in rows {
        let margin = zip(weights, row).reduce(0) { $0 + $1.0 * $1.1 }
        if margin >= offset { continue }
        inside += 1
        for part in 0..<count { slope[part] -= row[part] / (nu * Double(rows.count)) }
      }
      for part in 0..<count { weights[part] = max(0, weights[part] - rate * slope[part]) }
      offset -= rate * (inside / (nu * Double(rows.count)) - 1)
      for part in 0..<count { sum[part] += weights[part] }
    }
    return WeightedMean(weights: sum.contains { $0 > 0 } ? sum : weights, isTail: false)
  }

  private static let farthest = 1e6
}

/// Σ w x / Σ w over the modalities present.
struct WeightedMean: FittedCombination {
  let weights: [Double]
  /// Of −ln p, where values are p-values; of 1 − p or deviations otherwise.
  var isLogarithmic = false
  var isTail = true

  func combine(_ values: [Double], parts: [Int]) -> Combined {
    let total = ascendingSum(parts.map { weights[$0] }.sorted())
    let weight = { (part: Int) in total > 0 ? weights[part] / total : 1 / Double(parts.count) }
    let shares = zip(values, parts).map { value, part in
      weight(part) * transformed(value)
    }
    return Combined(ascendingSum(shares.sorted()), shares: shares)
  }

  private func transformed(_ value: Double) -> Double {
    if !isTail { return value }
    return isLogarithmic ? -logarithm(max(value, smallestTail)) : 1 - value
  }
}

import Numerics

/// Combines what each modality believes, and keeps what nobody knows apart from what contradicts.
///
/// A modality with p-value *p* has evidence −ln *p* for an anomaly and −ln(1 − *p*) against it; on normal rows both have
/// mean 1. Belief is evidence over S = Σ evidence + 2, and 2 / S stays unknown.
///
/// - Output: belief in an anomaly plus half of the unknown, 0...1; the conflict of the last combination as `conflict`.
/// - Source: Dempster's rule for subjective opinions as in Han et al., *Trusted multi-view classification*, ICLR 2021,
///   definition 4 and equations 2 and 3.
/// - Differs: evidence comes from tails of scores instead of a trained network, because there are no labels.
package struct DempsterShaferRule: PlainCombination {
  package static let name = "dempster"
  package let scale = ScoreScale.tail
  package let meaning = "belief in an anomaly minus belief against it"
  package init() {}

  struct Opinion: Equatable {
    var anomalous: Double
    var normal: Double
    var unknown: Double

    init(anomalous: Double, normal: Double, unknown: Double) {
      self.anomalous = anomalous
      self.normal = normal
      self.unknown = unknown
    }

    /// Two classes, so that the base of all evidence is 2.
    init(evidence anomalous: Double, against normal: Double) {
      let total = anomalous + normal + 2
      self.init(anomalous: anomalous / total, normal: normal / total, unknown: 2 / total)
    }

    /// - Returns: the joint opinion and the mass that the two put on opposite claims.
    func combined(with other: Opinion) -> (opinion: Opinion, conflict: Double) {
      let conflict = anomalous * other.normal + normal * other.anomalous
      let rest = 1 - conflict
      return (
        Opinion(
          anomalous: (anomalous * other.anomalous + anomalous * other.unknown + unknown * other.anomalous)
            / rest,
          normal: (normal * other.normal + normal * other.unknown + unknown * other.normal) / rest,
          unknown: unknown * other.unknown / rest), conflict
      )
    }
  }

  package func combine(_ values: [Double]) -> Combined {
    let opinions = values.map { p in
      Opinion(
        evidence: -logarithm(max(p, smallestTail)), against: -logarithm1p(-min(p, 1 - 0x1p-53)))
    }
    var joint = Opinion(anomalous: 0, normal: 0, unknown: 1)
    var agreement = 1.0
    for opinion in opinions {
      let (next, conflict) = joint.combined(with: opinion)
      joint = next
      agreement *= 1 - conflict
    }
    return Combined(
      joint.anomalous + joint.unknown / 2, shares: opinions.map { $0.anomalous - $0.normal },
      conflict: 1 - agreement)
  }
}

/// An anomaly is missed only if every modality that speaks misses it.
///
/// - Output: 1 − Π (1 − *r* (1 − *p*)^*sharpness*), as −log10 of the product, so that high scores stay apart.
/// - Source: Pearl, *Probabilistic reasoning in intelligent systems*, 1988, section 4.3.2.
/// - Differs: a percentile is not a probability of a fault: half of all normal rows lie above the median. It is raised
///   to a power first, so that only the upper end speaks.
package struct NoisyOrRule: PlainCombination {
  package static let name = "noisy-or"
  package let scale = ScoreScale.tail
  package let meaning = "−log10 of the chance that the modality misses it"
  package let reliability: Double
  private static let sharpness = 8.0

  package init(reliability: Double = 0.99) { self.reliability = reliability }

  package func combine(_ values: [Double]) -> Combined {
    let shares = values.map { p in
      -logarithm10(
        max(smallestTail, 1 - reliability * power(1 - min(max(p, 0), 1), Self.sharpness)))
    }
    return Combined(ascendingSum(shares.reversed()), shares: shares)
  }
}

/// Counts the modalities that lie in their own upper tail.
///
/// - Output: the share of present modalities that vote for an anomaly, plus less than one vote by which ties order: the
///   mean percentile over their number.
/// - Source: Lam and Suen, *Application of majority voting to pattern recognition*, IEEE Transactions on Systems, Man and
///   Cybernetics 1997.
package struct VoteRule: PlainCombination {
  package static let name = "vote"
  package let scale = ScoreScale.tail
  package let meaning = "1 for a vote"
  /// A p-value at most this is a vote.
  package let level: Double

  package init(level: Double = 0.05) { self.level = level }

  package func combine(_ values: [Double]) -> Combined {
    let votes = values.map { $0 <= level ? 1.0 : 0 }
    let count = Double(values.count)
    let percentile = ascendingSum(values.reversed().map { 1 - $0 }) / count
    return Combined((ascendingSum(votes) + percentile / 2) / (count + 0.5), shares: votes)
  }
}

/// Trusts the modality that is most certain of itself, right now.
///
/// - Output: `hard`: 1 − p of the most confident modality; `soft`: mean of 1 − p weighted by confidence |1 − 2p|; 0...1.
/// - Source: after Willibald, Sliwowski and Lee, *Multimodal anomaly detection with a mixture-of-experts*, 2025: the most
///   reliable expert decides at each instant.
/// - Differs: the paper's confidence comes from its experts; here it is how far the percentile is from the middle.
package struct ExpertRule: PlainCombination {
  package static let name = "experts"
  package let scale = ScoreScale.tail
  package let meaning = "weight of the modality times 1 − p"
  package let isHard: Bool

  package init(isHard: Bool = false) { self.isHard = isHard }

  package func combine(_ values: [Double]) -> Combined {
    let confidence = values.map { abs(1 - 2 * $0) }
    var weights = confidence
    if isHard {
      let best = confidence.indices.max { confidence[$0] < confidence[$1] } ?? 0
      weights = confidence.indices.map { $0 == best ? 1 : 0 }
    }
    let total = ascendingSum(weights.sorted())
    if total <= 0 { return Combined(0.5, shares: values.map { _ in 0.5 / Double(values.count) }) }
    let shares = zip(values, weights).map { (1 - $0) * $1 / total }
    return Combined(ascendingSum(shares.sorted()), shares: shares)
  }
}

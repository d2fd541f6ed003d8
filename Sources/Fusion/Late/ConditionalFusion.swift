import Numerics
import Values

/// Weighs modalities by how steady each of them is under the conditions of a row: experts with a reliability by condition.
///
/// Reference rows are divided by their condition. Under condition *c* a modality's scores have the location μ and the scale σ of
/// the reference rows there; it says (s − μ) / σ and weighs 1 / σ, in units of its scale where it is steadiest. A camera
/// that scatters at night is believed less at night, and an ordinary night is no finding.
///
/// - Input: scores on the same rows, and a condition a row (nil if it is not known).
/// - Output: Σ w u / √Σ w² over the modalities present, of unit variance under each condition where they are independent.
/// - Complexity: O(*m n* log *n*).
/// - Source: inverse variances as in Hartung, Knapp and Sinha, *Statistical meta-analysis*, 2008, section 4.1; reliability by
///   condition as in a mixture of experts (Jacobs et al., *Adaptive mixtures of local experts*, Neural Computation 1991) whose gate
///   sees the condition.
/// - Differs: the gate is measured on normal rows instead of trained on labels. A condition with few reference rows counts as all.
package struct ConditionalFusion: Sendable {
  package let fewest: Int
  package let contribution: LateFusion.Contribution

  package init(fewest: Int = 10, contribution: LateFusion.Contribution = .share) {
    self.fewest = fewest
    self.contribution = contribution
  }

  /// Location and scale of a modality under each condition; the last one is that of all.
  private struct Expert {
    var locations: [Double]
    var scales: [Double]
    /// The scale under the condition where it is steadiest.
    var best: Double

    func deviate(_ score: Double, under condition: Int) -> Double {
      min(max((score - locations[condition]) / scales[condition], -1e150), 1e150)
    }
    func weight(under condition: Int) -> Double { best / scales[condition] }
  }

  /// A condition under which a modality hardly varies does not make it infinitely sure.
  private static let leastScale = 0.01

  package struct Outcome: Sendable, Equatable {
    package let fused: LateFusion.Fused
    /// By condition, then by modality; they add up to 1.
    package let weights: [[Double]]
    /// Reference rows of the least known modality, by condition.
    package let references: [Int]
  }

  package func fuse(
    _ parts: [LateFusion.Part], heard: [LateFusion.Part]? = nil, conditions: [Int?], count: Int
  ) throws(FusionError) -> Outcome {
    let index = try LateFusion.commonIndex(of: parts)
    var experts: [Expert] = []
    var references = [Int](repeating: .max, count: count)
    var rankings: [ScoreCalibration] = []
    for part in parts {
      let rows = LateFusion.calibrationRows(of: part, index: index)
      if rows.isEmpty { throw .noFitRows(name: part.name) }
      let all = Scaling.Method.robust.locationAndScale(of: rows.map { part.scores.values[$0] })
      let usual = all.scale > 0 ? all.scale : 1
      var expert = Expert(
        locations: [Double](repeating: all.location, count: count + 1),
        scales: [Double](repeating: usual, count: count + 1), best: usual)
      for condition in 0..<count {
        let own = rows.filter { conditions[$0] == condition }.map { part.scores.values[$0] }
        references[condition] = min(references[condition], own.count)
        if own.count < fewest { continue }
        let here = Scaling.Method.robust.locationAndScale(of: own)
        expert.locations[condition] = here.location
        expert.scales[condition] = max(here.scale, Self.leastScale * usual)
      }
      let known = (0..<count).filter { condition in
        rows.count { conditions[$0] == condition } >= fewest
      }
      expert.best = known.map { expert.scales[$0] }.min() ?? usual
      experts.append(expert)
      rankings.append(ScoreCalibration(.ecdf, reference: rows.map { part.scores.values[$0] }))
    }
    return Outcome(
      fused: combined(heard ?? parts, experts, rankings, conditions.map { $0 ?? count }, index: index),
      weights: (0..<count).map { condition in
        let squares = experts.map { $0.weight(under: condition) * $0.weight(under: condition) }
        return squares.map { $0 / squares.reduce(0, +) }
      }, references: references)
  }

  private func combined(
    _ parts: [LateFusion.Part], _ experts: [Expert], _ rankings: [ScoreCalibration], _ conditions: [Int],
    index: Index
  ) -> LateFusion.Fused {
    var values = [Double](repeating: 0, count: index.count)
    var conflict = values
    var shares = Matrix(rows: index.count, columns: parts.count)
    let isPresent = parts.map { part in Mask((0..<index.count).map(part.isPresent)) }
    var presence = Mask(count: index.count)
    for row in 0..<index.count {
      let present = parts.indices.filter { isPresent[$0][row] }
      if present.isEmpty { continue }
      presence[row] = true
      let condition = conditions[row]
      let terms = present.map { part -> (part: Int, said: Double, weight: Double) in
        let weight = experts[part].weight(under: condition)
        return (
          part, weight * experts[part].deviate(parts[part].scores.values[row], under: condition), weight
        )
      }
      values[row] = Self.sum(terms.map { ($0.said, $0.weight) })
      let length = terms.map { $0.weight * $0.weight }.sorted().reduce(0, +).squareRoot()
      for term in terms {
        shares[row, term.part] =
          contribution == .share
          ? term.said / length
          : values[row] - Self.sum(terms.filter { $0.part != term.part }.map { ($0.said, $0.weight) })
      }
      let ranks = present.map { rankings[$0].apply(parts[$0].scores.values[row]) }
      conflict[row] = (ranks.max() ?? 0) - (ranks.min() ?? 0)
    }
    let names = parts.map(\.name)
    return LateFusion.Fused(
      scores: Scores(
        index: index, values: values, method: "fuse conditions", presence: presence,
        fitted: LateFusion.union(parts.compactMap(\.scores.fitted), count: index.count),
        contributions: Contributions(
          matrix: shares, features: names,
          blocks: names.enumerated().map { Block(name: $1, columns: $0..<$0 + 1) },
          meaning: contribution == .share
            ? "weighted deviation of the modality; the shares add up to the score"
            : LateFusion.Contribution.leftOutMeaning),
        voices: Voices(modalities: names, presence: isPresent, conflict: conflict)),
      conflict: conflict)
  }

  /// Σ w u / √Σ w², in ascending order, so that the order of the modalities changes no bit; 0 for none.
  private static func sum(_ terms: [(said: Double, weight: Double)]) -> Double {
    let length = terms.map { $0.weight * $0.weight }.sorted().reduce(0, +).squareRoot()
    return length > 0 ? terms.map(\.said).sorted().reduce(0, +) / length : 0
  }
}

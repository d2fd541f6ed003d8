package import Numerics
import Values

/// Combines scores of several modalities by a rule of evidence: p-values, belief, votes, learned weights.
///
/// Each modality's scores are brought to the scale that the rule asks for, on its calibrate rows, else its fit rows, else
/// all. A row is combined from the modalities present in it alone. A value that is stale speaks less: its p-value
/// moves towards 1/2 (a deviation towards 0) as exp(−age / decay).
///
/// - Input: scores on the same rows; higher is more anomalous.
/// - Output: see each rule; shares a modality; conflict a row.
/// - Complexity: O(*m n* log *n*) for *m* modalities.
/// - Source: conformal p-values as in Laxhammar and Falkman, *Conformal prediction for distribution-independent
///   anomaly detection*, 2010; see each rule for its own.
/// - Differs: a p-value below the smallest of the reference, 1 / (*n* + 1), goes on falling with the distance from the
///   highest reference score, so that the most anomalous rows keep their order. It is no longer a probability there.
package struct EvidenceFusion: Sendable {
  package let rule: any CombinationRule
  /// Seconds after which a stale value counts a third (1/e); nil if age does not matter.
  package let decay: Double?

  package init(_ rule: any CombinationRule, decay: Double? = nil) {
    self.rule = rule
    self.decay = decay
  }

  package func fuse(_ parts: [LateFusion.Part], work: Work) throws(FusionError) -> LateFusion.Fused {
    let index = try LateFusion.commonIndex(of: parts)
    var columns: [[Double]] = []
    var percentiles: [[Double]] = []
    var reference = Mask(count: index.count)
    for part in parts {
      let rows = LateFusion.calibrationRows(of: part, index: index)
      if rows.isEmpty { throw .noFitRows(name: part.name) }
      for row in rows { reference[row] = true }
      let scores = rows.map { part.scores.values[$0] }
      let share = try Self.apply(ScoreCalibration(.ecdf, reference: scores), to: part, work: work)
      percentiles.append(share)
      let scaled =
        rule.scale == .tail
        ? share.map { 1 - $0 }
        : try Self.apply(ScoreCalibration(.robust, reference: scores), to: part, work: work)
      columns.append(aged(scaled, staleness: part.staleness))
    }
    let rows = (0..<index.count).map { row in
      parts.indices.map { parts[$0].isPresent(row) ? columns[$0][row] : Double.nan }
    }
    let model = rule.fitted(
      reference: rows.indices.filter { reference[$0] }.map { rows[$0] }, unlabelled: rows)
    return try combined(rows, by: model, parts: parts, percentiles: percentiles, index: index, work: work)
  }

  private static func apply(
    _ calibration: ScoreCalibration, to part: LateFusion.Part, work: Work
  ) throws(FusionError) -> [Double] {
    try orCancelled { () throws(Cancelled) in
      try work.fill(part.scores.values.count, size: 4096, stage: "calibrating") { range, target in
        for row in range {
          target[row - range.lowerBound] = calibration.apply(part.scores.values[row])
        }
      }
    }
  }

  /// What an old value is still worth.
  private func aged(_ values: [Double], staleness: [Float]?) -> [Double] {
    guard let decay, let staleness else { return values }
    let neutral = rule.scale == .tail ? 0.5 : 0
    return zip(values, staleness).map { value, age in
      age > 0 ? neutral + (value - neutral) * exponential(-Double(age) / decay) : value
    }
  }

  private func combined(
    _ rows: [[Double]], by model: any FittedCombination, parts: [LateFusion.Part], percentiles: [[Double]],
    index: Index, work: Work
  ) throws(FusionError) -> LateFusion.Fused {
    let count = parts.count
    // A row holds its value, its conflict and its shares.
    let stride = 2 + count
    let cells = try orCancelled { () throws(Cancelled) in
      try work.fill(rows.count, stride: stride, size: 2048, stage: "combining") { range, target in
        for row in range {
          let base = (row - range.lowerBound) * stride
          let present = (0..<count).filter { !rows[row][$0].isNaN }.sorted { rows[row][$0] < rows[row][$1] }
          if present.isEmpty { continue }
          let outcome = model.combine(present.map { rows[row][$0] }, parts: present)
          target[base] = outcome.value
          let ranks = present.map { percentiles[$0][row] }
          target[base + 1] = outcome.conflict ?? (ranks.max() ?? 0) - (ranks.min() ?? 0)
          for (place, part) in present.enumerated() { target[base + 2 + part] = outcome.shares[place] }
        }
      }
    }
    var presence = Mask(count: rows.count)
    for row in rows.indices where rows[row].contains(where: { !$0.isNaN }) { presence[row] = true }
    let names = parts.map(\.name)
    let contributions = Contributions(
      matrix: Matrix(
        rows: rows.count, columns: count,
        values: (0..<rows.count * count).map { cells[$0 / count * stride + 2 + $0 % count] }),
      features: names, blocks: names.enumerated().map { Block(name: $1, columns: $0..<$0 + 1) },
      meaning: rule.meaning)
    return LateFusion.Fused(
      scores: Scores(
        index: index, values: rows.indices.map { cells[$0 * stride] },
        method: "fuse \(type(of: rule).name)", presence: presence,
        fitted: LateFusion.union(parts.compactMap(\.scores.fitted), count: index.count),
        contributions: contributions),
      conflict: rows.indices.map { cells[$0 * stride + 1] })
  }
}

package import Numerics
import Values

/// Combines scores of several modalities by a rule of evidence: p-values, belief, votes, learned weights.
///
/// Each modality's scores are brought to the scale that the rule asks for, on its calibrate rows, else its fit rows, else
/// all. A row is combined from the modalities present in it alone. A value that is stale speaks less: its p-value
/// moves towards 1/2 (a deviation towards 0) as exp(−age / decay). With `measuresTrust` that of a modality in which
/// `ModalityTrust` finds nothing does so, too: discounting as in Shafer, *A mathematical theory of evidence*, 1976, chapter 11.
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
  package let contribution: LateFusion.Contribution
  /// Whether modalities that find nothing beyond luck among the rows to judge are discounted.
  package let measuresTrust: Bool

  package init(
    _ rule: any CombinationRule, decay: Double? = nil, contribution: LateFusion.Contribution = .share,
    measuresTrust: Bool = false
  ) {
    self.rule = rule
    self.decay = decay
    self.contribution = contribution
    self.measuresTrust = measuresTrust
  }

  /// - Parameter heard: what is combined, if not the parts themselves; calibration and rule are learned from the parts.
  package func fuse(
    _ parts: [LateFusion.Part], heard: [LateFusion.Part]? = nil, work: Work
  ) throws(FusionError) -> LateFusion.Fused {
    let index = try LateFusion.commonIndex(of: parts)
    let speaking = LateFusion.speaking(parts)
    if speaking.count < parts.count {
      var fused = try fuse(
        speaking.map { parts[$0] }, heard: heard.map { heard in speaking.map { heard[$0] } }, work: work)
      fused.silent = LateFusion.silent(parts, speaking)
      return fused
    }
    var columns: [[Double]] = []
    var heardColumns: [[Double]] = []
    var learnedShares: [[Double]] = []
    var percentiles: [[Double]] = []
    var reference = Mask(count: index.count)
    for (part, spoken) in zip(parts, heard ?? parts) {
      let rows = LateFusion.calibrationRows(of: part, index: index)
      if rows.isEmpty { throw .noFitRows(name: part.name) }
      for row in rows { reference[row] = true }
      let scores = rows.map { part.scores.values[$0] }
      let ranking = ScoreCalibration(.ecdf, reference: scores)
      let scaling = ScoreCalibration(.robust, reference: scores)
      func scaled(_ part: LateFusion.Part, _ share: [Double]) throws(FusionError) -> [Double] {
        let values =
          rule.scale == .tail
          ? share.map { 1 - $0 } : try Self.apply(scaling, to: part, work: work)
        return aged(values, staleness: part.staleness)
      }
      let share = try Self.apply(ranking, to: part, work: work)
      columns.append(try scaled(part, share))
      learnedShares.append(share)
      let spokenShare = heard == nil ? share : try Self.apply(ranking, to: spoken, work: work)
      percentiles.append(spokenShare)
      if heard != nil { heardColumns.append(try scaled(spoken, spokenShare)) }
    }
    let trust = measuresTrust ? Self.trust(in: parts, percentiles: learnedShares, index: index) : nil
    if let trust {
      columns = zip(columns, trust).map { discounted($0, by: $1) }
      heardColumns = zip(heardColumns, trust).map { discounted($0, by: $1) }
    }
    func rows(of parts: [LateFusion.Part], _ columns: [[Double]]) -> [[Double]] {
      (0..<index.count).map { row in
        parts.indices.map { parts[$0].isPresent(row) ? columns[$0][row] : Double.nan }
      }
    }
    let learned = rows(of: parts, columns)
    let model = rule.fitted(
      reference: learned.indices.filter { reference[$0] }.map { learned[$0] }, unlabelled: learned)
    return try combined(
      heard.map { rows(of: $0, heardColumns) } ?? learned, by: model, parts: heard ?? parts,
      percentiles: percentiles, index: index, trust: trust, work: work)
  }

  private static func trust(
    in parts: [LateFusion.Part], percentiles: [[Double]], index: Index
  ) -> [Double] {
    let judged = index.rows(in: .test)
    return ModalityTrust.measure(
      tails: zip(parts, percentiles).map { part, shares in
        judged.filter(part.isPresent).map { 1 - shares[$0] }
      }, references: parts.map { LateFusion.calibrationRows(of: $0, index: index).count })
  }

  /// A value that is trusted less says less.
  private func discounted(_ values: [Double], by trust: Double) -> [Double] {
    let neutral = rule.scale == .tail ? 0.5 : 0
    return trust == 1 ? values : values.map { neutral + ($0 - neutral) * trust }
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
    index: Index, trust: [Double]?, work: Work
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
          for (place, part) in present.enumerated() {
            target[base + 2 + part] =
              contribution == .share
              ? outcome.shares[place]
              : outcome.value - value(of: rows[row], present.filter { $0 != part }, by: model)
          }
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
      meaning: contribution == .share ? rule.meaning : LateFusion.Contribution.leftOutMeaning)
    let conflict = rows.indices.map { cells[$0 * stride + 1] }
    let isPresent = parts.indices.map { part in Mask(rows.map { !$0[part].isNaN }) }
    return LateFusion.Fused(
      scores: Scores(
        index: index, values: rows.indices.map { cells[$0 * stride] },
        method: "fuse \(type(of: rule).name)", presence: presence,
        fitted: LateFusion.union(parts.compactMap(\.scores.fitted), count: index.count),
        contributions: contributions,
        voices: Voices(modalities: names, presence: isPresent, conflict: conflict)),
      conflict: conflict, trust: trust)
  }

  /// What the given modalities alone would say; a neutral score if there are none.
  private func value(of row: [Double], _ parts: [Int], by model: any FittedCombination) -> Double {
    parts.isEmpty
      ? model.combine([rule.scale == .tail ? 0.5 : 0], parts: [0]).value
      : model.combine(parts.map { row[$0] }, parts: parts).value
  }
}

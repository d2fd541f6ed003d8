package import Numerics
import Values

/// Keeps a few normal rows of each modality and of all together, and scores rows by how far they are from them.
///
/// A bank holds the rows that a greedy search for k centres picks; the distance to the nearest of them is a score. There is
/// one bank a modality and one for all features side by side; the rule of evidence joins their scores.
///
/// - Input: one modality or more; a row lacking a modality skips its bank and the joint one.
/// - Output: as the rule; contributions by bank.
/// - Complexity: O(*n b d*) for *b* kept rows, twice.
/// - Source: banks as in Roth et al., *Towards total recall in industrial anomaly detection* (PatchCore), CVPR 2022,
///   algorithm 1; their fusion as in Wang et al., *Multimodal industrial anomaly detection via hybrid fusion* (M3DM), CVPR
///   2023, section 3.4.
/// - Differs: rows are vectors instead of patches of images, so that there is no map and no reweighting by neighbours; the
///   joint bank holds the scaled features instead of contrastively aligned ones. Rows to learn from skip themselves.
package struct MemoryBanks: Sendable {
  /// The share of fit rows that a bank keeps.
  package let share: Double
  package let rule: any CombinationRule

  package init(share: Double = 0.1, rule: any CombinationRule = OneClassRule()) {
    self.share = share
    self.rule = rule
  }

  private static let fewestKept = 8

  package func score(_ modalities: Modalities, work: Work) throws(FusionError) -> LateFusion.Fused {
    let parts = modalities.parts
    var banks: [LateFusion.Part] = []
    for (number, part) in parts.enumerated() {
      banks.append(try bank(part.name, part.matrix, modalities, where: [number], work: work))
    }
    if parts.count > 1 {
      banks.append(
        try bank("joint", modalities.sideBySide, modalities, where: Array(parts.indices), work: work))
    }
    let fused = try EvidenceFusion(rule).fuse(banks, work: work)
    return LateFusion.Fused(
      scores: fused.scores.with(
        voices: fused.scores.voices,
        refusion: Refusion(
          JointRefusion(of: modalities) { (changed, work) throws(FusionError) in
            try score(changed, work: work).scores
          })), conflict: fused.conflict)
  }

  private func bank(
    _ name: String, _ matrix: Matrix, _ modalities: Modalities, where parts: [Int], work: Work
  ) throws(FusionError) -> LateFusion.Part {
    let fit = modalities.rows(.fit, where: parts)
    if fit.count < 4 { throw .noFitRows(name: name) }
    let taught = matrix.selecting(rows: fit)
    let count = min(fit.count - 1, max(Self.fewestKept, Int((share * Double(fit.count)).rounded())))
    let distances = try orCancelled { () throws(Cancelled) in
      let kept = try Self.coreset(taught, count: count, work: work)
      let index = try NeighborIndex(taught.selecting(rows: kept), work: work)
      let found = try index.nearest(2, to: matrix, work: work, stage: "memory bank")
      let isKept = Set(kept.map { fit[$0] })
      return (0..<matrix.rows).map { found.distance($0, isKept.contains($0) ? 1 : 0) }
    }
    let presence = Mask(
      (0..<matrix.rows).map { row in parts.allSatisfy { modalities.parts[$0].presence[row] } })
    return LateFusion.Part(
      name,
      Scores(
        index: modalities.index, values: zip(distances, presence.bits).map { $1 ? $0 : 0 }, method: "bank",
        presence: presence, fitted: modalities.fittedMask))
  }

  /// Greedy k centres: each time the row that is farthest from those chosen, beginning with the first.
  package static func coreset(_ rows: Matrix, count: Int, work: Work) throws(Cancelled) -> [Int] {
    var chosen = [0]
    var nearest = [Double](repeating: .infinity, count: rows.rows)
    let width = rows.columns
    while chosen.count < count {
      let last = chosen[chosen.count - 1]
      let center = Array(rows.row(last))
      let known = nearest
      nearest = try work.fill(rows.rows, size: max(64, 400_000 / max(1, width)), stage: "coreset") {
        range, target in
        for row in range {
          var sum = 0.0
          let base = row * width
          for column in 0..<width {
            let difference = rows.values[base + column] - center[column]
            sum += difference * difference
          }
          target[row - range.lowerBound] = min(known[row], sum)
        }
      }
      var farthest = 0
      for row in nearest.indices where nearest[row] > nearest[farthest] { farthest = row }
      if nearest[farthest] == 0 { break }
      chosen.append(farthest)
    }
    while chosen.count < 2 { chosen.append(rows.rows - 1) }
    return chosen
  }
}

extension Modalities {
  /// Rows that models learned from; nil if nothing was split.
  var fittedMask: Mask? {
    guard index.splits != nil else { return nil }
    var mask = Mask(count: index.count)
    for row in index.rows(in: .fit) { mask[row] = true }
    return mask
  }
}

extension Mask {
  var bits: [Bool] { (0..<count).map { self[$0] } }
}

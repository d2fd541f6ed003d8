package import Numerics
package import Values

/// Combines scores again after modalities went missing or were exchanged, with what was learned before.
package struct LateRefusion: Refusable {
  package let parts: [LateFusion.Part]
  private let combine:
    @Sendable (_ heard: [LateFusion.Part], _ work: Work) throws(FusionError) -> LateFusion.Fused

  package init(_ fusion: LateFusion, of parts: [LateFusion.Part]) {
    self.parts = parts
    combine = { (heard, work) throws(FusionError) in
      try fusion.fuse(parts, heard: heard, work: work)
    }
  }

  package init(_ fusion: EvidenceFusion, of parts: [LateFusion.Part]) {
    self.parts = parts
    combine = { (heard, work) throws(FusionError) in
      try fusion.fuse(parts, heard: heard, work: work)
    }
  }

  package init(_ fusion: ConditionalFusion, of parts: [LateFusion.Part], conditions: [Int?], count: Int) {
    self.parts = parts
    combine = { (heard, _) throws(FusionError) in
      try fusion.fuse(parts, heard: heard, conditions: conditions, count: count).fused
    }
  }

  package var modalities: [String] { parts.map(\.name) }

  package func scores(after exchanges: [RowExchange], work: Work) throws(Cancelled) -> [[Double]]? {
    var results: [[Double]] = []
    for exchange in exchanges {
      do throws(FusionError) {
        let heard = zip(parts, exchange.sources).map { $0.exchanged($1) }
        results.append(try combine(heard, work).scores.valuesWithGaps)
      } catch {
        if error == .cancelled { throw Cancelled() }
        return nil
      }
    }
    return results
  }
}

extension LateFusion.Part {
  /// What stands in each row is that of another one, or nothing.
  fileprivate func exchanged(_ sources: [Int?]) -> LateFusion.Part {
    LateFusion.Part(
      name,
      Scores(
        index: scores.index, values: sources.map { $0.map { scores.values[$0] } ?? 0 }, method: scores.method),
      presence: Mask(sources.map { $0.map { isPresent($0) } ?? false }),
      staleness: staleness.map { staleness in sources.map { $0.map { staleness[$0] } ?? 0 } })
  }
}

extension Scores {
  /// NaN where a row was not scored.
  package var valuesWithGaps: [Double] {
    values.indices.map { isScored($0) ? values[$0] : .nan }
  }
}

import Detection
import Numerics
import Values

/// Scores joint vectors again after modalities went missing or were exchanged, by the model that was fitted.
struct Redetection: Refusable {
  let joint: any Rejoinable
  let model: FittedModel
  let scores: [Double]
  let features: [String]
  let blocks: [Block]

  var modalities: [String] { joint.modalities }

  func scores(after exchanges: [RowExchange], work: Work) throws(Cancelled) -> [[Double]]? {
    guard let vectors = try joint.vectors(after: exchanges, work: work) else { return nil }
    var results: [[Double]] = []
    for (exchange, matrix) in zip(exchanges, vectors) {
      var all = scores
      let rows = ScorableRows(
        index: Index(.row(count: matrix.rows)), matrix: matrix, features: features, blocks: blocks)
      do throws(DetectionError) {
        let found = try model.scores(of: rows, work: work)
        for (position, row) in exchange.touched.enumerated() {
          all[row] = found.isScored(position) ? found.values[position] : .nan
        }
      } catch {
        if error == .cancelled { throw Cancelled() }
        return nil
      }
      results.append(all)
    }
    return results
  }
}

extension Scores {
  /// With what is known of the modalities, if what was scored is a joint vector.
  func heard(in value: Value) -> Scores {
    guard case .embedding(let joint) = value, let voices = joint.voices, index.count == joint.index.count
    else { return self }
    var conflict = voices.conflict
    if conflict == nil, let contributions, contributions.blocks.map(\.name) == voices.modalities {
      conflict = Voices.conflict(
        of: contributions.byBlock, presence: voices.presence, reference: index.rows(in: .fit))
    }
    let model = (maker?.model as? FittedModel).flatMap { $0.readsSeries || $0.parts.count > 1 ? nil : $0 }
    let refusion = model.flatMap { model in
      joint.rejoining.map { rejoining in
        Refusion(
          Redetection(
            joint: rejoining.base, model: model,
            scores: values.indices.map { isScored($0) ? values[$0] : .nan }, features: joint.features,
            blocks: joint.blocks))
      }
    }
    return with(voices: voices.with(conflict: conflict), refusion: refusion)
  }
}

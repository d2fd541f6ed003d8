import Detection
import Numerics
import Values

/// Asks a model how much lower a row would score if one feature were usual.
///
/// - Input: a fitted model, the rows that it can score, and the rows that say what is usual.
/// - Output: for each asked row and feature, the score minus the score with that feature at its median over the
///   reference rows, or 0 if the score does not fall.
/// - Complexity: *d* + 1 scorings of the asked rows.
/// - Source: Zeiler and Fergus, *Visualizing and understanding convolutional networks*, ECCV 2014, section 4.2, here
///   with single features instead of patches.
/// - Differs: features that are odd only together share no credit: each is put back alone.
struct Occlusion {
  let model: FittedModel
  let rows: ScorableRows
  let reference: [Int]

  /// More rows are not worth the time.
  static let mostRows = 2000

  /// Zero rows for what was not asked.
  func contributions(at asked: [Int], work: Work) throws(DetectionError) -> Contributions {
    let chosen = asked
    let original = rows.matrix.selecting(rows: chosen)
    let index = rows.index.selecting(chosen)
    let scores = try score(original, at: index, work: work)
    var result = Matrix(rows: rows.index.count, columns: rows.features.count)
    for column in rows.features.indices {
      let usual = SortedSample(reference.map { rows.matrix[$0, column] }).median ?? .nan
      var changed = original
      for place in chosen.indices { changed[place, column] = usual }
      let without = try score(changed, at: index, work: work)
      for (place, row) in chosen.enumerated() {
        result[row, column] = max(0, scores[place] - without[place])
      }
    }
    return Contributions(
      matrix: result, features: rows.features, blocks: rows.blocks,
      meaning: "fall of the score when a feature is put to its median, one at a time")
  }

  private func score(_ matrix: Matrix, at index: Index, work: Work) throws(DetectionError) -> [Double] {
    try model.scores(
      of: ScorableRows(index: index, matrix: matrix, features: rows.features, blocks: rows.blocks),
      work: work
    ).values
  }
}

import Detection
import Numerics
import Values

/// Asks a model of series how much lower a row would score if what surrounds it were usual.
///
/// - Input: a model, the whole value that it can score, how many rows before and behind a row take part.
/// - Output: for each channel the fall of the row's score when the channel is at its median in that stretch, or for each of
///   ten stretches the fall when all channels are drawn straight there; 0 where the score does not fall.
/// - Complexity: one scoring of the whole value a channel, or ten.
/// - Source: Zeiler and Fergus, *Visualizing and understanding convolutional networks*, ECCV 2014, section 4.2, here
///   with channels and stretches of time instead of patches.
/// - Differs: several rows are asked at once; where their stretches overlap they share what is changed.
struct SeriesOcclusion {
  let model: FittedModel
  let rows: ScorableRows
  /// Whether the model was fitted on these very rows.
  let knowsTraining: Bool
  let around: Int

  /// More rows are not worth the time.
  static let mostRows = 5
  private static let parts = 10

  struct Part {
    let rows: Range<Int>
    let fall: Double
  }

  /// Zero rows for what was not asked.
  func contributions(
    at asked: [Int], reference: [Int], players: [Range<Int>], work: Work
  ) throws(DetectionError) -> Contributions {
    let whole = try scores(of: rows.matrix, work: work)
    var result = Matrix(rows: rows.index.count, columns: rows.features.count)
    for (number, player) in players.enumerated() {
      work.report(Double(number) / Double(players.count), "asking the model")
      var changed = rows.matrix
      for column in player {
        let usual =
          SortedSample(reference.map { rows.matrix[$0, column] }.filter { !$0.isNaN }).median ?? .nan
        for row in asked { for place in stretch(around: row) { changed[place, column] = usual } }
      }
      let without = try scores(of: changed, work: work)
      for row in asked { result[row, player.lowerBound] = max(0, whole[row] - without[row]) }
    }
    return Contributions(
      matrix: result, features: rows.features, blocks: rows.blocks,
      meaning: "fall of the score when a channel is put to its median for \(around) rows before and behind")
  }

  /// The stretches in order of time.
  func parts(around row: Int, work: Work) throws(DetectionError) -> [Part] {
    let whole = try scores(of: rows.matrix, work: work)[row]
    let all = stretch(around: row)
    let run = self.run(of: row)
    let count = min(Self.parts, all.count)
    var parts: [Part] = []
    for number in 0..<count {
      work.report(Double(number) / Double(count), "asking the model")
      let part =
        all.lowerBound + all.count * number / count..<all.lowerBound + all.count * (number + 1) / count
      var changed = rows.matrix
      for column in rows.features.indices {
        let before = part.lowerBound > run.lowerBound ? rows.matrix[part.lowerBound - 1, column] : .nan
        let behind = part.upperBound < run.upperBound ? rows.matrix[part.upperBound, column] : .nan
        let (from, to) = (before.isNaN ? behind : before, behind.isNaN ? before : behind)
        for place in part {
          let share = Double(place - part.lowerBound + 1) / Double(part.count + 1)
          changed[place, column] = from + share * (to - from)
        }
      }
      parts.append(Part(rows: part, fall: max(0, whole - (try scores(of: changed, work: work)[row]))))
    }
    return parts
  }

  private func run(of row: Int) -> Range<Int> {
    rows.index.runs.first { $0.rows.contains(row) }?.rows ?? 0..<rows.index.count
  }

  private func stretch(around row: Int) -> Range<Int> {
    max(row - around, run(of: row).lowerBound)..<min(row + around + 1, run(of: row).upperBound)
  }

  private func scores(of matrix: Matrix, work: Work) throws(DetectionError) -> [Double] {
    if work.isCancelled() { throw .cancelled }
    return try model.scores(
      of: ScorableRows(index: rows.index, matrix: matrix, features: rows.features, blocks: rows.blocks),
      knowsTraining: knowsTraining, work: work
    ).values
  }
}

import Notation
import Numerics
import Values

/// The spread of scores, their highest rows, and which modality drives those.
struct ScoresBrief {
  let scores: Scores
  let detail: ValueBrief.Detail

  init(_ scores: Scores, detail: ValueBrief.Detail) {
    self.scores = scores
    self.detail = detail
  }

  var members: [(key: String, value: JSON)] {
    let scored = scores.values.indices.filter { scores.isScored($0) }
    let order = scored.sorted { (scores.values[$0], $1) > (scores.values[$1], $0) }
    let top = Array(order.prefix(detail.rows * 2))
    var members: [(key: String, value: JSON)] = [
      ("method", .string(SafeText.oneLine(scores.method, limit: 40))),
      ("min_mean_max_sd", .string(Spread(of: scored.map { scores.values[$0] }).text)),
    ]
    if scored.count < scores.values.count {
      members.append(("not_scored", .number(Double(scores.values.count - scored.count))))
    }
    members.append(
      (
        "highest",
        .array(
          top.map { row in
            .object(
              [
                ("row", .number(Double(row))), ("at", .string(scores.index.label(of: row))),
                ("score", rounded(row)),
              ] + Self.cause(of: row, in: scores))
          })
      ))
    if let shares = shares(of: top) { members.append(("share_in_highest", shares)) }
    return members
  }

  /// The feature that weighs most in the score of a row.
  static func cause(of row: Int, in scores: Scores) -> [(key: String, value: JSON)] {
    guard let contributions = scores.contributions, contributions.features.count > 1 else { return [] }
    let best = contributions.features.indices.filter { contributions.matrix[row, $0].isFinite }
      .max { contributions.matrix[row, $0] < contributions.matrix[row, $1] }
    return best.map { [("mostly_from", .string(SafeText.oneLine(contributions.features[$0], limit: 40)))] }
      ?? []
  }

  private func rounded(_ row: Int) -> JSON { .number(Brief.rounded(scores.values[row])) }

  /// The share of each modality in the contributions to these rows.
  private func shares(of rows: [Int]) -> JSON? {
    guard let contributions = scores.contributions, contributions.blocks.count > 1 else { return nil }
    let sums = contributions.blocks.map { block in
      rows.reduce(0.0) { sum, row in
        block.columns.reduce(sum) { $0 + abs(Double(contributions.matrix[row, $1])).finiteOrZero }
      }
    }
    let total = sums.reduce(0, +)
    guard total > 0 else { return nil }
    return .object(
      zip(contributions.blocks, sums).map { block, sum in
        (key: SafeText.oneLine(block.name, limit: 40), value: .number(Brief.rounded(sum / total)))
      })
  }
}

extension Double {
  fileprivate var finiteOrZero: Double { isFinite ? self : 0 }
}

import Detection
import Numerics
import Values

/// The detector that everybody has: how far each value lies from the one before it.
///
/// - Output: the sum over the features of |xₜ − xₜ₋₁| over its median, 0 where there is no value before.
enum LastValue {
  static func scores(of rows: ScorableRows) -> [Double] {
    var sums = [Double](repeating: 0, count: rows.index.count)
    let starts = Set(rows.index.runs.map(\.rows.lowerBound))
    for column in rows.features.indices {
      let steps = sums.indices.map { row -> Double in
        if row == 0 || starts.contains(row) { return 0 }
        let step = abs(rows.matrix[row, column] - rows.matrix[row - 1, column])
        return step.isNaN ? 0 : step
      }
      let usual = Selection.median(of: steps.filter { $0 > 0 }) ?? 1
      for row in sums.indices { sums[row] = min(sums[row] + steps[row] / usual, 1e100) }
    }
    return sums
  }
}

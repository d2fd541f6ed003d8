import Detection
import Numerics
import Values

/// Looks for the smallest change of a row's values after which it would not be alarmed.
///
/// Columns move towards their median over the usual rows: as few of them as do, and no farther than they must.
///
/// - Input: a fitted model, the rows, the rows that say what is usual, the threshold.
/// - Output: the changed columns with their values; nil if no set of at most three columns (of the ten whose change helps
///   most) clears the alarm even at the medians. The way is found to 1/256; the score there is at most the threshold.
/// - Complexity: at most *d* + 175 + 32 × 120 scorings.
/// - Source: Wachter, Mittelstadt and Russell, *Counterfactual explanations without opening the black box*, Harvard Journal
///   of Law and Technology 2018.
/// - Differs: instead of a descent on a weighted distance, few columns come first, then the sum of their ways in robust
///   standard deviations; columns only move along the straight line to the medians.
struct Counterfactual {
  let model: FittedModel
  let rows: ScorableRows
  let reference: [Int]
  let threshold: Double

  struct Change {
    let column: Int
    let from: Double
    let to: Double
    /// How far, in robust standard deviations; NaN where the column does not vary.
    let deviations: Double
  }

  struct Found {
    let changes: [Change]
    let score: Double
  }

  private static let mostColumns = 3
  private static let candidates = 10
  private static let steps = 16

  /// What the model gives for the row as it is, taken for a new one.
  func score(of row: Int, work: Work) throws(DetectionError) -> Double {
    try scores([Array(rows.matrix.row(row))], like: row, work: work).first ?? 0
  }

  func smallest(for row: Int, work: Work) throws(DetectionError) -> Found? {
    let own = Array(rows.matrix.row(row))
    let samples = own.indices.map { column in SortedSample(reference.map { rows.matrix[$0, column] }) }
    let usual = own.indices.map { samples[$0].median ?? own[$0] }
    let scales = samples.map { ($0.medianAbsoluteDeviation ?? .nan) * Statistics.normalConsistency }
    func moved(_ columns: [Int], _ share: Double) -> [Double] {
      var values = own
      for column in columns {
        // A missing value has no way to go; it appears at the median.
        values[column] =
          own[column].isNaN ? usual[column] : own[column] + share * (usual[column] - own[column])
        if share == 1 { values[column] = usual[column] }
      }
      return values
    }
    let movable = own.indices.filter { usual[$0] != own[$0] && !usual[$0].isNaN }
    let alone = try scores(movable.map { moved([$0], 1) }, like: row, work: work)
    let order = movable.indices.sorted { (alone[$0], $0) < (alone[$1], $1) }
    let best = order.prefix(Self.candidates).map { movable[$0] }.sorted()
    for size in 1...Self.mostColumns where size <= best.count {
      let sets = Self.subsets(of: best, size: size)
      let atMedians = try scores(sets.map { moved($0, 1) }, like: row, work: work)
      let clearing = sets.indices.filter { atMedians[$0] <= threshold }.map { sets[$0] }
      if clearing.isEmpty { continue }
      var found: [(columns: [Int], share: Double, score: Double)] = []
      for columns in clearing {
        var (low, high) = (0.0, 1.0)
        var score = 0.0
        for _ in 0..<2 {
          let shares = (1...Self.steps).map { low + (high - low) * Double($0) / Double(Self.steps) }
          let tried = try scores(shares.map { moved(columns, $0) }, like: row, work: work)
          let first = tried.firstIndex { $0 <= threshold } ?? Self.steps - 1
          score = tried[first]
          (low, high) = (first == 0 ? low : shares[first - 1], shares[first])
        }
        found.append((columns, high, score))
      }
      func way(_ columns: [Int], _ share: Double) -> Double {
        columns.reduce(0) { sum, column in
          let distance = abs(share * (usual[column] - own[column]))
          return sum + (scales[column] > 0 && !distance.isNaN ? distance / scales[column] : 0)
        }
      }
      guard let least = found.min(by: { way($0.columns, $0.share) < way($1.columns, $1.share) }) else {
        continue
      }
      let values = moved(least.columns, least.share)
      return Found(
        changes: least.columns.map { column in
          Change(
            column: column, from: own[column], to: values[column],
            deviations: scales[column] > 0 ? (values[column] - own[column]) / scales[column] : .nan)
        }, score: least.score)
    }
    return nil
  }

  private func scores(_ made: [[Double]], like row: Int, work: Work) throws(DetectionError) -> [Double] {
    if made.isEmpty { return [] }
    let segment = rows.index.segments.first { $0.rows.contains(row) }?.name ?? ""
    return try model.scores(ofMadeUp: made.flatMap(\.self), like: rows, segment: segment, work: work)
  }

  private static func subsets(of columns: [Int], size: Int) -> [[Int]] {
    if size == 0 { return [[]] }
    return columns.indices.flatMap { place in
      subsets(of: Array(columns[(place + 1)...]), size: size - 1).map { [columns[place]] + $0 }
    }
  }
}

import Numerics
package import Values

/// Alarms rows whose scores are rare among the normal ones of their own group (Mondrian).
///
/// Groups may differ in what is usual: machines, seasons, sorts of documents. Each row's p-value counts the normal rows of
/// its group only, so that it is valid within each; then all p-values are judged together.
///
/// - Input: scores, with calibrate or fit rows that the model was not fitted on and rows to decide on; a group a row.
/// - Output: a threshold a group. Rows of no group, or of one without normal rows, are not decided on.
/// - Complexity: O(*n* log *n*).
/// - Throws: `noNormalRows` if no group has normal rows and others to decide on.
/// - Source: Vovk, Gammerman and Shafer, *Algorithmic learning in a random world*, 2005, section 4.5 (Mondrian conformal
///   predictors); Benjamini and Hochberg 1995, procedure 1, over all groups together.
package struct GroupedConformalThreshold: MovingThreshold {
  package let rate: Double
  /// One a row; nil for none.
  package let groups: [Int?]

  package init(rate: Double, groups: [Int?]) {
    self.rate = rate
    self.groups = groups
  }

  package var summary: String { "conformal by group, false discovery rate \(rate)" }

  package func levels(for scores: Scores) throws(ThresholdError) -> MovingLevels {
    precondition(groups.count == scores.index.count, "one group a row")
    let (purpose, learned) = ThresholdRows.choose(in: scores, among: 0..<scores.index.count)
    var isLearned = Mask(count: groups.count)
    var normal: [Int: [Double]] = [:]
    for row in learned {
      isLearned[row] = true
      if let group = groups[row] { normal[group, default: []].append(scores.values[row]) }
    }
    let samples = normal.mapValues { SortedSample($0) }
    let splits = scores.index.splits
    var chances: [Double] = []
    for row in groups.indices where scores.isScored(row) && !isLearned[row] {
      guard splits.map({ $0[row] == .test }) ?? true, let sample = groups[row].flatMap({ samples[$0] })
      else { continue }
      let atLeast = sample.count - sample.countBelow(scores.values[row])
      chances.append(Double(1 + atLeast) / Double(sample.count + 1))
    }
    if chances.isEmpty { throw .noNormalRows(segment: "") }
    let cut = Self.cut(of: chances, rate: rate)
    let limits = samples.mapValues { Self.limit(of: $0, cut: cut) }
    let levels = groups.indices.map { row in
      scores.isScored(row) ? groups[row].flatMap { limits[$0] } ?? .nan : .nan
    }
    return MovingLevels(
      levels: levels,
      learnedFrom:
        "\(learned.count) \(purpose.name) rows in \(samples.count) \(samples.count == 1 ? "group" : "groups")"
    )
  }

  /// The largest p-value that is rejected; 0 if none is.
  private static func cut(of chances: [Double], rate: Double) -> Double {
    let sorted = chances.sorted()
    let last = sorted.indices.last { sorted[$0] <= rate * Double($0 + 1) / Double(sorted.count) }
    return last.map { sorted[$0] } ?? 0
  }

  /// The score above which a row's p-value in this group is at most the cut.
  private static func limit(of sample: SortedSample, cut: Double) -> Double {
    // A hair, for p-values that are equal but for rounding.
    let allowed = Int(((cut * Double(sample.count + 1)) + 1e-9).rounded(.down)) - 1
    if allowed < 0 { return largestScore }
    return allowed < sample.count ? sample.values[sample.count - 1 - allowed] : -largestScore
  }
}

import Numerics
package import Values

/// Why scores cannot be given a unit.
package enum CalibrationError: Error, Sendable, Equatable {
  /// No scored row to learn from; `segment` is "" where all rows share one calibration.
  case noRows(segment: String)
  /// Too few scores lie above the initial quantile to fit a tail to.
  case tooFewExceedances(needed: Int, got: Int, segment: String)
  /// All scores above the initial quantile are equal.
  case noTail(segment: String)
  /// The labels of the rows to learn from are all of one sort, or missing.
  case oneSortOfLabels(segment: String)
  /// Labels would be learned from the very rows that metrics judge.
  case judgedRows
}

/// A way of giving scores a unit, so that the same number means the same for every detector.
package protocol CalibrationRule: Sendable, Equatable {
  /// Whether it learns from labels.
  static var needsLabels: Bool { get }
  /// `reference` are scores that are mostly normal, or labelled ones; `labels` are empty unless wanted.
  func fitted(
    reference: [Double], labels: [Bool], segment: String
  ) throws(CalibrationError) -> any FittedCalibration
}

extension CalibrationRule {
  package static var needsLabels: Bool { false }
}

/// What a rule has learned. It never puts a higher score below a lower one, unless labels say so.
package protocol FittedCalibration: Sendable {
  func score(_ raw: Double) -> Double
  /// The chance that the row is anomalous, or that a normal one scores lower; nil if the rule knows none.
  func probability(_ raw: Double) -> Double?
}

extension FittedCalibration {
  package func probability(_ raw: Double) -> Double? { nil }
}

/// Applies a rule to scores: learns from calibrate rows, else fit rows, else all, never from the rows that metrics judge
/// if it looks at labels.
package struct Calibration: Sendable {
  package let rule: any CalibrationRule
  package let isPerSegment: Bool

  package init(_ rule: any CalibrationRule, isPerSegment: Bool = false) {
    self.rule = rule
    self.isPerSegment = isPerSegment
  }

  /// - Parameter labels: one a row where known; only looked at by rules that need them.
  package func calibrate(_ scores: Scores, labels: [Bool?]? = nil) throws(CalibrationError) -> Scores {
    let needsLabels = type(of: rule).needsLabels
    var values = scores.values
    var chances: [Double]?
    let whole = [Segment(name: "", rows: 0..<scores.index.count)]
    for part in isPerSegment ? scores.index.runs : whole {
      var (purpose, rows) = ThresholdRows.choose(in: scores, among: part.rows)
      if needsLabels {
        if purpose == .all { throw .judgedRows }
        rows = rows.filter { labels?[$0] != nil }
      }
      if rows.isEmpty {
        throw needsLabels ? .oneSortOfLabels(segment: part.name) : .noRows(segment: part.name)
      }
      let known = needsLabels ? rows.map { labels?[$0] == true } : []
      if needsLabels, !known.contains(true) || !known.contains(false) {
        throw .oneSortOfLabels(segment: part.name)
      }
      let fitted = try rule.fitted(
        reference: rows.map { scores.values[$0] }, labels: known, segment: part.name)
      for row in part.rows where scores.isScored(row) {
        values[row] = max(-largestScore, min(fitted.score(scores.values[row]), largestScore))
        if let chance = fitted.probability(scores.values[row]) {
          if chances == nil { chances = [Double](repeating: .nan, count: scores.index.count) }
          chances?[row] = min(max(chance, 0), 1)
        }
      }
    }
    return Scores(
      index: scores.index, values: values, method: scores.method, presence: scores.presence,
      fitted: scores.fitted, probability: chances, contributions: scores.contributions,
      maker: scores.maker, voices: scores.voices)
  }
}

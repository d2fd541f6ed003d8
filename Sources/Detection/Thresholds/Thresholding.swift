import Numerics
package import Values

/// Which rows a threshold learns from.
package enum ThresholdRows: Sendable, Equatable {
  case calibrate, fit, all

  /// Calibrate rows if there are scored ones, else the rows that the model was fitted on, else every scored row.
  package static func choose(in scores: Scores, among rows: Range<Int>) -> (Self, rows: [Int]) {
    let scored = rows.filter { scores.isScored($0) }
    if let splits = scores.index.splits {
      for (purpose, split) in [(Self.calibrate, Split.calibrate), (.fit, .fit)] {
        let chosen = scored.filter { splits[$0] == split }
        if !chosen.isEmpty { return (purpose, chosen) }
      }
      return (.all, scored)
    }
    if let fitted = scores.fitted, !fitted.isFull {
      let chosen = scored.filter { fitted[$0] }
      if !chosen.isEmpty { return (.fit, chosen) }
    }
    return (.all, scored)
  }

  package var name: String {
    switch self {
    case .calibrate: "calibrate"
    case .fit: "fit"
    case .all: "all"
    }
  }
}

/// Turns scores into alarms: sets thresholds, flags rows, shapes the alarms.
package struct Thresholding: Sendable {
  package let rule: any ThresholdRule
  /// One threshold for each segment of the index instead of one for all.
  package let isPerSegment: Bool
  package let shape: AlarmShape
  /// Scores of other, normal rows to learn from, and what they are called.
  package let reference: (scores: Scores, name: String)?

  package init(
    rule: any ThresholdRule, isPerSegment: Bool = false, shape: AlarmShape = AlarmShape(),
    reference: (scores: Scores, name: String)? = nil
  ) {
    self.rule = rule
    self.isPerSegment = isPerSegment
    self.shape = shape
    self.reference = reference
  }

  /// The scores to learn from, and what they are: those of the reference, of the segment's name if it has one.
  private func learned(
    for part: Segment, of scores: Scores
  ) -> (purpose: ThresholdRows, values: [Double], rows: [Int]) {
    guard let reference = reference?.scores else {
      let (purpose, rows) = ThresholdRows.choose(in: scores, among: part.rows)
      return (purpose, rows.map { scores.values[$0] }, rows)
    }
    let own = isPerSegment ? reference.index.runs.first { $0.name == part.name }?.rows : nil
    let (purpose, rows) = ThresholdRows.choose(in: reference, among: own ?? 0..<reference.index.count)
    return (purpose, rows.map { reference.values[$0] }, [])
  }

  package func decide(_ scores: Scores) throws(ThresholdError) -> Alarms {
    let runs = scores.index.runs
    var thresholds: [Double] = []
    var releases: [Double] = []
    var purposes: [ThresholdRows] = []
    var count = 0
    for part in isPerSegment ? runs : [Segment(name: "", rows: 0..<scores.index.count)] {
      let (purpose, values, rows) = learned(for: part, of: scores)
      if values.isEmpty { throw .noRows(segment: part.name) }
      let sample = SortedSample(values)
      let decided = rule.needsNormalRows ? rowsToDecide(in: scores, among: part.rows, learned: rows) : []
      if rule.needsNormalRows, decided.isEmpty { throw .noNormalRows(segment: part.name) }
      let threshold = try rule.threshold(
        of: sample, deciding: decided.map { scores.values[$0] }, segment: part.name)
      thresholds.append(threshold)
      releases.append(min(threshold, shape.release.flatMap { sample.quantile($0) } ?? threshold))
      purposes.append(purpose)
      count += values.count
    }
    if !isPerSegment, let threshold = thresholds.first {
      thresholds = [Double](repeating: threshold, count: runs.count)
      releases = [Double](repeating: releases[0], count: runs.count)
    }
    var segments: [AlarmSegment] = []
    for (place, run) in runs.enumerated() {
      let (threshold, release) = (thresholds[place], releases[place])
      let found = AlarmShape.stretches(of: scores, in: run.rows) { row, isOn in
        scores.values[row] > (isOn ? release : threshold)
      }
      segments += try shape.applied(to: found, of: scores)
    }
    return Alarms(
      scores: scores, thresholds: thresholds, flags: Mask(of: segments, count: scores.index.count),
      segments: segments, rule: text(purposes: purposes, rows: count),
      isLearnedElsewhere: reference != nil)
  }

  /// Scored rows that neither the threshold nor, as far as is known, the model has seen.
  private func rowsToDecide(in scores: Scores, among rows: Range<Int>, learned: [Int]) -> [Int] {
    var isLearned = Mask(count: scores.index.count)
    for row in learned { isLearned[row] = true }
    let splits = scores.index.splits
    return rows.filter { row in
      scores.isScored(row) && !isLearned[row] && splits.map { $0[row] == .test } ?? true
    }
  }

  private func text(purposes: [ThresholdRows], rows: Int) -> String {
    var text = rule.summary + shape.text
    if isPerSegment { text += ", one threshold a segment" }
    let isUniform = purposes.allSatisfy { $0 == purposes.first }
    let rowsText = isUniform ? "\(purposes.first?.name ?? "all") rows" : "calibrate, fit or all rows"
    return "\(text), fitted on \(rows) \(rowsText)" + (reference.map { " of \($0.name)" } ?? "")
  }
}

extension Mask {
  /// Set where a row is part of an alarm.
  init(of segments: [AlarmSegment], count: Int) {
    self.init(count: count)
    for segment in segments { for row in segment.rows { self[row] = true } }
  }
}

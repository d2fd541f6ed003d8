package import Chronology
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
  /// Alarms that end earlier are dropped; zero keeps all.
  package let minimumDuration: TimeSpan
  /// Alarms with at most this long between them become one; zero joins none.
  package let mergeGap: TimeSpan

  package init(
    rule: any ThresholdRule, isPerSegment: Bool = false, minimumDuration: TimeSpan = .zero,
    mergeGap: TimeSpan = .zero
  ) {
    self.rule = rule
    self.isPerSegment = isPerSegment
    self.minimumDuration = minimumDuration
    self.mergeGap = mergeGap
  }

  package func decide(_ scores: Scores) throws(ThresholdError) -> Alarms {
    let runs = scores.index.runs
    var thresholds: [Double] = []
    var purposes: [ThresholdRows] = []
    var learned = 0
    for part in isPerSegment ? runs : [Segment(name: "", rows: 0..<scores.index.count)] {
      let (purpose, rows) = ThresholdRows.choose(in: scores, among: part.rows)
      if rows.isEmpty { throw .noRows(segment: part.name) }
      thresholds.append(
        try rule.threshold(of: SortedSample(rows.map { scores.values[$0] }), segment: part.name))
      purposes.append(purpose)
      learned += rows.count
    }
    if !isPerSegment, let threshold = thresholds.first {
      thresholds = [Double](repeating: threshold, count: runs.count)
    }
    var segments: [AlarmSegment] = []
    for (run, threshold) in zip(runs, thresholds) {
      segments += try shaped(alarmed(scores, in: run.rows, above: threshold), in: scores)
    }
    var flags = Mask(count: scores.index.count)
    for segment in segments { for row in segment.rows { flags[row] = true } }
    return Alarms(
      scores: scores, thresholds: thresholds, flags: flags, segments: segments,
      rule: text(purposes: purposes, rows: learned))
  }

  private func alarmed(_ scores: Scores, in rows: Range<Int>, above threshold: Double) -> [AlarmSegment] {
    var segments: [AlarmSegment] = []
    var row = rows.lowerBound
    while row < rows.upperBound {
      let start = row
      var peak = row
      while row < rows.upperBound, scores.isScored(row), scores.values[row] > threshold {
        if scores.values[row] > scores.values[peak] { peak = row }
        row += 1
      }
      if row > start { segments.append(AlarmSegment(rows: start..<row, peak: peak)) } else { row += 1 }
    }
    return segments
  }

  private func shaped(_ alarms: [AlarmSegment], in scores: Scores) throws(ThresholdError) -> [AlarmSegment] {
    if minimumDuration == .zero, mergeGap == .zero { return alarms }
    guard let times = scores.index.time else { throw .noTimes }
    let clock = RowClock(times: times, extent: scores.index.extent)
    var merged: [AlarmSegment] = []
    for alarm in alarms {
      guard mergeGap > .zero, let last = merged.last,
        clock.start(of: alarm.rows.lowerBound) - clock.end(of: last.rows.upperBound - 1) <= mergeGap
      else {
        merged.append(alarm)
        continue
      }
      let isHigher = scores.values[alarm.peak] > scores.values[last.peak]
      merged[merged.count - 1] = AlarmSegment(
        rows: last.rows.lowerBound..<alarm.rows.upperBound, peak: isHigher ? alarm.peak : last.peak)
    }
    return merged.filter {
      clock.end(of: $0.rows.upperBound - 1) - clock.start(of: $0.rows.lowerBound) >= minimumDuration
    }
  }

  private func text(purposes: [ThresholdRows], rows: Int) -> String {
    var text = rule.summary
    if minimumDuration > .zero { text += ", minimum duration \(minimumDuration)" }
    if mergeGap > .zero { text += ", merge gap \(mergeGap)" }
    if isPerSegment { text += ", one threshold a segment" }
    let isUniform = purposes.allSatisfy { $0 == purposes.first }
    let rowsText = isUniform ? "\(purposes.first?.name ?? "all") rows" : "calibrate, fit or all rows"
    return "\(text), fitted on \(rows) \(rowsText)"
  }
}

/// When a row begins and ends; a moment of a regular axis lasts one step.
private struct RowClock {
  let times: TimeAxis
  let length: TimeSpan

  init(times: TimeAxis, extent: TimeSpan?) {
    self.times = times
    if let extent {
      length = extent
    } else if case .regular(_, let step, _) = times {
      length = step
    } else {
      length = .zero
    }
  }

  func start(of row: Int) -> Instant { times[row] }
  func end(of row: Int) -> Instant { times[row] + length }
}

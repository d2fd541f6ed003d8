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

/// What becomes of stretches of rows above the threshold.
package struct AlarmShape: Sendable, Equatable {
  /// Alarms that end earlier are dropped; zero keeps all.
  package let minimumDuration: TimeSpan
  /// Alarms with at most this long between them become one; zero joins none.
  package let mergeGap: TimeSpan
  /// An alarm lasts until the score falls to this quantile of the scores learned from; nil ends it at the threshold.
  package let release: Double?
  /// An alarm that begins sooner after the end of the last one kept is dropped; zero keeps all.
  package let coolDown: TimeSpan
  /// How many alarms with the highest peaks each segment keeps in a day, counted from the first row; nil keeps all.
  package let dailyBudget: Int?

  package init(
    minimumDuration: TimeSpan = .zero, mergeGap: TimeSpan = .zero, release: Double? = nil,
    coolDown: TimeSpan = .zero, dailyBudget: Int? = nil
  ) {
    self.minimumDuration = minimumDuration
    self.mergeGap = mergeGap
    self.release = release
    self.coolDown = coolDown
    self.dailyBudget = dailyBudget
  }

  var needsTimes: Bool {
    minimumDuration > .zero || mergeGap > .zero || coolDown > .zero || dailyBudget != nil
  }

  var text: String {
    var text = ""
    if let release { text += ", until quantile \(release)" }
    if minimumDuration > .zero { text += ", minimum duration \(minimumDuration)" }
    if mergeGap > .zero { text += ", merge gap \(mergeGap)" }
    if coolDown > .zero { text += ", cool-down \(coolDown)" }
    if let dailyBudget { text += ", at most \(dailyBudget) a day" }
    return text
  }
}

/// Turns scores into alarms: sets thresholds, flags rows, shapes the alarms.
package struct Thresholding: Sendable {
  package let rule: any ThresholdRule
  /// One threshold for each segment of the index instead of one for all.
  package let isPerSegment: Bool
  package let shape: AlarmShape

  package init(rule: any ThresholdRule, isPerSegment: Bool = false, shape: AlarmShape = AlarmShape()) {
    self.rule = rule
    self.isPerSegment = isPerSegment
    self.shape = shape
  }

  package func decide(_ scores: Scores) throws(ThresholdError) -> Alarms {
    let runs = scores.index.runs
    var thresholds: [Double] = []
    var releases: [Double] = []
    var purposes: [ThresholdRows] = []
    var learned = 0
    for part in isPerSegment ? runs : [Segment(name: "", rows: 0..<scores.index.count)] {
      let (purpose, rows) = ThresholdRows.choose(in: scores, among: part.rows)
      if rows.isEmpty { throw .noRows(segment: part.name) }
      let sample = SortedSample(rows.map { scores.values[$0] })
      let decided = rule.needsNormalRows ? rowsToDecide(in: scores, among: part.rows, learned: rows) : []
      if rule.needsNormalRows, decided.isEmpty { throw .noNormalRows(segment: part.name) }
      let threshold = try rule.threshold(
        of: sample, deciding: decided.map { scores.values[$0] }, segment: part.name)
      thresholds.append(threshold)
      releases.append(min(threshold, shape.release.flatMap { sample.quantile($0) } ?? threshold))
      purposes.append(purpose)
      learned += rows.count
    }
    if !isPerSegment, let threshold = thresholds.first {
      thresholds = [Double](repeating: threshold, count: runs.count)
      releases = [Double](repeating: releases[0], count: runs.count)
    }
    var segments: [AlarmSegment] = []
    for (place, run) in runs.enumerated() {
      let found = alarmed(scores, in: run.rows, above: thresholds[place], until: releases[place])
      segments += try shaped(found, in: scores)
    }
    var flags = Mask(count: scores.index.count)
    for segment in segments { for row in segment.rows { flags[row] = true } }
    return Alarms(
      scores: scores, thresholds: thresholds, flags: flags, segments: segments,
      rule: text(purposes: purposes, rows: learned))
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

  private func alarmed(
    _ scores: Scores, in rows: Range<Int>, above threshold: Double, until release: Double
  ) -> [AlarmSegment] {
    var segments: [AlarmSegment] = []
    var row = rows.lowerBound
    while row < rows.upperBound {
      let start = row
      var peak = row
      while row < rows.upperBound, scores.isScored(row),
        scores.values[row] > (row == start ? threshold : release)
      {
        if scores.values[row] > scores.values[peak] { peak = row }
        row += 1
      }
      if row > start { segments.append(AlarmSegment(rows: start..<row, peak: peak)) } else { row += 1 }
    }
    return segments
  }

  private func shaped(_ alarms: [AlarmSegment], in scores: Scores) throws(ThresholdError) -> [AlarmSegment] {
    if !shape.needsTimes { return alarms }
    guard let times = scores.index.time else { throw .noTimes }
    let clock = RowClock(times: times, extent: scores.index.extent)
    let long = merged(alarms, in: scores, clock: clock).filter {
      clock.end(of: $0.rows.upperBound - 1) - clock.start(of: $0.rows.lowerBound) >= shape.minimumDuration
    }
    return withinBudget(cooledDown(long, clock: clock), in: scores, clock: clock)
  }

  private func merged(_ alarms: [AlarmSegment], in scores: Scores, clock: RowClock) -> [AlarmSegment] {
    var merged: [AlarmSegment] = []
    for alarm in alarms {
      guard shape.mergeGap > .zero, let last = merged.last,
        clock.start(of: alarm.rows.lowerBound) - clock.end(of: last.rows.upperBound - 1) <= shape.mergeGap
      else {
        merged.append(alarm)
        continue
      }
      let isHigher = scores.values[alarm.peak] > scores.values[last.peak]
      merged[merged.count - 1] = AlarmSegment(
        rows: last.rows.lowerBound..<alarm.rows.upperBound, peak: isHigher ? alarm.peak : last.peak)
    }
    return merged
  }

  private func cooledDown(_ alarms: [AlarmSegment], clock: RowClock) -> [AlarmSegment] {
    if shape.coolDown == .zero { return alarms }
    var kept: [AlarmSegment] = []
    for alarm in alarms {
      if let last = kept.last,
        clock.start(of: alarm.rows.lowerBound) - clock.end(of: last.rows.upperBound - 1) < shape.coolDown
      {
        continue
      }
      kept.append(alarm)
    }
    return kept
  }

  private func withinBudget(
    _ alarms: [AlarmSegment], in scores: Scores, clock: RowClock
  ) -> [AlarmSegment] {
    guard let budget = shape.dailyBudget, scores.index.count > 0 else { return alarms }
    let days = Dictionary(grouping: alarms.indices) { place in
      Int(
        ((clock.start(of: alarms[place].rows.lowerBound) - clock.start(of: 0)).seconds / 86_400)
          .rounded(.down))
    }
    var kept: Set<Int> = []
    for places in days.values {
      let highest = places.sorted {
        let (left, right) = (scores.values[alarms[$0].peak], scores.values[alarms[$1].peak])
        return left == right ? $0 < $1 : left > right
      }
      kept.formUnion(highest.prefix(budget))
    }
    return alarms.indices.filter { kept.contains($0) }.map { alarms[$0] }
  }

  private func text(purposes: [ThresholdRows], rows: Int) -> String {
    var text = rule.summary + shape.text
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

package import Chronology
import Numerics
package import Values

/// What becomes of stretches of rows above the threshold.
package struct AlarmShape: Sendable, Equatable {
  /// Alarms that end earlier are dropped; zero keeps all.
  package var minimumDuration = TimeSpan.zero
  /// Alarms with at most this long between them become one; zero joins none.
  package var mergeGap = TimeSpan.zero
  /// An alarm lasts until the score falls to this quantile of the scores learned from; nil ends it at the threshold.
  package var release: Double?
  /// An alarm that begins sooner after the end of the last one kept is dropped; zero keeps all.
  package var coolDown = TimeSpan.zero
  /// How many alarms with the highest peaks each segment keeps in a day, counted from the first row; nil keeps all.
  package var dailyBudget: Int?
  /// The same as the durations, counted in rows.
  package var minimumRows = 0
  package var mergeRows = 0
  package var coolRows = 0
  /// How many alarms with the highest peaks are kept of all; nil keeps all.
  package var most: Int?

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

  private var needsTimes: Bool {
    minimumDuration > .zero || mergeGap > .zero || coolDown > .zero || dailyBudget != nil
  }

  var text: String {
    var text = ""
    if let release { text += ", until quantile \(release)" }
    if mergeGap > .zero { text += ", merge gap \(mergeGap)" }
    if mergeRows > 0 { text += ", merge gap \(mergeRows) rows" }
    if minimumDuration > .zero { text += ", minimum duration \(minimumDuration)" }
    if minimumRows > 0 { text += ", minimum \(minimumRows) rows" }
    if coolDown > .zero { text += ", cool-down \(coolDown)" }
    if coolRows > 0 { text += ", cool-down \(coolRows) rows" }
    if let dailyBudget { text += ", at most \(dailyBudget) a day" }
    if let most { text += ", at most \(most)" }
    return text
  }

  /// Stretches of scored rows; `isOn` is told whether an alarm is on already.
  static func stretches(
    of scores: Scores, in rows: Range<Int>, where isOn: (_ row: Int, _ wasOn: Bool) -> Bool
  ) -> [AlarmSegment] {
    var segments: [AlarmSegment] = []
    var row = rows.lowerBound
    while row < rows.upperBound {
      let start = row
      var peak = row
      while row < rows.upperBound, scores.isScored(row), isOn(row, row > start) {
        if scores.values[row] > scores.values[peak] { peak = row }
        row += 1
      }
      if row > start { segments.append(AlarmSegment(rows: start..<row, peak: peak)) } else { row += 1 }
    }
    return segments
  }

  /// Alarms of one run: joined first, then the short ones dropped, then those too soon, then those beyond the budget.
  func applied(to alarms: [AlarmSegment], of scores: Scores) throws(ThresholdError) -> [AlarmSegment] {
    if needsTimes, scores.index.time == nil { throw .noTimes }
    let clock = scores.index.time.map { RowClock(times: $0, extent: scores.index.extent) }
    let long = merged(alarms, in: scores, clock: clock).filter { alarm in
      guard alarm.rows.count >= minimumRows else { return false }
      return clock.map { $0.length(of: alarm) >= minimumDuration } ?? true
    }
    return withinBudget(cooledDown(long, clock: clock), in: scores, clock: clock)
  }

  private func merged(_ alarms: [AlarmSegment], in scores: Scores, clock: RowClock?) -> [AlarmSegment] {
    var merged: [AlarmSegment] = []
    for alarm in alarms {
      guard let last = merged.last, isNear(last, alarm, clock: clock) else {
        merged.append(alarm)
        continue
      }
      let isHigher = scores.values[alarm.peak] > scores.values[last.peak]
      merged[merged.count - 1] = AlarmSegment(
        rows: last.rows.lowerBound..<alarm.rows.upperBound, peak: isHigher ? alarm.peak : last.peak)
    }
    return merged
  }

  private func isNear(_ last: AlarmSegment, _ alarm: AlarmSegment, clock: RowClock?) -> Bool {
    if mergeRows > 0, alarm.rows.lowerBound - last.rows.upperBound <= mergeRows { return true }
    guard mergeGap > .zero, let clock else { return false }
    return clock.gap(last, alarm) <= mergeGap
  }

  private func cooledDown(_ alarms: [AlarmSegment], clock: RowClock?) -> [AlarmSegment] {
    if coolDown == .zero, coolRows == 0 { return alarms }
    var kept: [AlarmSegment] = []
    for alarm in alarms {
      if let last = kept.last {
        if alarm.rows.lowerBound - last.rows.upperBound < coolRows { continue }
        if let clock, clock.gap(last, alarm) < coolDown { continue }
      }
      kept.append(alarm)
    }
    return kept
  }

  private func withinBudget(
    _ alarms: [AlarmSegment], in scores: Scores, clock: RowClock?
  ) -> [AlarmSegment] {
    guard let dailyBudget, let clock, scores.index.count > 0 else { return alarms }
    let days = Dictionary(grouping: alarms.indices) { place in
      Int(
        ((clock.start(of: alarms[place].rows.lowerBound) - clock.start(of: 0)).seconds / 86_400)
          .rounded(.down))
    }
    var kept: Set<Int> = []
    for places in days.values { kept.formUnion(Self.highest(dailyBudget, of: alarms, places, scores)) }
    return alarms.indices.filter { kept.contains($0) }.map { alarms[$0] }
  }

  /// The alarms with the highest peaks in the order in which they came, earlier ones first among equals.
  func mostOf(_ alarms: [AlarmSegment], in scores: Scores) -> [AlarmSegment] {
    guard let most else { return alarms }
    return Self.highest(most, of: alarms, Array(alarms.indices), scores).sorted().map { alarms[$0] }
  }

  private static func highest(
    _ count: Int, of alarms: [AlarmSegment], _ places: [Int], _ scores: Scores
  ) -> ArraySlice<Int> {
    places.sorted {
      let (left, right) = (scores.values[alarms[$0].peak], scores.values[alarms[$1].peak])
      return left == right ? $0 < $1 : left > right
    }.prefix(count)
  }
}

extension Alarms {
  /// The same decisions in another shape; the thresholds stay.
  ///
  /// - Complexity: O(*n*), and O(*n* log *n*) for a release.
  /// - Throws: `noTimes` if the shape counts by the clock and rows have no times.
  package func shaped(by shape: AlarmShape) throws(ThresholdError) -> Alarms {
    var segments: [AlarmSegment] = []
    for run in scores.index.runs {
      let own = self.segments.filter { run.rows.contains($0.rows.lowerBound) }
      segments += try shape.applied(to: held(own, in: run.rows, by: shape), of: scores)
    }
    segments = shape.mostOf(segments, in: scores)
    return with(
      segments: segments, flags: Mask(of: segments, count: scores.index.count), rule: rule + shape.text)
  }

  /// Alarms that go on until the score falls to the release.
  private func held(_ alarms: [AlarmSegment], in rows: Range<Int>, by shape: AlarmShape) -> [AlarmSegment] {
    guard let level = shape.release else { return alarms }
    let learned = ThresholdRows.choose(in: scores, among: rows).rows
    guard let release = SortedSample(learned.map { scores.values[$0] }).quantile(level) else { return alarms }
    var isAlarmed = Mask(of: alarms, count: scores.index.count)
    return AlarmShape.stretches(of: scores, in: rows) { row, wasOn in
      if wasOn, scores.values[row] > release { isAlarmed[row] = true }
      return isAlarmed[row]
    }
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
  func length(of alarm: AlarmSegment) -> TimeSpan {
    end(of: alarm.rows.upperBound - 1) - start(of: alarm.rows.lowerBound)
  }
  func gap(_ one: AlarmSegment, _ next: AlarmSegment) -> TimeSpan {
    start(of: next.rows.lowerBound) - end(of: one.rows.upperBound - 1)
  }
}

import Numerics

/// Judges alarms of many series as the Numenta anomaly benchmark does: early ones in a window earn most.
///
/// - Input: for each series its scores and the windows of rows in which an alarm counts, in order.
/// - Output: 0 for a detector that stays silent, 100 for one that raises one alarm in the first row of each window and
///   no other; nil without windows.
/// - Complexity: O(*n*) at a threshold, O(*n* log *n*) for the best of all thresholds.
/// - Source: Lavin and Ahmad, *Evaluating real-time anomaly detection algorithms: the Numenta anomaly benchmark*,
///   ICMLA 2015, section III, with the details of its scorer: rows of the first 15% (at most 750) never count; an alarm
///   behind a window costs the less the nearer it is, in widths of that window.
package struct NABScore: Sendable, Equatable {
  /// What hits, false alarms and misses weigh.
  package struct Profile: Sendable, Equatable {
    package let name: String
    let hit: Double
    let falseAlarm: Double
    let miss: Double

    package static let standard = Profile(name: "standard", hit: 1, falseAlarm: 0.11, miss: 1)
    package static let fewFalseAlarms = Profile(name: "low FP", hit: 1, falseAlarm: 0.22, miss: 1)
    package static let fewMisses = Profile(name: "low FN", hit: 1, falseAlarm: 0.11, miss: 2)
    package static let all = [standard, fewFalseAlarms, fewMisses]
  }

  package struct Series: Sendable, Equatable {
    package let scores: [Double]
    package let windows: [Range<Int>]

    package init(scores: [Double], windows: [Range<Int>]) {
      self.scores = scores
      self.windows = windows
    }
  }

  /// Rows at or above it are alarms.
  package let threshold: Double
  package let value: Double

  /// The score at a threshold.
  package init?(_ series: [Series], profile: Profile, threshold: Double) {
    let count = series.reduce(0) { $0 + $1.windows.count }
    if count == 0 { return nil }
    var tally = Tally(series, profile)
    for row in tally.rows where row.score >= threshold { tally.take(row) }
    self.init(threshold: threshold, sum: tally.sum, windows: count, profile: profile)
  }

  /// The score at the best threshold for all series together: what NAB's own score board shows. It is chosen with the
  /// labels, so that it says how well a detector ranks, not how well it decides.
  package init?(best series: [Series], profile: Profile) {
    let count = series.reduce(0) { $0 + $1.windows.count }
    if count == 0 { return nil }
    var tally = Tally(series, profile)
    let rows = tally.rows.sorted { $0.score > $1.score }
    var best = (threshold: Double.infinity, sum: tally.sum)
    var place = 0
    while place < rows.count {
      let level = rows[place].score
      while place < rows.count, rows[place].score == level {
        tally.take(rows[place])
        place += 1
      }
      if tally.sum > best.sum { best = (level, tally.sum) }
    }
    self.init(threshold: best.threshold, sum: best.sum, windows: count, profile: profile)
  }

  private init(threshold: Double, sum: Double, windows: Int, profile: Profile) {
    let silent = -profile.miss * Double(windows)
    self.threshold = threshold
    value = 100 * (sum - silent) / (profile.hit * Double(windows) - silent)
  }
}

/// Rows with what an alarm there is worth, and the sum over the alarms taken so far.
private struct Tally {
  struct Row {
    let score: Double
    let worth: Double
    /// Among all windows; nil outside of them.
    let window: Int?
  }

  private(set) var rows: [Row] = []
  /// The best alarm of each window so far, or the cost of missing it.
  private var windows: [Double] = []
  private(set) var sum = 0.0

  init(_ series: [NABScore.Series], _ profile: NABScore.Profile) {
    for one in series {
      let first = windows.count
      windows += one.windows.map { _ in -profile.miss }
      var next = 0
      for row in one.scores.indices {
        while next < one.windows.count, row >= one.windows[next].upperBound { next += 1 }
        if row < Self.probation(one.scores.count) { continue }
        if next < one.windows.count, one.windows[next].contains(row) {
          let window = one.windows[next]
          let place = -Double(window.upperBound - row) / Double(window.count)
          let worth = Self.worth(at: place) * profile.hit / Self.worth(at: -1)
          rows.append(Row(score: one.scores[row], worth: worth, window: first + next))
        } else {
          var worth = -1.0
          if next > 0 {
            let before = one.windows[next - 1]
            worth = Self.worth(at: Double(row - before.upperBound + 1) / Double(max(before.count - 1, 1)))
          }
          rows.append(Row(score: one.scores[row], worth: worth * profile.falseAlarm, window: nil))
        }
      }
    }
    sum = windows.reduce(0, +)
  }

  mutating func take(_ row: Row) {
    guard let window = row.window else {
      sum += row.worth
      return
    }
    if row.worth > windows[window] {
      sum += row.worth - windows[window]
      windows[window] = row.worth
    }
  }

  /// Rows at the start that never count.
  private static func probation(_ count: Int) -> Int { Int(0.15 * Double(min(count, 5000))) }

  /// From nearly 1 at the left end of a window (-1) over 0 at its right end to -1 far behind it.
  private static func worth(at place: Double) -> Double {
    place > 3 ? -1 : 2 / (1 + exponential(5 * place)) - 1
  }
}

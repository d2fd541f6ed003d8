package import Numerics

/// Finds the windows in which a group's events follow each other in other shares than usual.
///
/// What comes behind an event is counted in each window: the share of *a* → *b* among all that follows *a*. The logit of
/// that share is compared with its median over the usual windows, in units of what the usual windows vary by and of what so
/// few events leave open:
/// z = |*l* − median| / √((1.4826 MAD)² + 1 / (*k* + ½) + 1 / (*n* − *k* + ½)), with *l* = ln((*k* + ½) / (*n* − *k* + ½)).
/// The end of a case follows its last event.
///
/// - Input: events of cases in order, each with its group and window (that of the event from which a transition leads).
/// - Output: for each transition a departure a window; missing where nothing left *a* there.
/// - Complexity: O(*e* + *t w* log *w*) for *e* events, *t* transitions and *w* windows.
/// - Source: the corrected logit and its variance are those of Haldane (Annals of Human Genetics 1956) and Gart and
///   Zweifel (Biometrika 1967); robust scores as in Iglewicz and Hoaglin 1993.
package struct TransitionShifts: Sendable {
  package struct Event: Sendable {
    package let kind: Int32
    package let group: Int32
    package let window: Int32

    package init(kind: Int32, group: Int32, window: Int32) {
      self.kind = kind
      self.group = group
      self.window = window
    }
  }

  package struct Transition: Sendable, Hashable {
    package let group: Int32
    package let from: Int32
    /// nil where the case ends.
    package let to: Int32?
  }

  /// In order of group, first event and second event.
  package let transitions: [Transition]
  private let counts: [[Int32: Int]]
  private let totals: [Departing: [Int32: Int]]
  private let windows: Int
  private let usual: [Bool]

  private struct Departing: Hashable {
    let group: Int32
    let from: Int32
  }

  /// Fewer usual windows tell nothing about what varies.
  private static let fewest = 3

  /// - Parameters:
  ///   - cases: the events of each case in their order, as places in `events`.
  ///   - usual: whether a window tells what is usual.
  package init(
    cases: [[Int]], events: [Event], usual: [Bool], work: Work
  ) throws(DetectionError) {
    var counts: [Transition: [Int32: Int]] = [:]
    var totals: [Departing: [Int32: Int]] = [:]
    for rows in cases {
      for (place, row) in rows.enumerated() {
        try work.pause(at: row)
        let event = events[row]
        let next = place + 1 < rows.count ? events[rows[place + 1]].kind : nil
        counts[Transition(group: event.group, from: event.kind, to: next), default: [:]][
          event.window, default: 0] += 1
        totals[Departing(group: event.group, from: event.kind), default: [:]][event.window, default: 0] += 1
      }
    }
    transitions = counts.keys.sorted { one, other in
      (one.group, one.from, one.to ?? .max) < (other.group, other.from, other.to ?? .max)
    }
    self.counts = transitions.map { counts[$0] ?? [:] }
    self.totals = totals
    self.usual = usual
    windows = usual.count
  }

  /// How far the shares of a transition depart from the usual in each window; NaN where nothing is known.
  package func departures(of place: Int) -> [Double] {
    let transition = transitions[place]
    let totals = totals[Departing(group: transition.group, from: transition.from)] ?? [:]
    var logits = [Double](repeating: .nan, count: windows)
    var spreads = logits
    for (window, total) in totals {
      let taken = Double(counts[place][window] ?? 0) + 0.5
      let left = Double(total) - taken + 1
      logits[Int(window)] = logarithm(taken / left)
      spreads[Int(window)] = 1 / taken + 1 / left
    }
    let known = logits.indices.filter { usual[$0] && !logits[$0].isNaN }.map { logits[$0] }
    guard known.count >= Self.fewest else { return [Double](repeating: .nan, count: windows) }
    let (median, deviation) = medianMoments(of: known)
    return logits.indices.map { window in
      abs(logits[window] - median) / (deviation * deviation + spreads[window]).squareRoot()
    }
  }
}

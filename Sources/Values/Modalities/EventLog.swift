/// What happened in many cases: one row an event, the events of a case together and in order.
package struct EventLog: Sendable, Equatable {
  /// Columns `case` and `activity` first, then the attributes. Each case is a segment of the index.
  package let frame: Frame

  package init(frame: Frame) {
    precondition(
      frame.column("case") != nil && frame.column("activity")?.type == .category,
      "events have a case and an activity")
    self.frame = frame
  }

  package var caseCount: Int { frame.rowCount == 0 ? 0 : frame.index.runs.count }

  /// The activity of each event, and the names of all.
  package var activities: (codes: [Int32], levels: [String]) {
    if case .category(let codes, let levels) = frame.column("activity")?.cells {
      (codes, levels)
    } else {
      ([], [])
    }
  }

  package func with(frame: Frame) -> EventLog { EventLog(frame: frame) }
}

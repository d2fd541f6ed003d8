import Chronology

/// A part of a moment, in UTC.
package enum CalendarPart: String, Sendable, CaseIterable {
  case minute, hour, day, weekday, month
}

extension Vector {
  package func part(_ part: CalendarPart) -> Vector? {
    guard case .times(let lane) = self else { return nil }
    let result: Lane<Double> =
      switch part {
      case .minute: lane.map(0) { Self.whole($0, per: 60_000_000_000, cycle: 60) }
      case .hour: lane.map(0) { Self.whole($0, per: 3_600_000_000_000, cycle: 24) }
      // 1970-01-01 was a Thursday, the fourth day of the week.
      case .weekday: lane.map(0) { Self.whole($0, per: Self.day, cycle: 7, first: 3) + 1 }
      case .day: lane.map(0) { Self.date($0) { Double($0.day) } }
      case .month: lane.map(0) { Self.date($0) { Double($0.month) } }
      }
    return .numbers(result)
  }

  private static let day: Int64 = 86_400_000_000_000

  /// How many whole units lie behind the moment, counted in cycles.
  @inline(__always)
  private static func whole(_ time: Int64, per unit: Int64, cycle: Int64, first: Int64 = 0) -> Double {
    if time == missing { return .nan }
    let units = time >= 0 ? time / unit : (time + 1) / unit - 1
    let place = (units + first) % cycle
    return Double(place < 0 ? place + cycle : place)
  }

  @inline(__always)
  private static func date(_ time: Int64, _ field: (CivilDate) -> Double) -> Double {
    if time == missing { return .nan }
    return field(CivilDate(daysSinceEpoch: Int(time >= 0 ? time / day : (time + 1) / day - 1)))
  }
}

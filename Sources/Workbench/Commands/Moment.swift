import Chronology
import Language
import Values

/// A time as it is written: with its date, or as a time of day of which the data say the date.
enum Moment: Sendable {
  case instant(Instant)
  case clock(TimeSpan)

  init?(_ argument: Argument) {
    switch argument {
    case .instant(let instant): self = .instant(instant)
    case .clock(let clock): self = .clock(clock)
    default: return nil
    }
  }

  /// A time of day comes about at the first such moment at or after `start`.
  func instant(from start: Instant?) -> Instant {
    guard case .clock(let clock) = self, let start else { return written }
    let found = start.midnight + clock
    return found < start ? found + Self.day : found
  }

  /// A time of day comes about at the last such moment at or before `end`.
  func instant(until end: Instant) -> Instant {
    guard case .clock(let clock) = self else { return written }
    let found = end.midnight + clock
    return found > end ? found + TimeSpan(nanoseconds: -Self.day.nanoseconds) : found
  }

  private var written: Instant {
    switch self {
    case .instant(let instant): instant
    case .clock(let clock): Instant(nanoseconds: clock.nanoseconds)
    }
  }

  fileprivate static let day = TimeSpan(nanoseconds: 86_400_000_000_000)
}

extension Instant {
  fileprivate var midnight: Instant {
    let past = nanoseconds % Moment.day.nanoseconds
    return Instant(nanoseconds: nanoseconds - (past < 0 ? past + Moment.day.nanoseconds : past))
  }
}

extension Index {
  /// When the first row is.
  var start: Instant? {
    guard let time, count > 0 else { return nil }
    return (0..<time.count).lazy.map { time[$0] }.min()
  }
}

extension Parameter where Element == Moment? {
  static func moment(_ name: String, help: String) -> Self {
    .optional(name, .moment, help: help) { Moment($0) }
  }
}

extension Parameter where Element == MomentRange? {
  static func moments(_ name: String, help: String) -> Self {
    .optional(name, .range(.moment), help: help) { MomentRange($0) }
  }
}

/// `08:00..08:10`, with dates or without.
struct MomentRange: Sendable {
  let lower: Moment
  let upper: Moment

  init?(_ argument: Argument) {
    guard case .range(let low, let high) = argument, let lower = Moment(low), let upper = Moment(high)
    else { return nil }
    self.lower = lower
    self.upper = upper
  }

  /// Without dates it is the first stretch of its kind that reaches into the data; it may pass midnight.
  func instants(from start: Instant?) -> ClosedRange<Instant>? {
    let high: Instant
    if case .instant(let low) = lower {
      high = upper.instant(from: low)
    } else {
      high = upper.instant(from: start)
    }
    let low = lower.instant(until: high)
    return low <= high ? low...high : nil
  }

  func nanoseconds(from start: Instant?) -> ClosedRange<Double>? {
    instants(from: start).map { Double($0.lowerBound.nanoseconds)...Double($0.upperBound.nanoseconds) }
  }
}

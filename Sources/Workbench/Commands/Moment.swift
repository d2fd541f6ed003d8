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
    switch self {
    case .instant(let instant): return instant
    case .clock(let clock):
      guard let start else { return Instant(nanoseconds: clock.nanoseconds) }
      let day = TimeSpan(nanoseconds: 86_400_000_000_000)
      var past = start.nanoseconds % day.nanoseconds
      if past < 0 { past += day.nanoseconds }
      let midnight = Instant(nanoseconds: start.nanoseconds - past)
      let found = midnight + clock
      return found < start ? found + day : found
    }
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

  /// Without dates the range begins on the first day that has its beginning; it may pass midnight.
  func instants(from start: Instant?) -> ClosedRange<Instant>? {
    let low = lower.instant(from: start)
    let high = upper.instant(from: low)
    return low <= high ? low...high : nil
  }

  func nanoseconds(from start: Instant?) -> ClosedRange<Double>? {
    instants(from: start).map { Double($0.lowerBound.nanoseconds)...Double($0.upperBound.nanoseconds) }
  }
}

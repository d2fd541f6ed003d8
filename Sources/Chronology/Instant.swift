/// A moment in time: nanoseconds since 1970-01-01T00:00:00Z.
package struct Instant: Hashable, Comparable, Sendable, Codable {
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  package static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }

  package static func + (instant: Instant, span: TimeSpan) -> Instant {
    Instant(nanoseconds: instant.nanoseconds &+ span.nanoseconds)
  }

  package static func - (a: Instant, b: Instant) -> TimeSpan {
    TimeSpan(nanoseconds: a.nanoseconds &- b.nanoseconds)
  }

  /// To the millisecond.
  package var short: Instant {
    let rest = nanoseconds % 1_000_000
    return Instant(nanoseconds: nanoseconds - (rest < 0 ? rest + 1_000_000 : rest))
  }
}

/// A date of the proleptic Gregorian calendar.
package struct CivilDate: Hashable, Sendable {
  package var year: Int
  package var month: Int
  package var day: Int

  package init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The date that lies `days` after 1970-01-01.
  package init(daysSinceEpoch days: Int) {
    // Eras of 400 years that begin on 1 March, so that the leap day comes last.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  package var daysSinceEpoch: Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  package static func daysIn(month: Int, year: Int) -> Int {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

extension Instant {
  /// Reads `2026-03-01`, `2026-03-01T08:00`, `2026-03-01 08:00:07.25`, each with `Z` or `+01:00` behind.
  ///
  /// Without a zone the text is UTC. Returns nil for anything else, also for 30 February.
  package init?(_ text: some StringProtocol) {
    var reader = DigitReader(text.utf8.map { $0 })
    guard let parsed = reader.instant(), reader.isAtEnd else { return nil }
    self = parsed
  }
}

extension TimeSpan {
  /// Reads a time of day, `12:00`, `12:00:05` or `12:00:05.25`, as the time since midnight.
  package init?(clock text: some StringProtocol) {
    var reader = DigitReader(text.utf8.map { $0 })
    guard let parsed = reader.timeOfDay(), reader.isAtEnd else { return nil }
    nanoseconds = parsed
  }

  /// `12:00`, `12:00:05` or `12:00:05.25`: the time of day so long after midnight.
  package var clockText: String {
    var text = Instant(nanoseconds: nanoseconds).description.dropFirst(11)
    if text.hasSuffix(":00"), text.utf8.count == 8 { text = text.dropLast(3) }
    return String(text)
  }
}

/// Walks over the bytes of a time stamp.
private struct DigitReader {
  let bytes: [UInt8]
  var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }
  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func take(_ character: Character) -> Bool {
    guard next == character.asciiValue else { return false }
    position += 1
    return true
  }

  mutating func number(digits: Int) -> Int? {
    guard position + digits <= bytes.count else { return nil }
    var value = 0
    for byte in bytes[position..<position + digits] {
      guard byte >= 48, byte <= 57 else { return nil }
      value = value * 10 + Int(byte - 48)
    }
    position += digits
    return value
  }

  mutating func instant() -> Instant? {
    guard let year = number(digits: 4), take("-"), let month = number(digits: 2), take("-"),
      let day = number(digits: 2), (1...12).contains(month), year >= 1678, year <= 2261,
      day >= 1, day <= CivilDate.daysIn(month: month, year: year)
    else { return nil }
    var nanoseconds =
      Int64(CivilDate(year: year, month: month, day: day).daysSinceEpoch) * 86_400_000_000_000
    guard next == 84 || next == 116 || next == 32 else { return Instant(nanoseconds: nanoseconds) }
    position += 1
    guard let timeOfDay = timeOfDay() else { return nil }
    nanoseconds += timeOfDay
    guard let offset = zone() else { return nil }
    return Instant(nanoseconds: nanoseconds - offset)
  }

  mutating func timeOfDay() -> Int64? {
    guard let hour = number(digits: 2), hour < 24, take(":"), let minute = number(digits: 2), minute < 60
    else { return nil }
    var nanoseconds = Int64(hour * 60 + minute) * 60_000_000_000
    guard take(":") else { return nanoseconds }
    guard let second = number(digits: 2), second < 60 else { return nil }
    nanoseconds += Int64(second) * 1_000_000_000
    guard take(".") || take(",") else { return nanoseconds }
    return fraction().map { nanoseconds + $0 }
  }

  mutating func fraction() -> Int64? {
    var value: Int64 = 0
    var unit: Int64 = 100_000_000
    let start = position
    while let digit = next, digit >= 48, digit <= 57 {
      value += Int64(digit - 48) * unit
      unit /= 10
      position += 1
    }
    return position > start ? value : nil
  }

  mutating func zone() -> Int64? {
    if isAtEnd || take("Z") || take("z") { return 0 }
    let sign: Int64 = next == 45 ? -1 : 1
    guard take("+") || take("-"), let hours = number(digits: 2), hours <= 14 else { return nil }
    _ = take(":")
    let minutes = isAtEnd ? 0 : number(digits: 2)
    guard let minutes, minutes < 60 else { return nil }
    return sign * Int64(hours * 60 + minutes) * 60_000_000_000
  }
}

extension CivilDate: CustomStringConvertible {
  /// ISO 8601: `2026-03-01`.
  package var description: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }
}

extension Instant: CustomStringConvertible {
  /// ISO 8601 in UTC with just the digits that it needs: `2026-03-01T08:00:07.25`.
  package var description: String {
    let perDay: Int64 = 86_400_000_000_000
    let days = nanoseconds >= 0 ? nanoseconds / perDay : (nanoseconds - perDay + 1) / perDay
    let rest = nanoseconds - days * perDay
    let date = CivilDate(daysSinceEpoch: Int(days))
    let seconds = rest / 1_000_000_000
    var text = "\(date)"
    text += "T\(padded(Int(seconds / 3600), 2)):\(padded(Int(seconds / 60 % 60), 2))"
    text += ":\(padded(Int(seconds % 60), 2))"
    var fraction = rest % 1_000_000_000
    if fraction != 0 {
      var digits = 9
      while fraction % 10 == 0 {
        fraction /= 10
        digits -= 1
      }
      text += "." + padded(Int(fraction), digits)
    }
    return text
  }
}

/// With zeros in front.
private func padded(_ number: Int, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

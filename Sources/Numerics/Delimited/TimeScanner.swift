/// Reads moments out of bytes as nanoseconds since 1970, without making strings.
package struct TimeScanner: Sendable {
  let text: TimeText

  package init(_ text: TimeText) { self.text = text }

  /// The moment that is the whole of `bytes`, or nil.
  package func nanoseconds(_ bytes: some Collection<UInt8>) -> Int64? {
    let padded = Array(bytes) + [UInt8](repeating: 0, count: 16)
    // SAFETY: the reader does not leave the range.
    return unsafe padded.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return nil }
      return unsafe moment(base, 0..<padded.count - 16)
    }
  }

  /// The moment that fills the range, but for blanks around it.
  func moment(_ base: UnsafePointer<UInt8>, _ range: Range<Int>) -> Int64? {
    var reader = unsafe StampReader(base: base, at: range.lowerBound, end: range.upperBound)
    reader.skipBlanks()
    let found: Int64? =
      switch text {
      case .calendar(let order, let zone): reader.stamp(order, zone: zone)
      case .epoch(let unit): reader.count(unit: unit)
      }
    reader.skipBlanks()
    return reader.at == reader.end ? found : nil
  }
}

/// Walks over the bytes of one stamp.
@safe private struct StampReader {
  let base: UnsafePointer<UInt8>
  var at: Int
  let end: Int

  private static let second: Int64 = 1_000_000_000

  /// SAFETY of all reads: `at` is compared with `end` first.
  private var next: UInt8 { at < end ? unsafe base[at] : 0 }

  mutating func skipBlanks() { while next == 32 || next == 9 { at += 1 } }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte, at < end else { return false }
    at += 1
    return true
  }

  /// Between `least` and `most` digits.
  private mutating func digits(_ least: Int, _ most: Int) -> Int? {
    var value = 0
    let start = at
    while at - start < most, next &- 48 <= 9, at < end {
      value = value * 10 + Int(next - 48)
      at += 1
    }
    return at - start >= least ? value : nil
  }

  mutating func stamp(_ order: DateOrder, zone: Int64) -> Int64? {
    guard let days = date(order) else { return nil }
    var seconds = Int64(days) * 86_400
    var fraction: Int64 = 0
    if next == 84 || next == 116 || next == 32 {
      let mark = at
      at += 1
      skipBlanks()
      if at == end {
        at = mark
      } else {
        guard let clock = clock() else { return nil }
        seconds += clock.seconds
        fraction = clock.nanoseconds
      }
    }
    guard let offset = offset(else: zone) else { return nil }
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: Self.second)
    return overflow ? nil : scaled + fraction - offset
  }

  /// Days since 1970.
  private mutating func date(_ order: DateOrder) -> Int? {
    if order == .named { return namedDate() }
    let isYearFirst = order == .yearFirst
    guard let first = digits(isYearFirst ? 4 : 1, isYearFirst ? 4 : 2) else { return nil }
    let separator = next
    guard separator == 45 || separator == 47 || separator == 46 else { return nil }
    at += 1
    guard let second = digits(1, 2), take(separator),
      let third = digits(isYearFirst ? 1 : 4, isYearFirst ? 2 : 4)
    else { return nil }
    let (year, month, day) =
      switch order {
      case .yearFirst: (first, second, third)
      case .dayFirst: (third, second, first)
      case .monthFirst, .named: (third, first, second)
      }
    return Self.days(checking: year, month, day)
  }

  /// A month by its English name, a day and a year of four digits in any order; a day of the week before them.
  private mutating func namedDate() -> Int? {
    var (year, month, day): (Int?, Int?, Int?)
    while year == nil || month == nil || day == nil {
      while next == 32 || next == 44 || next == 45 || next == 47 || next == 46 { at += 1 }
      if next &- 48 <= 9, at < end {
        let start = at
        guard let number = digits(1, 4) else { return nil }
        switch at - start {
        case 4 where year == nil: year = number
        case 1...2 where day == nil: day = number
        default: return nil
        }
        continue
      }
      let start = at
      while next | 32 >= 97, next | 32 <= 122, at < end { at += 1 }
      guard (3...9).contains(at - start) else { return nil }
      // SAFETY: three letters stand from `start` on.
      let head = unsafe [base[start] | 32, base[start + 1] | 32, base[start + 2] | 32]
      if let found = Self.months.firstIndex(of: head) {
        guard month == nil else { return nil }
        month = found + 1
      } else if month != nil || !Self.weekdays.contains(head) {
        return nil
      }
    }
    guard let year, let month, let day else { return nil }
    return Self.days(checking: year, month, day)
  }

  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]
  .map { Array($0.utf8) }
  private static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map { Array($0.utf8) }

  private static func days(checking year: Int, _ month: Int, _ day: Int) -> Int? {
    guard year >= 1678, year <= 2261, month >= 1, month <= 12, day >= 1, day <= days(in: month, of: year)
    else { return nil }
    return days(year, month, day)
  }

  private static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Counts with years that begin in March, so that the leap day comes last; 719,468 days lie before 1970.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
  }

  private mutating func clock() -> (seconds: Int64, nanoseconds: Int64)? {
    guard var hour = digits(1, 2), hour < 24, take(58), let minute = digits(2, 2), minute < 60 else {
      return nil
    }
    var second = 0
    var nanoseconds: Int64 = 0
    if take(58) {
      guard let read = digits(2, 2), read < 60 else { return nil }
      second = read
      if next == 46 || next == 44 {
        at += 1
        guard let fraction = fraction() else { return nil }
        nanoseconds = fraction
      }
    }
    let mark = at
    skipBlanks()
    let half = next | 32
    if half == 97 || half == 112 {
      at += 1
      guard next | 32 == 109, hour >= 1, hour <= 12 else { return nil }
      at += 1
      hour = hour % 12 + (half == 112 ? 12 : 0)
    } else {
      at = mark
    }
    return (Int64(hour * 3600 + minute * 60 + second), nanoseconds)
  }

  /// Digits beyond the ninth are cut.
  private mutating func fraction() -> Int64? {
    var value: Int64 = 0
    var unit: Int64 = 100_000_000
    let start = at
    while at < end, next &- 48 <= 9 {
      value += Int64(next - 48) * unit
      unit /= 10
      at += 1
    }
    return at > start ? value : nil
  }

  /// Nanoseconds east of UTC.
  private mutating func offset(else fallback: Int64) -> Int64? {
    let mark = at
    skipBlanks()
    if next | 32 == 122 {
      at += 1
      return 0
    }
    if at + 3 <= end {
      let word = unsafe [base[at] | 32, base[at + 1] | 32, base[at + 2] | 32]
      if word == Array("utc".utf8) || word == Array("gmt".utf8) {
        at += 3
        return 0
      }
    }
    guard next == 43 || next == 45 else {
      at = mark
      return fallback
    }
    let sign: Int64 = next == 45 ? -1 : 1
    at += 1
    guard let hours = digits(2, 2), hours <= 14 else { return nil }
    _ = take(58)
    let minutes = next &- 48 <= 9 ? digits(2, 2) : 0
    guard let minutes, minutes < 60 else { return nil }
    return sign * Int64(hours * 60 + minutes) * 60 * Self.second
  }

  /// A number of units since 1970, exact to the nanosecond.
  mutating func count(unit: Int64) -> Int64? {
    let isNegative = next == 45
    if isNegative || next == 43 { at += 1 }
    let start = at
    var whole: Int64 = 0
    while at < end, next &- 48 <= 9 {
      let (tens, far) = whole.multipliedReportingOverflow(by: 10)
      let (sum, over) = tens.addingReportingOverflow(Int64(next - 48))
      if far || over { return nil }
      whole = sum
      at += 1
    }
    guard at > start else { return nil }
    var part: Int64 = 0
    if next == 46 || next == 44 {
      at += 1
      // A fraction of a second in nanoseconds, then as a fraction of the unit.
      guard let fraction = at == end ? 0 : fraction() else { return nil }
      part = fraction / (Self.second / unit)
    }
    let (scaled, overflow) = whole.multipliedReportingOverflow(by: unit)
    let (sum, over) = scaled.addingReportingOverflow(part)
    return overflow || over ? nil : isNegative ? -sum : sum
  }
}

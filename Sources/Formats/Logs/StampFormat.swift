import Numerics

/// How the lines of a log tell the time.
package enum StampFormat: Sendable, Equatable, CaseIterable {
  /// A count from 1970 of at least nine digits.
  case epoch
  /// `2026-03-01 08:00:07,250`, also with strokes or points.
  case iso
  /// `2005-06-03-15.42.50.675872`.
  case dashed
  /// `081109 203615`: year, month, day; hour, minute, second.
  case compact
  /// `17/06/09 20:10:40`: a year of two digits.
  case shortYear
  /// `Jun 14 15:16:01`, `Sun Dec 04 04:47:44 2005`, `10/Oct/2000:13:55:36 -0700`.
  case named
  /// `03-17 16:13:38.811`: month and day.
  case yearless
  /// `I0301 08:00:00.123456`: a letter for the level, month and day.
  case lettered
  /// `12.004100`: seconds since a machine was started, of which nobody knows when; they count from 1970.
  case uptime

  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  /// Nanoseconds since 1970, and whether the text names a year.
  func moment(_ text: [UInt8], year: Int, zone: Int64) -> (nanoseconds: Int64, hasYear: Bool)? {
    switch self {
    case .epoch:
      guard text.prefix(while: { $0 &- 48 <= 9 }).count >= 9, let size = NumberScanner().number(text) else {
        return nil
      }
      let unit: Int64 = size < 1e11 ? 1_000_000_000 : size < 1e14 ? 1_000_000 : size < 1e17 ? 1000 : 1
      return TimeScanner(.epoch(unit: unit)).nanoseconds(text).map { ($0, true) }
    case .iso: return calendar(text, zone).map { ($0, true) }
    case .dashed:
      var text = text
      guard text.count >= 19, text[10] == 45, text[13] == 46, text[16] == 46 else { return nil }
      text[10] = 32
      text[13] = 58
      text[16] = 58
      return calendar(text, zone).map { ($0, true) }
    case .compact:
      let digits = text.filter { $0 &- 48 <= 9 }
      guard digits.count == 12, text.allSatisfy({ $0 &- 48 <= 9 || $0 == 32 }) else { return nil }
      return calendar(Self.century(digits) + stamp(digits[2...]), zone).map { ($0, true) }
    case .shortYear:
      guard text.count >= 17, text[2] == 47, text[5] == 47 else { return nil }
      return calendar(Self.century(text) + text[2...], zone).map { ($0, true) }
    case .named: return named(text, year: year, zone)
    case .yearless:
      guard text.count >= 14, text[2] == 45 || text[2] == 46 || text[2] == 47 else { return nil }
      let full = Array("\(year)".utf8) + [text[2]] + text
      return calendar(full, zone).map { ($0, false) }
    case .lettered:
      guard text.count >= 14, text[0] >= 65, text[1..<5].allSatisfy({ $0 &- 48 <= 9 }), text[5] == 32 else {
        return nil
      }
      let full = Array("\(year)-".utf8) + text[1..<3] + [45] + text[3...]
      return calendar(full, zone).map { ($0, false) }
    case .uptime:
      let whole = text.prefix { $0 &- 48 <= 9 }
      guard 1...8 ~= whole.count, text.count > whole.count + 3, text[whole.count] == 46,
        text[(whole.count + 1)...].allSatisfy({ $0 &- 48 <= 9 }), let seconds = NumberScanner().number(text)
      else { return nil }
      return (Int64((seconds * 1e9).rounded()), true)
    }
  }

  private func calendar(_ text: [UInt8], _ zone: Int64) -> Int64? {
    TimeScanner(.calendar(.yearFirst, zone: zone)).nanoseconds(text)
  }

  /// Years of two digits lie from 1970 to 2069.
  private static func century(_ text: some Sequence<UInt8>) -> [UInt8] {
    let year = Array(text.prefix(2))
    return Array((year.first ?? 48 >= 55 ? "19" : "20").utf8) + year
  }

  /// `-mm-dd hh:mm:ss` out of ten digits.
  private func stamp(_ digits: ArraySlice<UInt8>) -> [UInt8] {
    let pairs = stride(from: digits.startIndex, to: digits.endIndex, by: 2).map { Array(digits[$0..<$0 + 2]) }
    return [45] + pairs[0] + [45] + pairs[1] + [32] + pairs[2] + [58] + pairs[3] + [58] + pairs[4]
  }

  /// Words and numbers in any of the usual orders: the month by name, the time by its colons.
  private func named(_ text: [UInt8], year: Int, _ zone: Int64) -> (nanoseconds: Int64, hasYear: Bool)? {
    var (month, day, written, clock, offset): (Int?, Int?, Int?, [UInt8]?, [UInt8]) = (nil, nil, nil, nil, [])
    // `10/Oct/2000:13:55:36` becomes words like the others.
    var isAfterYear = false
    let words = text.split { byte in
      if byte == 47 { return true }
      if byte == 58, !isAfterYear, text.contains(47) {
        isAfterYear = true
        return true
      }
      return byte == 32 || byte == 9 || byte == 91 || byte == 93
    }
    for word in words {
      if word.contains(58) {
        clock = Array(word)
      } else if word.first == 43 || (word.first == 45 && word.count == 5) {
        offset = Array(word)
      } else if let number = NumberScanner().number(word), number == number.rounded(),
        (0..<10_000).contains(number)
      {
        if word.count == 4 { written = Int(number) } else if day == nil, number <= 31 { day = Int(number) }
      } else if let place = Self.months.firstIndex(
        of: String(decoding: word.prefix(3), as: UTF8.self).lowercased())
      {
        month = place + 1
      }
    }
    guard let month, let day, let clock else { return nil }
    let full = "\(written ?? year)-\(month)-\(day) " + String(decoding: clock + offset, as: UTF8.self)
    let padded = written ?? year < 1000 ? "" : full
    return calendar(Array(padded.utf8), zone).map { ($0, written != nil) }
  }
}

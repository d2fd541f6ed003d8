import Chronology
import Language

/// Regular expressions for numbers within limits, in the few signs that model servers read.
enum NumberPattern {
  /// More digits than these no command needs.
  static let largest = 999_999_999

  /// Whole numbers; nil if there is none of at most nine digits.
  static func whole(_ range: ClosedRange<Int>) -> String? {
    let low = max(range.lowerBound, -largest)
    let high = min(range.upperBound, largest)
    guard low <= high else { return nil }
    var parts: [String] = []
    if low < 0 { parts += positive(max(1, -high)...(-low)).map { "-" + $0 } }
    if high >= 0 { parts += positive(max(0, low)...high) }
    return any(parts)
  }

  private static func positive(_ range: ClosedRange<Int>) -> [String] {
    var parts: [String] = []
    var first = range.lowerBound
    if first == 0, range.upperBound < 9 {
      return [fixed([UInt8(ascii: "0")], Array(String(range.upperBound).utf8))]
    }
    if first == 0 {
      parts.append("0")
      first = 1
    }
    while first <= range.upperBound {
      let digits = String(first).utf8.count
      // All numbers of so many digits, and of more.
      let full = (digits..<10).prefix { power($0) - 1 <= range.upperBound }
      if first == power(digits - 1), let most = full.last {
        let more = digits == most ? "\(most - 1)" : "\(digits - 1),\(most - 1)"
        parts.append(most == 1 ? "[1-9]" : more == "1" ? "[1-9][0-9]" : "[1-9][0-9]{\(more)}")
        first = power(most)
      } else {
        let last = min(range.upperBound, power(digits) - 1)
        parts.append(fixed(Array(String(first).utf8), Array(String(last).utf8)))
        first = last + 1
      }
    }
    return parts
  }

  private static func power(_ digits: Int) -> Int { (0..<digits).reduce(1) { power, _ in power * 10 } }

  /// Numbers of equally many digits, from one to the other.
  private static func fixed(_ low: [UInt8], _ high: [UInt8]) -> String {
    let zero = UInt8(ascii: "0")
    let nine = UInt8(ascii: "9")
    guard let first = low.first, let last = high.first else { return "" }
    let rest = low.count - 1
    if first == last { return text(first) + fixed(Array(low.dropFirst()), Array(high.dropFirst())) }
    var parts: [String] = []
    var (from, to) = (first, last)
    if low.dropFirst().contains(where: { $0 != zero }) {
      parts.append(text(first) + fixed(Array(low.dropFirst()), Array(repeating: nine, count: rest)))
      from += 1
    }
    var tail: [String] = []
    if high.dropFirst().contains(where: { $0 != nine }) {
      tail.append(text(last) + fixed(Array(repeating: zero, count: rest), Array(high.dropFirst())))
      to -= 1
    }
    if from <= to {
      let digit = from == to ? text(from) : "[\(text(from))-\(text(to))]"
      parts.append(digit + (rest == 0 ? "" : rest == 1 ? "[0-9]" : "[0-9]{\(rest)}"))
    }
    return any(parts + tail) ?? ""
  }

  private static func text(_ digit: UInt8) -> String { String(UnicodeScalar(digit)) }

  /// Numbers with a point, and small ones with an exponent; nil if there is none of at most nine digits before the point.
  static func real(_ range: ClosedRange<Double>) -> String? {
    var parts: [String] = []
    if range.lowerBound < 0 {
      let mirrored = max(0, -range.upperBound)...(-range.lowerBound)
      if let part = notNegative(mirrored, withZero: false) { parts.append("-" + part) }
    }
    if range.upperBound >= 0 {
      parts += [notNegative(max(0, range.lowerBound)...range.upperBound, withZero: true)].compactMap(\.self)
    }
    return any(parts)
  }

  private static func notNegative(_ range: ClosedRange<Double>, withZero: Bool) -> String? {
    let most = Double(largest)
    guard range.lowerBound <= most else { return nil }
    let high = min(range.upperBound, most)
    let (low, floor) = (range.lowerBound, Int(high.rounded(.down)))
    let ceiling = Int(low.rounded(.up))
    var parts: [String] = []
    if ceiling <= floor, let whole = whole(ceiling...floor) { parts.append(whole) }
    // Between two whole numbers that both lie inside, any fraction does.
    if ceiling < floor, let whole = whole(ceiling...floor - 1) { parts.append(whole + "\\.[0-9]{1,6}") }
    let start = Int(low.rounded(.down))
    if Double(start) < low, let part = fractions(low - Double(start), min(1, high - Double(start))) {
      parts.append("\(start)\\.\(part)")
    }
    if Double(floor) < high, floor >= ceiling, let part = fractions(0, high - Double(floor)) {
      parts.append("\(floor)\\.\(part)")
    }
    let exponents = (1...9).filter { exponent in
      let unit = Double("1e-\(exponent)") ?? 0
      return unit >= low && 9 * unit <= high
    }
    if !exponents.isEmpty { parts.append("[1-9]e-[\(exponents.map(String.init).joined())]") }
    return any(parts)
  }

  /// Digits behind the point.
  private static func fractions(_ low: Double, _ high: Double) -> String? {
    let parts = (1...4).compactMap { digits -> String? in
      let unit = Double(power(digits))
      var first = Int((low * unit).rounded(.up))
      if Double(first) / unit < low { first += 1 }
      var last = min(Int((high * unit).rounded(.down)), power(digits) - 1)
      if Double(last) / unit > high { last -= 1 }
      guard first <= last else { return nil }
      func padded(_ number: Int) -> [UInt8] {
        let text = String(number)
        return Array((String(repeating: "0", count: digits - text.count) + text).utf8)
      }
      return fixed(padded(first), padded(last))
    }
    return any(parts)
  }

  /// `0.01` or `1%`.
  static func share(_ range: ClosedRange<Double>) -> String? {
    let percent = real(range.lowerBound * 100...range.upperBound * 100).map { $0 + "%" }
    return any([real(range), percent].compactMap(\.self))
  }

  /// `10s`, `1.5h`.
  static func span(_ range: ClosedRange<TimeSpan>) -> String? {
    let parts = TimeSpan.units.prefix { $0.name != "us" }.compactMap { unit -> String? in
      let low = Double(range.lowerBound.nanoseconds) / Double(unit.nanoseconds)
      let high = Double(range.upperBound.nanoseconds) / Double(unit.nanoseconds)
      let least = max(0, Int(low.rounded(.up)))
      let most = min(Int(high.rounded(.down)), longestSpan)
      guard least <= most, let whole = whole(least...most) else { return nil }
      var parts = [whole]
      if max(1, least) <= min(most - 1, longestFraction),
        let whole = self.whole(max(1, least)...min(most - 1, longestFraction))
      {
        parts.append(whole + "\\.[0-9]{1,2}")
      }
      if low <= 0.1, high >= 1 { parts.append("0\\.[1-9]") }
      return any(parts).map { $0 + unit.name }
    }
    return any(parts)
  }

  /// In its own unit.
  private static let longestSpan = 99_999
  private static let longestFraction = 99

  /// One of the parts; nil without any.
  static func any(_ parts: [String]) -> String? {
    parts.isEmpty ? nil : parts.count == 1 ? parts[0] : "(\(parts.joined(separator: "|")))"
  }
}

package import Chronology

/// Numbers with their suffixes, as people write them.
package enum NumberText {
  /// Splits `44.1kHz` into `44.1` and `kHz`; nil if no number starts the text.
  static func split(_ text: String) -> (number: String, suffix: String)? {
    let bytes = Array(text.utf8)
    var position = 0
    if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { position = 1 }
    let start = position
    var digits = 0
    func skipDigits() {
      while position < bytes.count,
        Nesting.isDigit(bytes[position]) || (bytes[position] == UInt8(ascii: "_") && position > start)
      {
        digits += Nesting.isDigit(bytes[position]) ? 1 : 0
        position += 1
      }
    }
    skipDigits()
    if position < bytes.count, bytes[position] == UInt8(ascii: "."),
      position + 1 < bytes.count, Nesting.isDigit(bytes[position + 1])
    {
      position += 1
      skipDigits()
    }
    guard digits > 0 else { return nil }
    if let end = exponentEnd(bytes, position) { position = end }
    let number = String(decoding: bytes[..<position].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    return (number, String(decoding: bytes[position...], as: UTF8.self))
  }

  private static func exponentEnd(_ bytes: [UInt8], _ start: Int) -> Int? {
    guard start < bytes.count, bytes[start] | 32 == UInt8(ascii: "e") else { return nil }
    var position = start + 1
    if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
      position += 1
    }
    let first = position
    while position < bytes.count, Nesting.isDigit(bytes[position]) { position += 1 }
    return position > first ? position : nil
  }

  /// The number times a power of ten, rounded once.
  static func value(_ number: String, exponent: Int = 0) -> Double? {
    let result: Double?
    if exponent == 0 {
      result = Double(number)
    } else if number.utf8.contains(UInt8(ascii: "e")) || number.utf8.contains(UInt8(ascii: "E")) {
      result = Double(number).map { $0 * (Double("1e\(exponent)") ?? 1) }
    } else {
      result = Double("\(number)e\(exponent)")
    }
    return result.flatMap { $0.isFinite ? $0 : nil }
  }

  static func real(_ text: String) -> Double? {
    guard let (number, suffix) = split(text), suffix.isEmpty else { return nil }
    return value(number)
  }

  static func integer(_ text: String) -> Int? {
    guard let (number, suffix) = split(text), suffix.isEmpty else { return nil }
    if let integer = Int(number) { return integer }
    guard let real = value(number), real == real.rounded(), abs(real) < 9e15 else { return nil }
    return Int(real)
  }

  /// `0.01` or `1%`.
  static func fraction(_ text: String) -> Double? {
    guard let (number, suffix) = split(text) else { return nil }
    return suffix.isEmpty ? value(number) : suffix == "%" ? value(number, exponent: -2) : nil
  }

  private static let prefixes: [(name: String, exponent: Int)] = [
    ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("m", -3), ("u", -6), ("n", -9),
  ]
  private static let binaryPrefixes: [(name: String, factor: Double)] = [
    ("Ki", 1024), ("Mi", 1_048_576), ("Gi", 1_073_741_824), ("Ti", 1_099_511_627_776),
  ]

  /// A number that may carry a unit with a prefix: `44.1kHz`, `2GB`, `512MiB`.
  static func quantity(_ text: String, unit: String) -> Double? {
    guard let (number, suffix) = split(text) else { return nil }
    if suffix.isEmpty { return value(number) }
    for prefix in prefixes where suffix == prefix.name + unit {
      return value(number, exponent: prefix.exponent)
    }
    for prefix in binaryPrefixes where suffix == prefix.name + unit {
      return value(number).map { $0 * prefix.factor }
    }
    return nil
  }

  /// `10s`, `1.5h`, `1h30min`; nil for anything else and for what does not fit into 292 years.
  package static func span(_ text: String) -> TimeSpan? {
    var rest = text
    var total: Int64 = 0
    var isNegative = false
    if rest.utf8.first == UInt8(ascii: "-") {
      isNegative = true
      rest.removeFirst()
    }
    guard let first = rest.utf8.first, Nesting.isDigit(first) else { return nil }
    while !rest.isEmpty {
      guard let first = rest.utf8.first, Nesting.isDigit(first), let (number, suffix) = split(rest),
        let unit = unit(of: suffix), let part = nanoseconds(number, unit.nanoseconds)
      else { return nil }
      let sum = total.addingReportingOverflow(part)
      if sum.overflow { return nil }
      total = sum.partialValue
      rest = String(suffix.drop(while: \.isLetter))
    }
    return TimeSpan(nanoseconds: isNegative ? -total : total)
  }

  /// Words for units beside their symbols.
  private static let words = [
    "day": "d", "days": "d", "hour": "h", "hours": "h", "minute": "min", "minutes": "min", "second": "s",
    "seconds": "s", "sec": "s",
  ]

  /// The unit must end where its letters end, so that `5min` is not `5m` and `in`.
  private static func unit(of suffix: String) -> (name: String, nanoseconds: Int64)? {
    let letters = String(suffix.prefix(while: \.isLetter))
    return TimeSpan.units.first { $0.name == words[letters] ?? letters }
  }

  private static func nanoseconds(_ number: String, _ unit: Int64) -> Int64? {
    if let whole = Int64(number) {
      let product = whole.multipliedReportingOverflow(by: unit)
      return product.overflow ? nil : product.partialValue
    }
    guard let real = value(number) else { return nil }
    let scaled = (real * Double(unit)).rounded()
    return scaled < 9.2e18 ? Int64(scaled) : nil
  }
}

import Chronology

/// A token of an expression with its place in the line.
struct ExpressionToken {
  enum Kind: Equatable {
    case number(Double)
    case span(TimeSpan)
    case instant(Instant)
    case text(String)
    /// A bare name, maybe with dots.
    case name(String)
    /// A name in backticks.
    case column(String)
    /// An operator, bracket or comma.
    case mark(String)
    case end
  }

  let kind: Kind
  let range: Range<Int>
}

/// Splits an expression into tokens.
struct ExpressionLexer {
  private let bytes: [UInt8]
  private let base: Int
  private var position = 0
  private(set) var tokens: [ExpressionToken] = []

  init(_ word: WordSyntax) throws(Diagnostic) {
    bytes = Array(word.text.utf8)
    base = word.range.lowerBound
    while true {
      while position < bytes.count, Nesting.isSpace(bytes[position]) { position += 1 }
      guard position < bytes.count else { break }
      let start = position
      let kind = try next()
      tokens.append(ExpressionToken(kind: kind, range: base + start..<base + position))
    }
    tokens.append(ExpressionToken(kind: .end, range: base + bytes.count..<base + bytes.count))
  }

  private mutating func next() throws(Diagnostic) -> ExpressionToken.Kind {
    let byte = bytes[position]
    if Nesting.isDigit(byte) || (byte == UInt8(ascii: ".") && peek(1).map(Nesting.isDigit) == true) {
      return try number()
    }
    if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "`") {
      return try quoted()
    }
    if Nesting.isWordByte(byte) { return name() }
    let two = String(decoding: bytes[position..<min(position + 2, bytes.count)], as: UTF8.self)
    if ["==", "!=", "<=", ">="].contains(two) {
      position += 2
      return .mark(two)
    }
    if "+-*/%^<>(),".utf8.contains(byte) {
      position += 1
      return .mark(String(Unicode.Scalar(byte)))
    }
    throw wrongMark(two)
  }

  private func peek(_ offset: Int) -> UInt8? {
    position + offset < bytes.count ? bytes[position + offset] : nil
  }

  private mutating func number() throws(Diagnostic) -> ExpressionToken.Kind {
    if let instant = instant() { return .instant(instant) }
    let start = position
    while let byte = peek(0), Nesting.isWordByte(byte) || byte == UInt8(ascii: ".") || isExponentSign(start) {
      position += 1
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if let number = NumberText.real(text) { return .number(number) }
    if let span = NumberText.span(text) { return .span(span) }
    throw Diagnostic(
      "E0401", "`\(text)` is neither a number nor a length of time", at: base + start..<base + position,
      label: "not a number", remedy: "units are d, h, min, s, ms, us, ns; names start with a letter")
  }

  private func isExponentSign(_ start: Int) -> Bool {
    guard let sign = peek(0), sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+"), position > start,
      bytes[position - 1] | 32 == UInt8(ascii: "e"), let digit = peek(1)
    else { return false }
    return Nesting.isDigit(digit)
      && bytes[start..<position - 1].allSatisfy { Nesting.isDigit($0) || $0 == UInt8(ascii: ".") }
  }

  /// `2026-03-01`, `2026-03-01T08:00:07.5Z`.
  private mutating func instant() -> Instant? {
    let rest = bytes[position...]
    guard rest.count >= 10 else { return nil }
    for (offset, byte) in rest.prefix(10).enumerated() {
      guard offset == 4 || offset == 7 ? byte == UInt8(ascii: "-") : Nesting.isDigit(byte) else { return nil }
    }
    var end = position + 10
    if end < bytes.count, bytes[end] == UInt8(ascii: "T") {
      end += 1
      while end < bytes.count, Nesting.isDigit(bytes[end]) || ":.".utf8.contains(bytes[end]) { end += 1 }
      if end < bytes.count, bytes[end] == UInt8(ascii: "Z") {
        end += 1
      } else if end + 5 < bytes.count, "+-".utf8.contains(bytes[end]), bytes[end + 3] == UInt8(ascii: ":") {
        end += 6
      }
    }
    guard let instant = Instant(String(decoding: bytes[position..<end], as: UTF8.self)) else { return nil }
    position = end
    return instant
  }

  private mutating func quoted() throws(Diagnostic) -> ExpressionToken.Kind {
    let mark = bytes[position]
    let start = position
    var nesting = Nesting()
    repeat {
      _ = nesting.take(bytes[position])
      position += 1
    } while position < bytes.count
      && (nesting.quote != nil || (mark == UInt8(ascii: "`") && bytes[position] == mark))
    let range = base + start..<base + position
    guard nesting.quote == nil else {
      throw Diagnostic(
        "E0401", "the quote is never closed", at: range, label: "opened here",
        remedy: "add \(Unicode.Scalar(mark)) where the text ends")
    }
    guard mark == UInt8(ascii: "`") else {
      return .text(WordSyntax(String(decoding: bytes[start..<position], as: UTF8.self), at: 0).value)
    }
    var name: [UInt8] = []
    var isDoubled = false
    for byte in bytes[start + 1..<position - 1] {
      isDoubled = byte == mark && !isDoubled
      if !isDoubled { name.append(byte) }
    }
    return .column(String(decoding: name, as: UTF8.self))
  }

  private mutating func name() -> ExpressionToken.Kind {
    let start = position
    while let byte = peek(0),
      Nesting.isWordByte(byte) || (byte == UInt8(ascii: ".") && peek(1).map(Nesting.isWordByte) == true)
    {
      position += 1
    }
    return .name(String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private func wrongMark(_ two: String) -> Diagnostic {
    let remedies = ["=": "write `==` to compare", "&": "write `and`", "!": "write `not`", "~": "write `not`"]
    let mark = two.first.map(String.init) ?? ""
    return Diagnostic(
      "E0401", "`\(mark)` means nothing in an expression",
      at: base + position..<base + position + mark.utf8.count,
      label: "not expected",
      remedy: remedies[mark] ?? "names with odd characters stand in backticks: `` `Flow rate` ``")
  }
}

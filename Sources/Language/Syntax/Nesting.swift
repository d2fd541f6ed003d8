/// Follows quotes and brackets byte by byte; the one place that knows where they open and close.
struct Nesting {
  enum Place: Equatable {
    /// A byte on its own, outside quotes and brackets.
    case outside
    case inside
    /// A closing bracket that does not fit the open one.
    case mismatch
  }

  private(set) var quote: UInt8?
  private(set) var brackets: [UInt8] = []
  /// Where the open quote and each open bracket began.
  private(set) var quoteStart = 0
  private(set) var bracketStarts: [Int] = []
  private var isEscaped = false
  private var previous = UInt8(ascii: " ")

  var isOpen: Bool { quote != nil || !brackets.isEmpty }

  mutating func take(_ byte: UInt8, at position: Int = 0) -> Place {
    defer { previous = byte }
    if let quote {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        isEscaped = true
      } else if byte == quote {
        self.quote = nil
      }
      return .inside
    }
    if opensQuote(byte) {
      quote = byte
      quoteStart = position
      return .inside
    }
    if let closer = Self.closer(of: byte) {
      brackets.append(closer)
      bracketStarts.append(position)
      return .inside
    }
    guard let expected = brackets.last else { return .outside }
    if byte == expected {
      brackets.removeLast()
      bracketStarts.removeLast()
      return .inside
    }
    return Self.isCloser(byte) ? .mismatch : .inside
  }

  /// A quote behind a letter is an apostrophe: `isn't`.
  private func opensQuote(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "`"): true
    case UInt8(ascii: "'"): !Self.isWordByte(previous) && !Self.isCloser(previous)
    default: false
    }
  }

  static func isCloser(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
  }

  static func closer(of byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "("): UInt8(ascii: ")")
    case UInt8(ascii: "["): UInt8(ascii: "]")
    case UInt8(ascii: "{"): UInt8(ascii: "}")
    default: nil
    }
  }

  /// Letters, digits, `_` and everything beyond ASCII.
  static func isWordByte(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: "_") || isDigit(byte) || isLetter(byte)
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
  static func isLetter(_ byte: UInt8) -> Bool { (byte | 32) >= 97 && (byte | 32) <= 122 }
  static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }
}

/// Why a text is not JSON, and the byte where that was seen.
package struct JSONError: Error, Sendable, Equatable {
  package let reason: String
  package let offset: Int
}

extension JSON {
  /// Reads one document (RFC 8259); nesting is limited to 256, so hostile text cannot exhaust the stack.
  package init(parsing text: some StringProtocol) throws(JSONError) {
    try self.init(parsing: Array(text.utf8))
  }

  package init(parsing bytes: [UInt8]) throws(JSONError) {
    var reader = JSONReader(bytes: bytes)
    self = try reader.document()
  }

  /// Also takes `NaN`, `Infinity` and `-Infinity`, which Python and others write though no standard has them.
  package init(loosely bytes: [UInt8]) throws(JSONError) {
    var reader = JSONReader(bytes: bytes, isLoose: true)
    self = try reader.document()
  }

  /// Reads the first document of a text and says how many bytes it took.
  package static func prefix(of bytes: [UInt8]) throws(JSONError) -> (value: JSON, length: Int) {
    var reader = JSONReader(bytes: bytes)
    let value = try reader.value(depth: 0)
    return (value, reader.position)
  }
}

private struct JSONReader {
  let bytes: [UInt8]
  var isLoose = false
  var position = 0

  func failure(_ reason: String) -> JSONError { JSONError(reason: reason, offset: position) }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while let byte = next, byte == 32 || byte == 10 || byte == 13 || byte == 9 { position += 1 }
  }

  mutating func document() throws(JSONError) -> JSON {
    let result = try value(depth: 0)
    skipSpace()
    if position < bytes.count { throw failure("text after the end of the document") }
    return result
  }

  mutating func value(depth: Int) throws(JSONError) -> JSON {
    if depth > 256 { throw failure("nested more than 256 deep") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "N") where isLoose: return try word("NaN", .number(.nan))
    case UInt8(ascii: "I") where isLoose: return try word("Infinity", .number(.infinity))
    case UInt8(ascii: "-") where isLoose && bytes[position...].starts(with: "-I".utf8):
      return try word("-Infinity", .number(-.infinity))
    case nil: throw failure("the text ends where a value should be")
    default: return try number()
    }
  }

  mutating func word(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
    guard bytes[position...].starts(with: word.utf8) else { throw failure("not a JSON value") }
    position += word.utf8.count
    return value
  }

  mutating func array(depth: Int) throws(JSONError) -> JSON {
    position += 1
    var items: [JSON] = []
    skipSpace()
    if next == UInt8(ascii: "]") {
      position += 1
      return .array([])
    }
    while true {
      items.append(try value(depth: depth + 1))
      skipSpace()
      if next == UInt8(ascii: ",") {
        position += 1
      } else if next == UInt8(ascii: "]") {
        position += 1
        return .array(items)
      } else {
        throw failure("a comma or ] is missing")
      }
    }
  }

  mutating func object(depth: Int) throws(JSONError) -> JSON {
    position += 1
    var members: [(key: String, value: JSON)] = []
    skipSpace()
    if next == UInt8(ascii: "}") {
      position += 1
      return .object([])
    }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw failure("a key in quotes is missing") }
      let key = try string()
      skipSpace()
      guard next == UInt8(ascii: ":") else { throw failure("a colon is missing") }
      position += 1
      members.append((key: key, value: try value(depth: depth + 1)))
      skipSpace()
      if next == UInt8(ascii: ",") {
        position += 1
      } else if next == UInt8(ascii: "}") {
        position += 1
        return .object(members)
      } else {
        throw failure("a comma or } is missing")
      }
    }
  }

  mutating func number() throws(JSONError) -> JSON {
    let start = position
    while let byte = next, (48...57).contains(byte) || [43, 45, 46, 69, 101].contains(byte) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let first = text.utf8.first, first == 45 || (48...57).contains(first), let number = Double(text)
    else {
      position = start
      throw failure("not a JSON value")
    }
    return .number(number)
  }

  mutating func string() throws(JSONError) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw failure("a control character in a string")
      default: text.append(byte)
      }
    }
    throw failure("a string without its closing quote")
  }

  mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    guard let byte = next else { throw failure("a string without its closing quote") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "f"): text.append(12)
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "u"):
      var unit = try hexadecimal()
      if (0xd800..<0xdc00).contains(unit), bytes[position...].starts(with: [92, 117]) {
        let mark = position
        position += 2
        let low = try hexadecimal()
        if (0xdc00..<0xe000).contains(low) {
          unit = 0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)
        } else {
          position = mark
        }
      }
      let scalar = Unicode.Scalar(unit) ?? "\u{fffd}"
      text.append(contentsOf: String(Character(scalar)).utf8)
    default: throw failure("an unknown escape")
    }
  }

  mutating func hexadecimal() throws(JSONError) -> UInt32 {
    guard position + 4 <= bytes.count,
      let unit = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw failure("four hexadecimal digits are missing") }
    position += 4
    return unit
  }
}

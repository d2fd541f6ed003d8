/// The escapes of double quotes: `\n \t \" \\ \u{…}`.
enum Escape {
  /// Reads what stands behind a backslash; gives its length in bytes, or nil if it is no escape.
  static func read(_ bytes: [UInt8], at start: Int, into result: inout [UInt8]) -> Int? {
    guard start < bytes.count else { return nil }
    switch bytes[start] {
    case UInt8(ascii: "n"): result.append(10)
    case UInt8(ascii: "t"): result.append(9)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): result.append(bytes[start])
    case UInt8(ascii: "u"): return readScalar(bytes, at: start, into: &result)
    default: return nil
    }
    return 1
  }

  private static func readScalar(_ bytes: [UInt8], at start: Int, into result: inout [UInt8]) -> Int? {
    guard start + 1 < bytes.count, bytes[start + 1] == UInt8(ascii: "{"),
      let end = bytes[start...].prefix(12).firstIndex(of: UInt8(ascii: "}")), end > start + 2,
      bytes[start + 2..<end].allSatisfy({ Nesting.isDigit($0) || Nesting.isLetter($0) }),
      let code = UInt32(String(decoding: bytes[start + 2..<end], as: UTF8.self), radix: 16),
      let scalar = Unicode.Scalar(code)
    else { return nil }
    result.append(contentsOf: Array(String(Character(scalar)).utf8))
    return end - start + 1
  }

  /// Refuses a backslash in double quotes that starts no escape.
  static func check(_ bytes: [UInt8], _ word: Range<Int>) throws(Diagnostic) {
    guard bytes[word].contains(UInt8(ascii: "\\")) else { return }
    var nesting = Nesting()
    var ignored: [UInt8] = []
    var position = word.lowerBound
    while position < word.upperBound {
      let byte = bytes[position]
      _ = nesting.take(byte)
      position += 1
      guard byte == UInt8(ascii: "\\"), nesting.quote == UInt8(ascii: "\"") else { continue }
      guard let length = read(bytes, at: position, into: &ignored), position + length <= word.upperBound
      else {
        throw Diagnostic(
          "E0110", "the backslash starts no escape", at: position - 1..<min(position + 1, word.upperBound),
          label: "not an escape", remedy: #"write \\ for a backslash; escapes are \n \t \" \\ \u{…}"#)
      }
      for offset in 0..<length { _ = nesting.take(bytes[position + offset]) }
      position += length
    }
  }
}

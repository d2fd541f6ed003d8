/// Refuses characters outside quotes that a reader cannot see or tell from others.
enum VisibleText {
  static func check(_ bytes: [UInt8], at position: Int, isWordStart: Bool) throws(Diagnostic) {
    let byte = bytes[position]
    if byte < 0x20 || byte == 0x7f {
      throw invisible(UInt32(byte), position..<position + 1)
    }
    guard byte >= 0xC2, let scalar = scalar(bytes, at: position) else { return }
    let range = position..<position + scalar.utf8.count
    switch scalar.value {
    case 0x80...0x9f, 0xa0, 0xad, 0x200b...0x200f, 0x2028...0x202f, 0x2060...0x206f, 0xfeff:
      throw invisible(scalar.value, range)
    case 0x2018...0x201d where isWordStart:
      throw Diagnostic(
        "E0109", "a curly quote does not open a text", at: range, label: "not a straight quote",
        remedy: "write ' or \" instead of \(scalar)")
    default: return
    }
  }

  private static func invisible(_ code: UInt32, _ range: Range<Int>) -> Diagnostic {
    let digits = String(code, radix: 16, uppercase: true)
    let name = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return Diagnostic(
      "E0108", "the line holds the invisible character \(name)", at: range, label: name,
      remedy: "remove it, or put the text in quotes")
  }

  /// The character that starts here, if its bytes are whole.
  private static func scalar(_ bytes: [UInt8], at position: Int) -> Unicode.Scalar? {
    let length = bytes[position] >= 0xf0 ? 4 : bytes[position] >= 0xe0 ? 3 : 2
    guard position + length <= bytes.count else { return nil }
    return String(decoding: bytes[position..<position + length], as: UTF8.self).unicodeScalars.first
  }
}

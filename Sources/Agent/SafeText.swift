import Notation

/// Text that may be shown: data never steers the terminal, and nothing in it hides.
package enum SafeText {
  /// The text with every hidden character written out as `\u{…}`: what an approval shows.
  package static func visible(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if Visible.isHidden(scalar) {
        result += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The text without its control characters; line breaks and tabs stay.
  package static func stripped(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars
    where scalar == "\n" || scalar == "\t" || !Visible.isHidden(scalar) || isJoiner(scalar) {
      result.append(scalar)
    }
    return String(result)
  }

  /// Parts of emoji and of Indic and Arabic spelling: harmless on the screen, but not in an approval.
  private static func isJoiner(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value == 0x200c || scalar.value == 0x200d || (0xfe00...0xfe0f).contains(scalar.value)
  }

  /// One line of at most `limit` characters.
  package static func oneLine(_ text: String, limit: Int) -> String {
    var line = ""
    var count = 0
    var pendingSpace = false
    for character in stripped(text) {
      if character.isWhitespace {
        pendingSpace = !line.isEmpty
        continue
      }
      if count + (pendingSpace ? 2 : 1) > limit { return line + "…" }
      if pendingSpace {
        line += " "
        count += 1
        pendingSpace = false
      }
      line.append(character)
      count += 1
    }
    return line
  }

  /// At most `limit` bytes, cut at the end of a line where there is one in the last quarter, and saying so.
  package static func bounded(_ text: String, limit: Int) -> String {
    if text.utf8.count <= limit { return text }
    let mark = "\n… (cut)"
    let all = Array(text.utf8)
    var end = max(0, limit - mark.utf8.count)
    while end > 0, all[end] & 0xc0 == 0x80 { end -= 1 }
    if let newline = all[..<end].lastIndex(of: 0x0a), newline > end * 3 / 4 { end = newline }
    return String(decoding: all[..<end], as: UTF8.self) + mark
  }
}

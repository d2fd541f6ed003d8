/// Makes text of data safe to show: nothing in it steers the terminal or hides.
package enum Visible {
  /// One line: line breaks and tabs become `\n` and `\t`, other characters that nobody can see `\u{1b}`.
  package static func line(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text }
    return written(text) { _ in false }
  }

  /// Several lines: line breaks stay, tabs become spaces.
  package static func paragraph(_ text: String) -> String {
    written(text.replacing("\r\n", with: "\n").replacing("\t", with: "  ")) { $0 == "\n" }
  }

  private static func written(_ text: String, keeping isKept: (Unicode.Scalar) -> Bool) -> String {
    var result = ""
    for character in text {
      let isEmoji = character.unicodeScalars.first?.properties.isEmoji ?? false
      for scalar in character.unicodeScalars {
        switch scalar {
        case _ where isKept(scalar): result.unicodeScalars.append(scalar)
        case "\n": result += "\\n"
        case "\t": result += "\\t"
        case "\r": result += "\\r"
        case "\u{200d}" where isEmoji, "\u{fe0f}" where isEmoji: result.unicodeScalars.append(scalar)
        case _ where isHidden(scalar): result += "\\u{" + String(scalar.value, radix: 16) + "}"
        default: result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }

  /// Characters that move the cursor, turn the direction, have no width, or tag text.
  package static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0, 0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b...0x180f: true
    case 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0x3164, 0xfe00...0xfe0f, 0xfeff, 0xffa0: true
    case 0xfff0...0xfffb, 0x1bca0...0x1bca3, 0x1d173...0x1d17a, 0xe0000...0xe0fff: true
    default: false
    }
  }
}

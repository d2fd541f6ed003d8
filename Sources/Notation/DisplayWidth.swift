/// How many columns of a terminal a text takes.
package enum DisplayWidth {
  package static func of(_ text: some StringProtocol) -> Int {
    // Nearly all text is ASCII, where counting bytes is enough.
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text.utf8.count }
    return text.reduce(0) { $0 + of($1) }
  }

  package static func of(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
      if scalar.value == 0xfe0f, width == 1 { width = 2 }
      if scalar.properties.isEmojiModifier, width == 2 { continue }
      width = max(width, of(scalar))
    }
    return width
  }

  static func of(_ scalar: Unicode.Scalar) -> Int {
    let code = scalar.value
    if code < 0x300 { return code == 0xad ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    if (0x1160...0x11ff).contains(code) { return 0 }
    if isEastAsianWide(code) || scalar.properties.isEmojiPresentation { return 2 }
    return 1
  }

  /// Unicode Standard Annex 11, classes W and F, without the emoji.
  private static func isEastAsianWide(_ code: UInt32) -> Bool {
    switch code {
    case 0x1100...0x115f, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf: true
    case 0x4e00...0x9fff, 0xa000...0xa4cf, 0xa960...0xa97c, 0xac00...0xd7a3, 0xf900...0xfaff: true
    case 0xfe10...0xfe19, 0xfe30...0xfe6f, 0xff01...0xff60, 0xffe0...0xffe6: true
    case 0x16fe0...0x1b2ff, 0x1f1e6...0x1f1ff, 0x1f200...0x1f265, 0x20000...0x3fffd: true
    default: false
    }
  }

  /// The text cut to `width` columns, with `…` where something is missing.
  package static func cut(_ text: String, to width: Int) -> String {
    if of(text) <= width { return text }
    if width < 1 { return "" }
    var result = ""
    var used = 0
    for character in text {
      let next = of(character)
      if used + next > width - 1 { break }
      result.append(character)
      used += next
    }
    return result + "…"
  }

  /// The text filled with spaces to `width` columns.
  package static func padded(_ text: String, to width: Int, isRight: Bool = false) -> String {
    let fill = String(repeating: " ", count: max(0, width - of(text)))
    return isRight ? fill + text : text + fill
  }
}

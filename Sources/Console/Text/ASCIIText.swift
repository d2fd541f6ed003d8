import Notation

/// Text for terminals that know no other characters than ASCII; every character keeps its place.
enum ASCIIText {
  static func of(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    return text.map { character -> String in
      guard !character.isASCII, let scalar = character.unicodeScalars.first else { return String(character) }
      return String(repeating: stand(for: scalar), count: DisplayWidth.of(character))
    }.joined()
  }

  private static func stand(for scalar: Unicode.Scalar) -> Character {
    switch scalar {
    case "│", "┤", "├", "⋮": "|"
    case "└", "┌", "┐", "┘": "+"
    case "─", "–", "—", "▔": "-"
    case "…": "~"
    case "·": "."
    case "▁": "_"
    case "▂", "▃", "▄", "▏", "▎", "▍": "."
    case "▅", "▆", "▌", "▋", "▊": "+"
    case "▇", "█", "▉", "▓": "#"
    case "░": ":"
    case "▒": "+"
    case "°": "o"
    case "µ", "μ": "u"
    case "±": "+"
    case "\u{2800}"..."\u{28ff}": braille(scalar)
    default: "?"
    }
  }

  /// By where the dots lie: above, below or both.
  private static func braille(_ scalar: Unicode.Scalar) -> Character {
    let dots = scalar.value - 0x2800
    if dots == 0 { return " " }
    let (upper, lower) = (dots & 0x1b, dots & 0xe4)
    if dots.nonzeroBitCount >= 6 { return "#" }
    return upper == 0 ? "." : lower == 0 ? "'" : ":"
  }
}

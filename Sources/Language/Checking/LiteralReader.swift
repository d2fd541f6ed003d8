import Chronology

/// Reads literals where no parameter says what to expect: `param name = literal`, and a line that is one.
enum LiteralReader {
  /// A number, share, length of time, time, quoted text, yes or no; nil for anything else.
  static func strict(_ word: WordSyntax) -> Argument? {
    if word.isQuoted { return .text(word.value) }
    let text = word.text
    if text == "true" || text == "false" { return .flag(text == "true") }
    if let integer = NumberText.integer(text) { return .integer(integer) }
    if let real = NumberText.fraction(text) { return .real(real) }
    if let span = NumberText.span(text) { return .span(span) }
    return Instant(text).map { .instant($0) }
  }

  /// A literal, a list of literals or a bare text.
  static func literal(_ word: WordSyntax) throws(Diagnostic) -> Argument {
    if let literal = strict(word) { return literal }
    let parts = word.split(at: UInt8(ascii: ","))
    guard parts.count > 1 else {
      guard Word.isPlain(word.text) else { throw unreadable(word) }
      return .text(word.text)
    }
    var items: [Argument] = []
    for part in parts {
      if let literal = strict(part) {
        items.append(literal)
      } else if Word.isPlain(part.text) {
        items.append(.text(part.text))
      } else {
        throw unreadable(part)
      }
    }
    return .list(items)
  }

  private static func unreadable(_ word: WordSyntax) -> Diagnostic {
    Diagnostic(
      "E0306", word.text.isEmpty ? "a value is missing" : "`\(word.text)` is not a literal", at: word.range,
      label: "not a literal", remedy: "write a number, a length of time, a time or a text in quotes")
  }
}

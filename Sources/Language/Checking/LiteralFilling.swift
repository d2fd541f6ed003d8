/// Replaces `{name}` by the literal that `param name = …` gave.
///
/// Braces around anything else, and everything in single quotes, stay as they are.
struct LiteralFilling {
  let scope: any Scope

  /// The word with its literals filled in, and how it is written in canonical text; nil if there are none.
  func fill(_ word: WordSyntax) -> (word: WordSyntax, written: String)? {
    let bytes = Array(word.text.utf8)
    guard bytes.contains(UInt8(ascii: "{")) else { return nil }
    var result: [UInt8] = []
    var nesting = Nesting()
    var position = 0
    var isFilled = false
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "{"), nesting.quote != UInt8(ascii: "'"),
        position == 0 || bytes[position - 1] != UInt8(ascii: "u") || nesting.quote == nil,
        let end = bytes[position...].prefix(66).firstIndex(of: UInt8(ascii: "}")),
        let literal = scope.literal(named: String(decoding: bytes[position + 1..<end], as: UTF8.self))
      {
        let text = nesting.quote == nil ? literal.canonical : Self.inner(literal)
        result += Array(text.utf8)
        position = end + 1
        isFilled = true
      } else {
        _ = nesting.take(bytes[position])
        result.append(bytes[position])
        position += 1
      }
    }
    guard isFilled else { return nil }
    let filled = WordSyntax(String(decoding: result, as: UTF8.self), at: word.range.lowerBound)
    return (filled, word.text)
  }

  /// The literal as it stands inside double quotes.
  private static func inner(_ literal: Argument) -> String {
    guard case .text(let text) = literal else { return literal.canonical }
    return String(Word.quoted(text).dropFirst().dropLast())
  }
}

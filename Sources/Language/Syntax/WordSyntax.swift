/// A word of a line as it was written, and where.
///
/// Quotes and brackets keep spaces inside a word; what the text means depends on the parameter that takes it.
package struct WordSyntax: Sendable, Equatable {
  /// As written, with its quotes.
  package let text: String
  /// UTF-8 offsets into the line; as long as `text`, unless it stands for another word.
  package let range: Range<Int>
  /// `--name` or `--name=value`.
  package let isOption: Bool

  package init(_ text: String, at start: Int, isOption: Bool = false) {
    self.text = text
    self.range = start..<start + text.utf8.count
    self.isOption = isOption
  }

  /// A sign in the place of another word, which is blamed for it.
  package init(_ text: String, standingFor word: WordSyntax) {
    self.text = text
    self.range = word.range
    self.isOption = false
  }

  /// The text that the word means: quotes removed, escapes replaced.
  package var value: String {
    let bytes = Array(text.utf8)
    guard bytes.contains(where: { $0 == 34 || $0 == 39 || $0 == 96 }) else { return text }
    var result: [UInt8] = []
    var nesting = Nesting()
    var position = 0
    while position < bytes.count {
      let wasQuoted = nesting.quote
      let byte = bytes[position]
      _ = nesting.take(byte)
      position += 1
      switch (wasQuoted, nesting.quote) {
      case (nil, nil): result.append(byte)
      case (nil, _), (_, nil): break
      default:
        guard byte == UInt8(ascii: "\\"), nesting.quote == UInt8(ascii: "\"") else {
          result.append(byte)
          continue
        }
        let length = Escape.read(bytes, at: position, into: &result) ?? 0
        for offset in 0..<length { _ = nesting.take(bytes[position + offset]) }
        position += length
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Whether the word is one quoted text and nothing else.
  package var isQuoted: Bool {
    var nesting = Nesting()
    var hasStarted = false
    for byte in text.utf8 {
      if hasStarted, nesting.quote == nil { return false }
      _ = nesting.take(byte)
      if nesting.quote == nil, !hasStarted { return false }
      hasStarted = true
    }
    return hasStarted && nesting.quote == nil
  }

  /// The part at these byte offsets of `text`, without the spaces around it.
  func part(_ part: Range<Int>) -> WordSyntax {
    let bytes = Array(text.utf8)
    var start = part.lowerBound
    var end = part.upperBound
    while start < end, Nesting.isSpace(bytes[start]) { start += 1 }
    while end > start, Nesting.isSpace(bytes[end - 1]) { end -= 1 }
    return WordSyntax(String(decoding: bytes[start..<end], as: UTF8.self), at: range.lowerBound + start)
  }

  /// The offsets of a separator outside quotes and brackets.
  func offsets(of separator: UInt8) -> [Int] {
    var nesting = Nesting()
    var found: [Int] = []
    for (offset, byte) in text.utf8.enumerated()
    where nesting.take(byte) == .outside && byte == separator {
      found.append(offset)
    }
    return found
  }

  /// The parts between separators that stand outside quotes and brackets.
  func split(at separator: UInt8) -> [WordSyntax] {
    let borders = [-1] + offsets(of: separator) + [text.utf8.count]
    return zip(borders, borders.dropFirst()).map { part($0 + 1..<$1) }
  }

  /// The parts before and behind the first separator, if there is one.
  func splitOnce(at separator: UInt8) -> (WordSyntax, WordSyntax)? {
    guard let offset = offsets(of: separator).first else { return nil }
    return (part(0..<offset), part(offset + 1..<text.utf8.count))
  }
}

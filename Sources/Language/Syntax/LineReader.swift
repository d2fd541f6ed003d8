/// Finds where logical lines end: at the prompt and in scripts.
package enum LineReader {
  /// A statement of a script with the 1-based number of its first line.
  package struct LogicalLine: Sendable, Equatable {
    package let text: String
    package let line: Int

    package init(text: String, line: Int) {
      self.text = text
      self.line = line
    }
  }

  /// Whether the text goes on in the next line: a quote or bracket is open, or it ends in `|` or `\`.
  package static func isIncomplete(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.firstIndex(where: { !Nesting.isSpace($0) }) else { return false }
    switch bytes[first] {
    case UInt8(ascii: "#"): return false
    case UInt8(ascii: "?"), UInt8(ascii: "!"): return endsInBackslash(bytes)
    default: return isOpen(bytes, from: first)
    }
  }

  private static func endsInBackslash(_ bytes: [UInt8]) -> Bool {
    let body = bytes.last == 10 ? bytes.dropLast() : bytes[...]
    return (body.last == 13 ? body.dropLast() : body).last == UInt8(ascii: "\\")
  }

  private static func isOpen(_ bytes: [UInt8], from first: Int) -> Bool {
    var nesting = Nesting()
    var last = UInt8(ascii: " ")
    var position = first
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "#"), !nesting.isOpen, startsComment(bytes, at: position, lineStart: first) {
        position = bytes[position...].firstIndex(of: 10) ?? bytes.count
        continue
      }
      if nesting.take(byte) == .mismatch { return false }
      if !Nesting.isSpace(byte) { last = byte }
      position += 1
    }
    return nesting.isOpen || last == UInt8(ascii: "|") || endsInBackslash(bytes)
  }

  /// The statements of a logical line, which `;` ends outside quotes, brackets and comments; questions go to the end of the line.
  package static func statements(of text: String) -> [String] {
    let bytes = Array(text.utf8)
    let written = statementRanges(of: bytes).compactMap { range in
      bytes[range].firstIndex { !Nesting.isSpace($0) }.map { $0..<range.upperBound }
    }
    if written.first?.upperBound == bytes.count { return [text] }
    return written.map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  /// The offset at which the last statement starts.
  package static func lastStatement(of text: String) -> Int {
    statementRanges(of: Array(text.utf8)).last?.lowerBound ?? 0
  }

  private static func statementRanges(of bytes: [UInt8]) -> [Range<Int>] {
    guard bytes.contains(UInt8(ascii: ";")) else { return [0..<bytes.count] }
    var ranges: [Range<Int>] = []
    var start = 0
    while true {
      let end = statementEnd(bytes, from: start)
      ranges.append(start..<end)
      if end == bytes.count { return ranges }
      start = end + 1
    }
  }

  private static func statementEnd(_ bytes: [UInt8], from start: Int) -> Int {
    guard let first = bytes[start...].firstIndex(where: { !Nesting.isSpace($0) }),
      !"?!#".utf8.contains(bytes[first])
    else { return bytes.count }
    var nesting = Nesting()
    var position = first
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "#"), !nesting.isOpen, startsComment(bytes, at: position, lineStart: first) {
        position = bytes[position...].firstIndex(of: 10) ?? bytes.count
        continue
      }
      switch nesting.take(byte) {
      case .mismatch: return bytes.count
      case .outside where byte == UInt8(ascii: ";"): return position
      case .outside, .inside: position += 1
      }
    }
    return bytes.count
  }

  /// Splits a script into statements. A line that starts with `|` continues the one before.
  package static func logicalLines(of script: String) -> [LogicalLine] {
    let physical = script.split(separator: "\n", omittingEmptySubsequences: false)
    var lines: [LogicalLine] = []
    var pending: LogicalLine?
    for (offset, part) in physical.enumerated() {
      if let open = pending, goesOn(open.text, before: part) {
        pending = LogicalLine(text: open.text + "\n" + part, line: open.line)
      } else {
        if let open = pending { lines.append(open) }
        pending = LogicalLine(text: String(part), line: offset + 1)
      }
    }
    if let open = pending, !open.text.isEmpty { lines.append(open) }
    return lines.flatMap { line in
      let parts = statements(of: line.text)
      return parts.isEmpty ? [line] : parts.map { LogicalLine(text: $0, line: line.line) }
    }
  }

  private static func goesOn(_ text: String, before next: Substring) -> Bool {
    if isIncomplete(text) { return true }
    guard next.utf8.first(where: { !Nesting.isSpace($0) }) == UInt8(ascii: "|") else { return false }
    let first = text.utf8.first { !Nesting.isSpace($0) }
    return first.map { Nesting.isWordByte($0) } ?? false
  }

  /// A `#` at the start or behind a space opens a comment if a space, `@` or the end of the line follows.
  static func startsComment(_ bytes: [UInt8], at position: Int, lineStart: Int) -> Bool {
    guard position == lineStart || Nesting.isSpace(bytes[position - 1]) else { return false }
    guard position + 1 < bytes.count else { return true }
    return Nesting.isSpace(bytes[position + 1]) || bytes[position + 1] == UInt8(ascii: "@")
  }

  /// Where the next line starts if only a line break stands behind `position`.
  static func lineBreak(in bytes: [UInt8], behind position: Int) -> Int? {
    var next = position + 1
    if next < bytes.count, bytes[next] == 13 { next += 1 }
    if next >= bytes.count { return bytes.count }
    return bytes[next] == 10 ? next + 1 : nil
  }
}

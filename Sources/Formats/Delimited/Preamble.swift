/// The lines in front of a table that are no part of it: a logger's remarks behind `#`, or the line `sep=;` that tells a
/// spreadsheet how to cut.
struct Preamble: Equatable {
  /// How many lines, and how many bytes they take.
  private(set) var lines = 0
  private(set) var length = 0
  private(set) var delimiter: UInt8?
  /// The names of the columns stand behind a `#`, too.
  private(set) var marksHeader = false

  private static let mark = UInt8(ascii: "#")

  init() {}

  init(of bytes: [UInt8], newline: UInt8) {
    guard let first = Self.line(bytes, from: 0, newline) else { return }
    if let delimiter = Self.declared(first.text) {
      self.delimiter = delimiter
      (lines, length) = (1, first.end)
      return
    }
    var last = first
    while let line = Self.line(bytes, from: length, newline), line.text.first == Self.mark {
      last = line
      lines += 1
      length = line.end
    }
    guard lines > 0 else { return }
    guard let table = Self.line(bytes, from: length, newline), !table.text.isEmpty else {
      // Nothing but marked lines: whatever they are, they are what there is.
      self = Preamble()
      return
    }
    guard Self.isHeader(last.text, of: table.text) else { return }
    marksHeader = true
    lines -= 1
    length -= last.end - last.start
  }

  private struct Line {
    let text: ArraySlice<UInt8>
    let start: Int
    /// Behind the newline.
    let end: Int
  }

  /// The line that begins at `start`, without spaces around it; nil if the bytes end before it does.
  private static func line(_ bytes: [UInt8], from start: Int, _ newline: UInt8) -> Line? {
    guard start < bytes.count, let end = bytes[start...].firstIndex(of: newline) else { return nil }
    var text = bytes[start..<end].drop { $0 == 32 }
    while let last = text.last, last == 13 || last == 32 { text.removeLast() }
    return Line(text: text, start: start, end: end + 1)
  }

  private static func declared(_ text: ArraySlice<UInt8>) -> UInt8? {
    var text = text
    if text.first == UInt8(ascii: "\""), text.last == UInt8(ascii: "\""), text.count > 1 {
      text = text.dropFirst().dropLast()
    }
    guard text.count == 5, text.prefix(4).map({ $0 | 0x20 }) == Array("sep=".utf8.map { $0 | 0x20 }) else {
      return nil
    }
    return text.last
  }

  /// Names stand over as many cells, and the cells begin like a number.
  private static func isHeader(_ text: ArraySlice<UInt8>, of row: ArraySlice<UInt8>) -> Bool {
    guard let first = row.first, (48...57).contains(first) || first == 45 || first == 46 else { return false }
    return ([9, 59, 124, 44] as [UInt8]).contains { delimiter in
      let cells = row.count { $0 == delimiter }
      return cells > 0 && cells == text.count { $0 == delimiter }
    }
  }
}

/// The lines in front of a table that are no part of it: a logger's remarks behind `#`, the title of a report, or the line `sep=;` that tells a
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
    guard lines > 0 else {
      self = Preamble(titleOf: bytes, newline: newline)
      return
    }
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

  private static let mostTitles = 20
  /// So many lines that agree make a table; more are looked at, if there are.
  private static let fewestAlike = 3
  private static let mostAlike = 12

  /// Lines without a delimiter in front of lines that all have as many: two at least, or one in front of three columns, since
  /// a line of names may lack that of the row names.
  private init(titleOf bytes: [UInt8], newline: UInt8) {
    for delimiter in [9, 59, 124, 44] as [UInt8] {
      var (count, length) = (0, 0)
      while count <= Self.mostTitles, let line = Self.line(bytes, from: length, newline),
        !line.text.contains(delimiter)
      {
        count += 1
        length = line.end
      }
      guard (1...Self.mostTitles).contains(count) else { continue }
      var (at, widths) = (length, [Int]())
      while widths.count < Self.mostAlike, let line = Self.line(bytes, from: at, newline) {
        widths.append(line.text.count { $0 == delimiter })
        at = line.end
      }
      guard widths.count >= Self.fewestAlike, let width = widths.first, width >= (count == 1 ? 2 : 1),
        widths.allSatisfy({ $0 == width })
      else { continue }
      // Lines that agree from the first on are a table already, whatever its cells hold.
      if let first = Self.line(bytes, from: 0, newline),
        let second = Self.line(bytes, from: first.end, newline),
        ([9, 59, 124, 44] as [UInt8]).contains(where: { other in
          let cells = first.text.count { $0 == other }
          return cells > 0 && cells == second.text.count { $0 == other }
        })
      {
        return
      }
      (lines, self.length) = (count, length)
      return
    }
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

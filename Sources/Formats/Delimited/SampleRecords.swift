import Numerics

/// The first records of a text, cut into cells: slow, and only for finding out what the text is.
struct SampleRecords {
  struct Cell: Equatable {
    var text: [UInt8]
    var isQuoted = false

    var trimmed: ArraySlice<UInt8> {
      var text = text[...]
      while let last = text.last, last == 32 || last == 9 { text.removeLast() }
      return text.drop { $0 == 32 || $0 == 9 }
    }
  }

  private(set) var records: [[Cell]] = []
  /// Where each record ends, behind its newline.
  private(set) var ends: [Int] = []

  /// - Parameter isWhole: whether the sample ends with the file; otherwise a last record without end does not count.
  init(_ bytes: ArraySlice<UInt8>, dialect: CellDialect, isWhole: Bool, most: Int = 300) {
    var cells: [Cell] = []
    var cell = Cell(text: [])
    var isInside = false
    var isAtStart = true
    var at = bytes.startIndex
    func isQuote(_ index: Int) -> Bool { index < bytes.endIndex && bytes[index] == dialect.quote }
    while at < bytes.endIndex, records.count < most {
      let byte = bytes[at]
      at += 1
      if isInside {
        if byte != dialect.quote {
          cell.text.append(byte)
        } else if isQuote(at) {
          cell.text.append(byte)
          at += 1
        } else {
          isInside = false
        }
      } else if byte == dialect.quote, isAtStart {
        isInside = true
        isAtStart = false
        cell.isQuoted = true
      } else if byte == dialect.delimiter {
        cells.append(cell)
        cell = Cell(text: [])
        isAtStart = true
      } else if byte == dialect.newline {
        finish(&cells, &cell, at)
        isAtStart = true
      } else {
        cell.text.append(byte)
        isAtStart = false
      }
    }
    if isWhole, at == bytes.endIndex, records.count < most, !isInside || records.isEmpty {
      finish(&cells, &cell, at)
    }
  }

  private mutating func finish(_ cells: inout [Cell], _ cell: inout Cell, _ end: Int) {
    if cell.text.last == 13, !cell.isQuoted || cell.text.count == 1 { cell.text.removeLast() }
    if !cells.isEmpty || !cell.text.isEmpty || cell.isQuoted {
      cells.append(cell)
      records.append(cells)
      ends.append(end)
    }
    cells = []
    cell = Cell(text: [])
  }

  /// Whether only cells have quotes that need them: those with marks in them or blanks around them, and those that would
  /// stand for a missing cell. Files that quote by habit quote those, too, and mean nothing by it.
  func quotesMatter(_ dialect: CellDialect, nulls: NullWords) -> Bool {
    let marks = [dialect.delimiter, dialect.quote, dialect.newline, 10, 13]
    return records.joined().allSatisfy { cell in
      !cell.isQuoted || cell.text.contains { marks.contains($0) } || cell.text.count > cell.trimmed.count
        || nulls.contains(cell.text)
    }
  }

  /// The most frequent number of cells, and the share of records that have it.
  var width: (cells: Int, share: Double) {
    var counts: [Int: Int] = [:]
    for record in records { counts[record.count, default: 0] += 1 }
    let best = counts.max { ($0.value, $0.key) < ($1.value, $1.key) }
    return (best?.key ?? 0, Double(best?.value ?? 0) / Double(max(1, records.count)))
  }
}

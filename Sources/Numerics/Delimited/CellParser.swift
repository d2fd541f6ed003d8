/// Reads whole records into the stores of their columns.
package struct CellParser: Sendable {
  /// So many readable bytes must stand behind the records, whatever they are.
  package static let padding = 16

  package let dialect: CellDialect
  package let nulls: NullWords
  /// One a cell of a record; nil for cells that nobody wants.
  let columns: [CellStore]
  // SAFETY: the pointers lead into `columns`, which live as long.
  nonisolated(unsafe) private let targets: [CellTarget]
  let numbers: NumberScanner

  package init(dialect: CellDialect, nulls: NullWords, columns: [CellStore]) {
    self.dialect = dialect
    self.nulls = nulls
    self.columns = columns
    unsafe targets = columns.map { CellTarget($0) }
    numbers = NumberScanner(decimal: dialect.decimal)
  }

  /// Parses the first `count` bytes; their first record becomes row `firstRow`. At most `rows` of them are read.
  package func parse(_ bytes: [UInt8], count: Int, firstRow: Int, rows: Int) -> CellChunk {
    precondition(count + Self.padding <= bytes.count, "the padding is missing")
    precondition(columns.allSatisfy { firstRow >= 0 && firstRow + rows <= $0.count }, "no room for the rows")
    precondition(!columns.isEmpty, "a table has columns")
    // SAFETY: the walk stays in `count`, and may look at the padding.
    let chunk = unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe targets.withUnsafeBufferPointer { targets in
        numbers.withTables { tables -> CellChunk in
          guard let base = buffer.baseAddress, let targets = targets.baseAddress else {
            return CellChunk(columns: columns.count)
          }
          var walk = unsafe RecordWalk(
            parser: self, targets: targets, tables: tables, base: base, end: count, row: firstRow)
          walk.run(rows)
          return walk.chunk
        }
      }
    }
    return withExtendedLifetime(columns) { chunk ?? CellChunk(columns: columns.count) }
  }
}

/// Where the cells of a column go, without references to count.
@safe struct CellTarget {
  let kind: CellKind
  let numbers: UnsafeMutablePointer<Double>?
  let times: UnsafeMutablePointer<Int64>?
  let codes: UnsafeMutablePointer<Int32>?
  let bits: UnsafeMutablePointer<UInt8>?

  init(_ store: CellStore) {
    kind = store.kind
    unsafe numbers = store.numberBase
    unsafe times = store.timeBase
    unsafe codes = store.codeBase
    unsafe bits = store.bitBase
  }

  /// Writes what stands for a missing cell.
  func clear(_ row: Int) {
    // SAFETY: the row is one of the store's, as `parse` has checked.
    switch kind {
    case .number: unsafe numbers?[row] = .nan
    case .time: unsafe times?[row] = CellStore.missingTime
    case .category: unsafe codes?[row] = -1
    case .bool: unsafe bits?[row] = 2
    case .skipped, .text: break
    }
  }
}

/// One pass over the records of a chunk.
@safe private struct RecordWalk {
  private let base: UnsafePointer<UInt8>
  private let end: Int
  private let delimiter: UInt8
  private let newline: UInt8
  private let quote: UInt8
  private let quotesMatter: Bool
  private let targets: UnsafePointer<CellTarget>
  private let width: Int
  private let tables: NumberTables
  private let numbers: NumberScanner
  private let nulls: NullWords
  private var at = 0
  private var row: Int
  private var recordStart = 0
  /// A cell's text where it differs from the bytes: doubled quotes.
  private var scratch: [UInt8] = []
  var chunk: CellChunk

  init(
    parser: CellParser, targets: UnsafePointer<CellTarget>, tables: NumberTables, base: UnsafePointer<UInt8>,
    end: Int, row: Int
  ) {
    unsafe self.base = unsafe base
    self.end = end
    delimiter = parser.dialect.delimiter
    newline = parser.dialect.newline
    quote = parser.dialect.quote
    quotesMatter = parser.dialect.quotesMatter
    unsafe self.targets = targets
    width = parser.columns.count
    self.tables = tables
    numbers = parser.numbers
    nulls = parser.nulls
    self.row = row
    chunk = CellChunk(columns: parser.columns.count)
  }

  mutating func run(_ rows: Int) {
    let first = row
    while at < end {
      if unsafe base[at] == newline {
        at += 1
      } else if unsafe base[at] == 13 && (at + 1 == end || base[at + 1] == newline) {
        at = min(at + 2, end)
      } else {
        if row - first == rows { break }
        record()
        row += 1
      }
    }
    chunk.rows = row - first
  }

  private mutating func record() {
    let start = at
    recordStart = start
    var cell = 0
    while true {
      unsafe read(targets[cell], cell)
      cell += 1
      guard at < end, unsafe base[at] == delimiter else { break }
      at += 1
      if cell == width { return overflow(from: start) }
    }
    leaveLine()
    if cell < width {
      note(&chunk.short, start, cell)
      for rest in cell..<width { clear(rest) }
    }
  }

  /// Moves from the end of the last cell to the next line.
  private mutating func leaveLine() {
    if at < end, unsafe base[at] == 13 { at += 1 }
    if at < end, unsafe base[at] == newline { at += 1 }
  }

  /// There is a delimiter behind the last column: nothing behind it is harmless, anything else spoils the row.
  private mutating func overflow(from start: Int) {
    var cells = width
    var isEmpty = true
    while true {
      cells += 1
      if !content().isEmpty { isEmpty = false }
      guard at < end, unsafe base[at] == delimiter else { break }
      at += 1
    }
    leaveLine()
    if isEmpty { return }
    note(&chunk.long, start, cells)
    for cell in 0..<width { retract(cell) }
  }

  private func note(_ ragged: inout CellChunk.Ragged, _ offset: Int, _ cells: Int) {
    ragged.count += 1
    if ragged.first.count < 5 { ragged.first.append((offset, cells)) }
  }

  private mutating func clear(_ cell: Int) {
    unsafe targets[cell].clear(row)
    chunk.missing[cell] += 1
    if unsafe targets[cell].kind == .text {
      chunk.texts[cell].ends.append(chunk.texts[cell].bytes.count)
      chunk.texts[cell].missing.append(row)
    }
  }

  /// Takes back what was read into this row.
  private mutating func retract(_ cell: Int) {
    guard unsafe targets[cell].kind == .text else { return clear(cell) }
    var texts = CellTexts()
    swap(&texts, &chunk.texts[cell])
    texts.ends.removeLast()
    texts.bytes.removeLast(texts.bytes.count - (texts.ends.last ?? 0))
    if texts.missing.last == row { texts.missing.removeLast() }
    swap(&texts, &chunk.texts[cell])
    clear(cell)
  }

  /// Whether a cell ends here.
  @inline(__always)
  private func isEnd(_ place: Int) -> Bool {
    if place >= end { return true }
    let byte = unsafe base[place]
    return unsafe byte == delimiter || byte == newline
      || (byte == 13 && (place + 1 >= end || base[place + 1] == newline))
  }

  @inline(__always)
  private mutating func read(_ store: CellTarget, _ cell: Int) {
    switch store.kind {
    case .number:
      var place = at
      if let number = unsafe tables.scan(base, &place), isEnd(place) {
        // SAFETY: the row is one of the store's, as `parse` has checked.
        unsafe store.numbers?[row] = number
        at = place
      } else {
        readSlowly(store, cell)
      }
    case .category: readCategory(store, cell)
    case .skipped: _ = content()
    case .time, .bool, .text: readSlowly(store, cell)
    }
  }

  private mutating func readCategory(_ store: CellTarget, _ cell: Int) {
    var place = at
    if place < end, unsafe base[place] != quote, unsafe base[place] != 32 {
      while !isEnd(place) { place += 1 }
      if place > at, unsafe base[place - 1] != 32 {
        let code = unsafe chunk.dictionaries[cell].code(base, at..<place, nulls: nulls)
        unsafe store.codes?[row] = code
        at = place
        return
      }
    }
    readSlowly(store, cell)
  }

  private mutating func readSlowly(_ store: CellTarget, _ cell: Int) {
    let isLiteral = unsafe quotesMatter && at < end && base[at] == quote
    let text = content()
    if case .plain(let range) = text {
      unsafe take(base, range, store, cell, isLiteral)
    } else {
      scratch.append(contentsOf: [UInt8](repeating: 0, count: CellParser.padding))
      let held = scratch
      // SAFETY: the padding stands behind the text.
      unsafe held.withUnsafeBufferPointer { buffer in
        if let base = buffer.baseAddress {
          unsafe take(base, 0..<held.count - CellParser.padding, store, cell, isLiteral)
        }
      }
    }
  }

  private mutating func take(
    _ base: UnsafePointer<UInt8>, _ range: Range<Int>, _ store: CellTarget, _ cell: Int, _ isLiteral: Bool
  ) {
    if store.kind == .text { return unsafe takeText(base, range, cell, isLiteral) }
    if store.kind == .category, isLiteral {
      let code = unsafe chunk.dictionaries[cell].code(literal: base, range, nulls: nulls)
      // SAFETY: the row is one of the store's, as `parse` has checked.
      unsafe store.codes?[row] = code
      return
    }
    let range = unsafe trimmed(base, range)
    let text = unsafe UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
    if range.isEmpty {
      chunk.missing[cell] += 1
      return store.clear(row)
    }
    // SAFETY of the stores: the row is one of theirs, as `parse` has checked.
    switch store.kind {
    case .number:
      if unsafe !nulls.contains(text) {
        if let number = unsafe numbers.slow(base, range) {
          unsafe store.numbers?[row] = number
          return
        }
        if let number = unsafe numbers.grouped(text) {
          unsafe store.numbers?[row] = number
          return unsafe note(&chunk.grouped[cell], text)
        }
        unsafe misfit(text, cell)
      }
      chunk.missing[cell] += 1
      store.clear(row)
    case .time(let form):
      if let time = unsafe TimeScanner(form).moment(base, range) {
        unsafe store.times?[row] = time
        return
      }
      if unsafe !nulls.contains(text) { unsafe misfit(text, cell) }
      chunk.missing[cell] += 1
      store.clear(row)
    case .bool:
      let isTrue = unsafe Self.equal(text, "true")
      if unsafe isTrue || Self.equal(text, "false") {
        unsafe store.bits?[row] = isTrue ? 1 : 0
        return
      }
      if unsafe !nulls.contains(text) { unsafe misfit(text, cell) }
      chunk.missing[cell] += 1
      store.clear(row)
    case .category:
      let code = unsafe chunk.dictionaries[cell].code(base, range, nulls: nulls)
      unsafe store.codes?[row] = code
    case .text, .skipped: break
    }
  }

  private mutating func takeText(
    _ base: UnsafePointer<UInt8>, _ range: Range<Int>, _ cell: Int, _ isLiteral: Bool
  ) {
    let text = unsafe UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
    if !isLiteral, unsafe nulls.contains(text) {
      chunk.texts[cell].missing.append(row)
    } else {
      unsafe chunk.texts[cell].bytes.append(contentsOf: text)
    }
    chunk.texts[cell].ends.append(chunk.texts[cell].bytes.count)
  }

  private mutating func misfit(_ text: UnsafeBufferPointer<UInt8>, _ cell: Int) {
    unsafe note(&chunk.misfits[cell], text)
  }

  private func note(_ cells: inout CellChunk.Misfits, _ text: UnsafeBufferPointer<UInt8>) {
    if cells.count == 0 {
      cells.offset = recordStart
      unsafe cells.text = Array(text.prefix(60))
    }
    cells.count += 1
  }

  private func trimmed(_ base: UnsafePointer<UInt8>, _ range: Range<Int>) -> Range<Int> {
    var (first, last) = (range.lowerBound, range.upperBound)
    while first < last, unsafe base[first] == 32 || base[first] == 9 { first += 1 }
    while last > first, unsafe base[last - 1] == 32 || base[last - 1] == 9 { last -= 1 }
    return first..<last
  }

  private static func equal(_ text: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
    guard text.count == word.utf8CodeUnitCount else { return false }
    for index in 0..<text.count where unsafe text[index] | 32 != word.utf8Start[index] { return false }
    return true
  }

  private enum Content {
    case plain(Range<Int>)
    /// The text is in `scratch`.
    case unescaped

    var isEmpty: Bool { if case .plain(let range) = self { range.isEmpty } else { false } }
  }

  /// The text of the cell that begins here, without its quotes; moves to its end.
  private mutating func content() -> Content {
    let start = at
    var place = start
    guard place < end, unsafe base[place] == quote else {
      while !isEnd(place) { place += 1 }
      at = place
      return .plain(start..<place)
    }
    place += 1
    while place < end, unsafe base[place] != quote { place += 1 }
    // The usual cell: one pair of quotes and nothing else.
    if place < end, isEnd(place + 1) {
      at = place + 1
      return .plain(start + 1..<place)
    }
    unescape(from: start + 1)
    return .unescaped
  }

  /// Doubled quotes become one; what stands between the closing quote and the cell's end is kept.
  private mutating func unescape(from start: Int) {
    scratch.removeAll(keepingCapacity: true)
    var place = start
    while place < end {
      let byte = unsafe base[place]
      if byte == quote {
        guard place + 1 < end, unsafe base[place + 1] == quote else {
          place += 1
          break
        }
        place += 1
      }
      scratch.append(byte)
      place += 1
    }
    while !isEnd(place) {
      unsafe scratch.append(base[place])
      place += 1
    }
    at = place
  }
}

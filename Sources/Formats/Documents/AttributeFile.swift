package import Numerics
package import Values

/// The table of a Weka file (ARFF): attributes that are declared, then a row a line.
///
/// - Source: *Attribute-Relation File Format*, Weka 3.9: dense and sparse rows; relational attributes are refused.
package struct AttributeFile: Sendable {
  package let relation: String
  package let columns: [Column]
  package let rowCount: Int
  /// Lines that could not be read, and the first of them.
  package private(set) var refused: (count: Int, first: FormatError)?
  /// Cells that are not what their attribute declares; they are missing.
  package private(set) var misfits: (count: Int, first: String)?

  private static let mostAttributes = 100_000

  package static func isARFF(_ head: some Collection<UInt8>) -> Bool {
    for line in head.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
      guard let start = line.firstIndex(where: { $0 != 32 && $0 != 9 }), line[start] != UInt8(ascii: "%")
      else {
        continue
      }
      return String(decoding: line[start...].prefix(9), as: UTF8.self).lowercased() == "@relation"
    }
    return false
  }

  package init(_ source: any ByteSource, work: Work) throws(FormatError) {
    let bytes = try DocumentFile.bytes(of: source)
    var attributes: [Attribute] = []
    var relation = ""
    var isData = false
    var (start, line, rows) = (0, 0, 0)
    var refused: (count: Int, first: FormatError)?
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 10) ?? bytes.count
      line += 1
      defer { start = end + 1 }
      if line % 1024 == 0 {
        if work.isCancelled() { throw .cancelled }
        work.report(Double(start) / Double(bytes.count), "reading")
      }
      let text = Self.trimmed(bytes[start..<end])
      guard let first = text.first, first != UInt8(ascii: "%") else { continue }
      if isData {
        do throws(FormatError) {
          try Self.take(AttributeWords(text), at: line, into: &attributes)
          rows += 1
        } catch {
          refused = ((refused?.count ?? 0) + 1, refused?.first ?? error)
        }
        continue
      }
      var words = AttributeWords(text)
      guard let keyword = words.next(until: 32)?.text else { continue }
      switch String(decoding: keyword, as: UTF8.self).lowercased() {
      case "@relation": relation = String(decoding: words.next(until: 0)?.text ?? [], as: UTF8.self)
      case "@attribute":
        guard attributes.count < Self.mostAttributes else {
          throw .unsupported("it has more than \(Self.mostAttributes) attributes")
        }
        attributes.append(try Attribute(&words, line: line))
      case "@data": isData = true
      default: throw .malformedLine("it declares nothing that is known", line: line)
      }
    }
    guard isData, !attributes.isEmpty else {
      throw .malformed("it has no @data or no @attribute", offset: bytes.count)
    }
    self.relation = relation
    self.refused = refused
    rowCount = rows
    var known: Set<String> = []
    columns = attributes.map { attribute in
      var name = attribute.name
      while !known.insert(name).inserted { name += "_2" }
      return attribute.column(name)
    }
    for attribute in attributes {
      guard let first = attribute.firstMisfit else { continue }
      misfits = (
        (misfits?.count ?? 0) + attribute.misfitCount,
        misfits?.first ?? "`\(first.text)` in line \(first.line)"
      )
    }
  }

  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var line = line.drop { $0 == 32 || $0 == 9 }
    while let last = line.last, last == 13 || last == 32 || last == 9 { line.removeLast() }
    return line
  }

  /// A row goes into all columns or into none.
  private static func take(
    _ words: AttributeWords, at line: Int, into attributes: inout [Attribute]
  ) throws(FormatError) {
    var words = words
    if words.skip(UInt8(ascii: "{")) {
      var cells: [Int: AttributeWords.Word] = [:]
      while !words.skip(UInt8(ascii: "}")) {
        guard let number = words.next(until: 32),
          let place = Int(String(decoding: number.text, as: UTF8.self)),
          attributes.indices.contains(place), let cell = words.next(until: 44, or: 125)
        else {
          throw .malformedLine("a sparse cell is not `place value` of \(attributes.count) places", line: line)
        }
        cells[place] = cell
        _ = words.skip(44)
      }
      for place in attributes.indices { attributes[place].take(sparse: cells[place], at: line) }
      return
    }
    var cells: [AttributeWords.Word] = []
    while cells.count <= attributes.count, let cell = words.next(until: 44, or: 9) {
      cells.append(cell)
      guard words.skip(44) || words.skip(9) else { break }
      // Behind the cells there may be the weight of the row.
      if words.peek == UInt8(ascii: "{") { break }
    }
    guard cells.count == attributes.count else {
      let more = cells.count > attributes.count
      throw .malformedLine(
        "it has \(more ? "more than \(attributes.count)" : "\(cells.count)") cells for \(attributes.count) attributes",
        line: line)
    }
    for (place, cell) in cells.enumerated() { attributes[place].take(cell, at: line) }
  }
}

/// Cuts a line into words, which may stand in quotes.
struct AttributeWords {
  struct Word {
    let text: [UInt8]
    let isQuoted: Bool
    var isMissing: Bool { !isQuoted && text == [UInt8(ascii: "?")] }
  }

  private let line: ArraySlice<UInt8>
  private var at: Int

  init(_ line: ArraySlice<UInt8>) {
    self.line = line
    at = line.startIndex
  }

  var peek: UInt8? {
    var place = at
    while place < line.endIndex, line[place] == 32 { place += 1 }
    return place < line.endIndex ? line[place] : nil
  }

  /// Takes one character, behind blanks, if it is this one.
  mutating func skip(_ byte: UInt8) -> Bool {
    while at < line.endIndex, line[at] == 32 || (line[at] == 9 && byte != 9) { at += 1 }
    guard at < line.endIndex, line[at] == byte else { return false }
    at += 1
    return true
  }

  /// The next word, up to one of two characters or the end; nil at the end.
  mutating func next(until stop: UInt8, or other: UInt8? = nil) -> Word? {
    while at < line.endIndex, line[at] == 32 { at += 1 }
    guard at < line.endIndex else { return nil }
    let quote = line[at]
    var text: [UInt8] = []
    if quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") {
      at += 1
      while at < line.endIndex, line[at] != quote {
        if line[at] == UInt8(ascii: "\\"), at + 1 < line.endIndex { at += 1 }
        text.append(line[at])
        at += 1
      }
      at = min(at + 1, line.endIndex)
      return Word(text: text, isQuoted: true)
    }
    while at < line.endIndex, line[at] != stop, line[at] != other, stop != 32 || line[at] != 9 {
      text.append(line[at])
      at += 1
    }
    while text.last == 32 || text.last == 9 { text.removeLast() }
    return Word(text: text, isQuoted: false)
  }
}

/// One declared attribute and its cells.
private struct Attribute {
  enum Kind {
    case number
    case text
    case nominal
    case date
  }

  let name: String
  private let kind: Kind
  private var levels: [String] = []
  private var codes: [[UInt8]: Int32] = [:]
  private var numbers: [Double] = []
  private var texts = TextColumn()
  private var times: [Int64] = []
  private var missing: [Int] = []
  private(set) var misfitCount = 0
  private(set) var firstMisfit: (text: String, line: Int)?
  private let scanner = NumberScanner()
  private let clock = TimeScanner(.calendar(.yearFirst, zone: 0))

  init(_ words: inout AttributeWords, line: Int) throws(FormatError) {
    guard let name = words.next(until: 32) else {
      throw .malformedLine("the attribute has no name", line: line)
    }
    self.name = String(decoding: name.text, as: UTF8.self)
    if words.skip(9) {}
    if words.skip(UInt8(ascii: "{")) {
      kind = .nominal
      while !words.skip(UInt8(ascii: "}")) {
        guard let level = words.next(until: 44, or: 125) else {
          throw .malformedLine("the list of values does not end", line: line)
        }
        if codes[level.text] == nil {
          codes[level.text] = Int32(levels.count)
          levels.append(String(decoding: level.text, as: UTF8.self))
        }
        _ = words.skip(44)
      }
      return
    }
    let type = String(decoding: words.next(until: 32)?.text ?? [], as: UTF8.self).lowercased()
    switch type {
    case "numeric", "real", "integer": kind = .number
    case "string": kind = .text
    case "date": kind = .date
    default: throw .malformedLine("`\(type)` is no type of an attribute that can be read", line: line)
    }
  }

  var count: Int {
    switch kind {
    case .number, .nominal: numbers.count
    case .text: texts.count
    case .date: times.count
    }
  }

  /// A sparse row leaves out zeros: the number 0, the first of the values; texts and dates are missing.
  mutating func take(sparse cell: AttributeWords.Word?, at line: Int) {
    if let cell { return take(cell, at: line) }
    switch kind {
    case .number: numbers.append(0)
    case .nominal: if levels.isEmpty { skip() } else { numbers.append(0) }
    case .text, .date: skip()
    }
  }

  mutating func take(_ cell: AttributeWords.Word, at line: Int) {
    if cell.isMissing || (cell.text.isEmpty && !cell.isQuoted) { return skip() }
    switch kind {
    case .number:
      guard let number = scanner.number(cell.text) else { return misfit(cell, line) }
      if number.isNaN { skip() } else { numbers.append(number) }
    case .nominal:
      guard let code = codes[cell.text] else { return misfit(cell, line) }
      numbers.append(Double(code))
    case .text: texts.append(cell.text)
    case .date:
      guard let time = clock.nanoseconds(cell.text) else { return misfit(cell, line) }
      times.append(time)
    }
  }

  private mutating func misfit(_ cell: AttributeWords.Word, _ line: Int) {
    misfitCount += 1
    if firstMisfit == nil { firstMisfit = (String(decoding: cell.text.prefix(40), as: UTF8.self), line) }
    skip()
  }

  private mutating func skip() {
    missing.append(count)
    switch kind {
    case .number, .nominal: numbers.append(.nan)
    case .text: texts.append([])
    case .date: times.append(0)
    }
  }

  func column(_ name: String) -> Column {
    var nulls = Mask(count: count)
    for row in missing { nulls[row] = true }
    return switch kind {
    case .number: Column(name, .number(numbers), nulls: nulls)
    case .nominal:
      Column(name, .category(codes: numbers.map { $0.isNaN ? -1 : Int32($0) }, levels: levels), nulls: nulls)
    case .text: Column(name, .text(texts), nulls: nulls)
    case .date: Column(name, .time(times), nulls: nulls)
    }
  }
}

import Chronology
import Numerics

/// The sheets of an Excel workbook, each as the text with tabulators that says the same.
///
/// Cells are what they were last computed to. Numbers in a format of dates become ISO 8601; errors are empty, as are rows and columns in
/// front of the first cell.
///
/// - Source: ECMA-376, part 1, chapter 18 (SpreadsheetML).
package struct WorkbookFile {
  package struct Sheet: Sendable, Equatable {
    package let name: String
    let entry: String
    let isHidden: Bool
  }

  /// Those that are shown come first.
  package let sheets: [Sheet]
  private let archive: ZipArchive
  private let texts: [String]
  /// Whether the numbers of a cell's style are dates.
  private let isDate: [Bool]
  private let beginsIn1904: Bool

  package static func isWorkbook(_ archive: ZipArchive) -> Bool {
    archive.entries.contains { $0.name == book }
  }

  private static let book = "xl/workbook.xml"

  package init(_ archive: ZipArchive, check: () -> Bool = { true }) throws(FormatError) {
    self.archive = archive
    var places: [String: String] = [:]
    try Self.each("xl/_rels/workbook.xml.rels", of: archive, check) { name, attributes in
      guard name == "Relationship", let id = attributes["Id"], let target = attributes["Target"] else {
        return
      }
      places[id] = target.hasPrefix("/") ? String(target.dropFirst()) : "xl/\(target)"
    }
    var (sheets, beginsIn1904) = ([Sheet](), false)
    try Self.each(Self.book, of: archive, check) { name, attributes in
      if name == "workbookPr" { beginsIn1904 = ["1", "true"].contains(attributes["date1904"]) }
      guard name == "sheet", let title = attributes["name"] else { return }
      let id = attributes.first { $0.key.hasSuffix(":id") }?.value ?? ""
      let entry = places[id] ?? "xl/worksheets/sheet\(sheets.count + 1).xml"
      sheets.append(
        Sheet(name: title, entry: entry, isHidden: attributes["state"]?.contains("idden") ?? false))
    }
    // Charts have a sheet of their own.
    sheets = sheets.filter { sheet in
      archive.entries.contains { $0.name == sheet.entry } && !sheet.entry.contains("chart")
    }
    guard !sheets.isEmpty else { throw .unsupported("it is a workbook without a sheet of cells") }
    self.sheets = sheets.filter { !$0.isHidden } + sheets.filter(\.isHidden)
    self.beginsIn1904 = beginsIn1904
    isDate = try Self.dateStyles(archive, check)
    texts = try Self.sharedTexts(archive, check)
  }

  /// - Parameter limit: so many bytes are enough.
  package func text(
    of sheet: Sheet, limit: Int? = nil, check: () -> Bool = { true }
  ) throws(FormatError) -> [UInt8] {
    guard var scanner = try Self.scanner(sheet.entry, of: archive, check) else {
      throw .malformed("the sheet `\(sheet.name)` is missing", offset: 0)
    }
    var rows = SheetText()
    var (column, kind, style) = (0, "", 0)
    var (value, isValue) = ("", false)
    while let piece = try scanner.next() {
      switch piece {
      case .start(let name, let attributes, let isEmpty):
        switch Self.local(name) {
        case "row": column = -1
        case "c":
          column = attributes.value("r").flatMap(Self.column) ?? column + 1
          kind = attributes.value("t") ?? "n"
          style = attributes.value("s").flatMap { Int($0) } ?? 0
          value = ""
        case "v", "t": isValue = !isEmpty
        case "rPh": if !isEmpty { try Self.skip(name, in: &scanner) }
        default: break
        }
      case .text(let text): if isValue { value += text }
      case .end(let name):
        switch Self.local(name) {
        case "v", "t": isValue = false
        case "c": if !value.isEmpty { rows.add(cell(value, kind, style), at: column) }
        case "row":
          guard check() else { throw .cancelled }
          rows.endLine()
          if let limit, rows.bytes.count >= limit { return rows.text }
          if rows.bytes.count > Inflate.most { throw .unsupported("it unpacks to more than 8 GB") }
        default: break
        }
      }
    }
    if rows.bytes.isEmpty { throw .malformed("the sheet `\(sheet.name)` has no cells", offset: 0) }
    return rows.text
  }

  // MARK: - Cells

  /// What stands in the text for it.
  private func cell(_ value: String, _ kind: String, _ style: Int) -> String {
    switch kind {
    case "s": return Int(value).flatMap { texts.indices.contains($0) ? texts[$0] : nil } ?? ""
    case "b": return value == "1" || value == "true" ? "true" : "false"
    case "e": return ""
    case "n":
      guard isDate.indices.contains(style), isDate[style],
        let days = NumberScanner().number(Array(value.utf8))
      else {
        return value
      }
      return moment(days) ?? value
    default: return value
    }
  }

  /// A date, a time of day, or both; nil outside of the years 1900 to 9999.
  private func moment(_ days: Double) -> String? {
    guard (0..<2_958_466).contains(days) else { return nil }
    let (day, rest) = Int64((days * 86_400_000).rounded()).quotientAndRemainder(dividingBy: 86_400_000)
    let clock = Instant(nanoseconds: rest * 1_000_000).description.dropFirst("1970-01-01T".count)
    if day == 0, !beginsIn1904 { return String(clock) }
    // The year 1900 counts as a leap year there, as it did in Lotus 1-2-3.
    let date = CivilDate(daysSinceEpoch: Int(day) - (beginsIn1904 ? 24_107 : day < 60 ? 25_568 : 25_569))
    return rest == 0 ? date.description : "\(date)T\(clock)"
  }

  /// The column of a place such as `BC12`, from 0.
  private static func column(_ place: String) -> Int? {
    var column = 0
    for byte in place.utf8 {
      guard (65...90).contains(byte) else { break }
      column = column * 26 + Int(byte) - 64
      if column > mostColumns { return nil }
    }
    return column > 0 ? column - 1 : nil
  }

  /// Of the format.
  private static let mostColumns = 16_384

  // MARK: - What all sheets share

  private static func sharedTexts(_ archive: ZipArchive, _ check: () -> Bool) throws(FormatError) -> [String]
  {
    guard var scanner = try scanner("xl/sharedStrings.xml", of: archive, check) else { return [] }
    var texts: [String] = []
    var (text, isText) = ("", false)
    while let piece = try scanner.next() {
      switch piece {
      case .start(let name, _, let isEmpty):
        switch local(name) {
        case "si":
          text = ""
          if isEmpty { texts.append("") }
        case "t": isText = !isEmpty
        // How a name is pronounced is no part of it.
        case "rPh": if !isEmpty { try skip(name, in: &scanner) }
        default: break
        }
      case .text(let piece): if isText { text += piece }
      case .end(let name):
        if local(name) == "t" { isText = false }
        if local(name) == "si" {
          guard check() else { throw .cancelled }
          texts.append(text)
        }
      }
    }
    return texts
  }

  private static func dateStyles(_ archive: ZipArchive, _ check: () -> Bool) throws(FormatError) -> [Bool] {
    var formats: [String: Bool] = [:]
    for number in Array(14...22) + Array(45...47) { formats["\(number)"] = true }
    var (styles, isCell) = ([Bool](), false)
    guard var scanner = try scanner("xl/styles.xml", of: archive, check) else { return [] }
    while let piece = try scanner.next() {
      switch piece {
      case .start(let name, let attributes, _):
        switch local(name) {
        case "numFmt":
          if let id = attributes.value("numFmtId") {
            formats[id] = isDate(attributes.value("formatCode") ?? "")
          }
        case "cellXfs": isCell = true
        case "xf": if isCell { styles.append(formats[attributes.value("numFmtId") ?? "0"] ?? false) }
        default: break
        }
      case .end(let name): if local(name) == "cellXfs" { isCell = false }
      case .text: break
      }
    }
    return styles
  }

  /// Whether a format shows years, months, days, hours or seconds; what stands in quotes, brackets or behind a backslash is not looked at.
  static func isDate(_ format: String) -> Bool {
    var (inQuotes, inBrackets, isEscaped) = (false, false, false)
    for character in format.lowercased() {
      if isEscaped {
        isEscaped = false
      } else if inQuotes {
        inQuotes = character != "\""
      } else if inBrackets {
        inBrackets = character != "]"
      } else {
        switch character {
        case "\\", "_", "*": isEscaped = true
        case "\"": inQuotes = true
        case "[": inBrackets = true
        case "y", "m", "d", "h", "s": return true
        default: break
        }
      }
    }
    return false
  }

  // MARK: - XML

  /// The name without what tells its space.
  private static func local(_ name: String) -> Substring {
    name.firstIndex(of: ":").map { name[name.index(after: $0)...] } ?? name[...]
  }

  private static func scanner(
    _ name: String, of archive: ZipArchive, _ check: () -> Bool
  ) throws(FormatError) -> MarkupScanner? {
    guard let entry = archive.entries.first(where: { $0.name == name }) else { return nil }
    let source = try archive.open(entry, check: check)
    return MarkupScanner(try source.read(at: 0, count: source.count))
  }

  private static func each(
    _ name: String, of archive: ZipArchive, _ check: () -> Bool,
    _ start: (_ name: Substring, _ attributes: [String: String]) -> Void
  ) throws(FormatError) {
    guard var scanner = try scanner(name, of: archive, check) else { return }
    while let piece = try scanner.next() {
      if case .start(let name, let attributes, _) = piece {
        start(local(name), Dictionary(attributes, uniquingKeysWith: { first, _ in first }))
      }
    }
  }

  /// Goes on behind the end of an element that cannot hold itself.
  private static func skip(_ name: String, in scanner: inout MarkupScanner) throws(FormatError) {
    while let piece = try scanner.next() { if piece == .end(name) { return } }
  }
}

extension [(String, String)] {
  fileprivate func value(_ name: String) -> String? { first { $0.0 == name }?.1 }
}

/// Lines with tabulators out of cells with their places.
private struct SheetText {
  private(set) var bytes: [UInt8] = []
  /// Where each line ends, and its last column; -1 for titles above the table, which stay short.
  private var lines: [(end: Int, last: Int)] = []
  private var first = Int.max
  private var line: [(column: Int, text: String)] = []
  private static let tabulator: UInt8 = 9
  private static let quote: UInt8 = 34

  mutating func add(_ text: String, at column: Int) {
    if !text.isEmpty { line.append((column, text)) }
  }

  mutating func endLine() {
    defer { line = [] }
    guard let start = line.map(\.column).min() else { return }
    first = min(first, start)
    var at = first
    for (column, text) in line.sorted(by: { $0.column < $1.column }) where column >= at {
      bytes += [UInt8](repeating: Self.tabulator, count: column - at)
      at = column
      bytes += Self.quoted(text)
    }
    let isTitle = line.count == 1 && (lines.last?.last ?? -1) < 0
    lines.append((bytes.count, isTitle ? -1 : at))
  }

  /// All lines, those of the table with the same number of cells.
  var text: [UInt8] {
    let last = lines.map(\.last).max() ?? 0
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count + lines.count)
    var start = 0
    for line in lines {
      text += bytes[start..<line.end]
      if line.last >= 0 { text += [UInt8](repeating: Self.tabulator, count: last - line.last) }
      text.append(10)
      start = line.end
    }
    return text
  }

  private static func quoted(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    guard bytes.contains(where: { [tabulator, quote, 10, 13].contains($0) }) else { return bytes }
    return [quote] + bytes.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
  }
}

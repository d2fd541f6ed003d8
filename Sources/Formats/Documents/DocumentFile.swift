import Notation
package import Numerics
package import Values

/// Documents with what else each of them carries, one a row.
package struct DocumentFile: Sendable {
  package let texts: TextColumn
  /// The other fields, in the order in which they first come.
  package let columns: [Column]
  /// Lines that could not be read, and the first of them.
  package let refused: (count: Int, first: FormatError)?

  /// More bytes are not read into memory.
  package static let mostBytes = 1 << 30

  /// The whole text of a file as one document; what is no UTF-8 is read as Windows-1252.
  package static func plain(_ source: any ByteSource) throws(FormatError) -> DocumentFile {
    var texts = TextColumn()
    texts.append(try bytes(of: source))
    return DocumentFile(texts: texts, columns: [], refused: nil)
  }

  /// One document a line, without empty ones.
  package static func lines(_ source: any ByteSource) throws(FormatError) -> DocumentFile {
    var texts = TextColumn()
    for line in try bytes(of: source).split(whereSeparator: { $0 == 10 || $0 == 13 }) { texts.append(line) }
    return DocumentFile(texts: texts, columns: [], refused: nil)
  }

  /// JSON objects, one a line, or one array of objects.
  ///
  /// - Parameter field: the member that holds the text; guessed if nil: the texts that are longest on average.
  package static func objects(
    _ source: any ByteSource, field: String?, work: Work
  ) throws(FormatError) -> (file: DocumentFile, field: String) {
    let bytes = try bytes(of: source)
    var refused: (count: Int, first: FormatError)?
    let rows = try rows(bytes, refused: &refused, work: work)
    if rows.isEmpty {
      throw refused?.first ?? .malformed("it holds no JSON object", offset: 0)
    }
    var names: [String] = []
    var known = Set<String>()
    for row in rows { for (name, _) in row where known.insert(name).inserted { names.append(name) } }
    guard names.count <= 1000 else { throw .unsupported("its objects have more than 1000 different members") }
    guard let chosen = field ?? longest(names, rows), known.contains(chosen) else {
      throw .unsupported(
        field.map { "no object has a member `\($0)`; there are \(names.prefix(8).joined(separator: ", "))" }
          ?? "its objects hold no text")
    }
    var cells: [String: [JSON]] = [:]
    for name in names { cells[name] = [JSON](repeating: .null, count: rows.count) }
    for (place, row) in rows.enumerated() { for (name, value) in row { cells[name]?[place] = value } }
    let texts = TextColumn((cells[chosen] ?? []).lazy.map(\.plainText))
    let others = names.filter { $0 != chosen }.map { column($0, cells[$0] ?? []) }
    return (DocumentFile(texts: texts, columns: others, refused: refused), chosen)
  }

  static func bytes(of source: any ByteSource) throws(FormatError) -> [UInt8] {
    guard source.count <= mostBytes else { throw .unsupported("it has more than 1 GB") }
    let text = try TextBytes(source)
    guard text.source.count <= mostBytes else { throw .unsupported("it unpacks to more than 1 GB") }
    let bytes = try text.source.read(at: text.start, count: text.source.count - text.start)
    if let place = bytes.firstIndex(of: 0) { throw .malformed("it is no text", offset: text.start + place) }
    return TextEncoding.isUTF8(bytes) ? bytes : TextEncoding.utf8(fromWindows1252: bytes)
  }

  typealias Row = [(key: String, value: JSON)]

  static func rows(
    _ bytes: [UInt8], refused: inout (count: Int, first: FormatError)?, work: Work
  ) throws(FormatError) -> [Row] {
    if bytes.first(where: { $0 > 32 }) == UInt8(ascii: "[") {
      do throws(JSONError) {
        guard case .array(let items) = try JSON(parsing: bytes) else { return [] }
        return items.compactMap { if case .object(let members) = $0 { members } else { nil } }
      } catch {
        throw .malformed(error.reason, offset: error.offset)
      }
    }
    var rows: [Row] = []
    var start = 0
    var line = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 10) ?? bytes.count
      line += 1
      defer { start = end + 1 }
      guard bytes[start..<end].contains(where: { $0 > 32 }) else { continue }
      if line % 256 == 0 {
        if work.isCancelled() { throw .cancelled }
        work.report(Double(start) / Double(bytes.count), "reading")
      }
      var failure: FormatError?
      do throws(JSONError) {
        if case .object(let members) = try JSON(loosely: Array(bytes[start..<end])) {
          rows.append(members)
        } else {
          failure = .malformedLine("it is no object", line: line)
        }
      } catch {
        failure = .malformedLine(error.reason, line: line)
      }
      if let failure { refused = ((refused?.count ?? 0) + 1, refused?.first ?? failure) }
    }
    return rows
  }

  /// The member whose texts are longest on average.
  private static func longest(_ names: [String], _ rows: [Row]) -> String? {
    var lengths: [String: Int] = [:]
    for row in rows.prefix(1000) {
      for (name, value) in row {
        if case .string(let text) = value { lengths[name, default: 0] += text.utf8.count }
      }
    }
    return names.filter { lengths[$0] != nil }.max { lengths[$0, default: 0] < lengths[$1, default: 0] }
  }

  /// Numbers and truth values if all are, else categories if few differ, else texts.
  private static func column(_ name: String, _ cells: [JSON]) -> Column {
    let nulls = Mask(cells.map { if case .null = $0 { true } else { false } })
    let known = cells.filter { if case .null = $0 { false } else { true } }
    if known.allSatisfy({ if case .number = $0 { true } else { false } }) {
      return Column(
        numbers: cells.map { if case .number(let number) = $0 { number } else { .nan } }, name: name)
    }
    if known.allSatisfy({ if case .bool = $0 { true } else { false } }) {
      return Column(name, .bool(cells.map { if case .bool(true) = $0 { true } else { false } }), nulls: nulls)
    }
    let texts = cells.map { if case .null = $0 { "" } else { $0.plainText } }
    let levels = Set(texts)
    guard levels.count <= max(16, cells.count / 10) else {
      return Column(name, .text(TextColumn(texts)), nulls: nulls)
    }
    let sorted = levels.sorted()
    var places: [String: Int32] = [:]
    for (place, level) in sorted.enumerated() { places[level] = Int32(place) }
    let codes = texts.indices.map { nulls[$0] ? -1 : places[texts[$0]] ?? -1 }
    return Column(name, .category(codes: codes, levels: sorted), nulls: nulls)
  }
}

extension JSON {
  /// Texts without quotes, anything else as JSON.
  var plainText: String {
    switch self {
    case .string(let text): text
    case .null: ""
    default: description
    }
  }
}

package import Notation
package import Values

/// Columns as blocks of bytes behind one another, as `scripts/columns.py` gives and takes them.
///
/// A column is one byte a row that tells missing cells, if any is missing, then its cells: numbers and times in 8 bytes,
/// truth values in 1, codes in 4; texts as the places at which they end, then their bytes. Low bytes come first.
package enum ColumnBlocks {
  private static let mostRows = 1 << 31

  // MARK: - Reading

  package static func columns(
    _ source: any ByteSource, header: JSON, check: () -> Bool = { true }
  ) throws(FormatError) -> [Column] {
    guard let rows = header["rows"]?.number.flatMap({ Int(exactly: $0) }), (0...mostRows).contains(rows),
      let facts = header["columns"]?.array
    else { throw .malformed("the header is none", offset: 0) }
    var reader = BlockReader(source: source)
    var columns: [Column] = []
    for fact in facts {
      guard check() else { throw .cancelled }
      guard let name = fact["name"]?.string, let kind = fact["kind"]?.string else {
        throw .malformed("the header lacks the name or kind of a column", offset: 0)
      }
      var nulls: Mask?
      if fact["nulls"]?.bool == true { nulls = Mask(try reader.bytes(rows).map { $0 != 0 }) }
      switch kind {
      case "number":
        let numbers = try reader.words(rows).map { Double(bitPattern: $0) }
        columns.append(
          nulls.map { Column(name, .number(numbers), nulls: $0) } ?? Column(numbers: numbers, name: name))
      case "time":
        columns.append(Column(name, .time(try reader.words(rows).map(Int64.init(bitPattern:))), nulls: nulls))
      case "bool": columns.append(Column(name, .bool(try reader.bytes(rows).map { $0 != 0 }), nulls: nulls))
      case "category":
        let levels = (fact["levels"]?.array ?? []).map { $0.string ?? "" }
        columns.append(try categories(name, levels, try reader.bytes(rows * 4), nulls))
      case "text":
        let ends = try reader.words(rows + 1).map { Int(truncatingIfNeeded: $0) }
        guard ends[0] == 0, zip(ends, ends.dropFirst()).allSatisfy({ $0 <= $1 }) else {
          throw .malformed("the places of texts are damaged", offset: 0)
        }
        let texts = TextColumn(offsets: ends, bytes: try reader.bytes(ends[rows]))
        columns.append(
          fact["exact"]?.bool == true
            ? Column(name, .text(texts), nulls: nulls)
            : Column(texts: texts, nulls: nulls ?? Mask(count: rows), name: name))
      default: throw .malformed("`\(kind)` is no kind of column", offset: 0)
      }
    }
    return columns
  }

  private static func categories(
    _ name: String, _ levels: [String], _ bytes: [UInt8], _ nulls: Mask?
  ) throws(FormatError) -> Column {
    var codes: [Int32] = []
    codes.reserveCapacity(bytes.count / 4)
    for at in stride(from: 0, to: bytes.count, by: 4) {
      let word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) }
      let code = Int32(bitPattern: word)
      guard code < levels.count else { throw .malformed("a category has no name", offset: 0) }
      codes.append(max(code, -1))
    }
    let missing = nulls ?? Mask(codes.map { $0 < 0 })
    return Column(name, .category(codes: codes, levels: levels), nulls: missing)
  }

  // MARK: - Writing

  /// The header as a line, and the blocks behind it.
  package static func bytes(of columns: [Column]) -> [UInt8] {
    let rows = columns.first?.count ?? 0
    let facts = columns.map { column -> JSON in
      var levels: [JSON] = []
      if case .category(_, let names) = column.cells { levels = names.map { .string($0) } }
      return [
        "name": .string(column.name), "kind": .string(column.type.rawValue),
        "nulls": .bool(column.nulls != nil),
        "levels": .array(levels),
      ]
    }
    var bytes = Array(
      JSON.object([("rows", .number(Double(rows))), ("columns", .array(facts))]).description.utf8)
    bytes.append(10)
    func word(_ word: UInt64) {
      for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * shift))) }
    }
    for column in columns {
      if let nulls = column.nulls { for row in 0..<rows { bytes.append(nulls[row] ? 1 : 0) } }
      switch column.cells {
      case .number(let numbers): for number in numbers { word(number.bitPattern) }
      case .time(let times): for time in times { word(UInt64(bitPattern: time)) }
      case .bool(let bits): for bit in bits { bytes.append(bit ? 1 : 0) }
      case .category(let codes, _):
        for code in codes {
          for shift in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: code >> Int32(8 * shift))) }
        }
      case .text(let texts):
        for end in texts.offsets { word(UInt64(end)) }
        bytes += texts.bytes
      }
    }
    return bytes
  }
}

/// Takes bytes from the beginning to the end.
private struct BlockReader {
  let source: any ByteSource
  var at = 0

  mutating func bytes(_ count: Int) throws(FormatError) -> [UInt8] {
    guard count <= source.count - at else { throw .malformed("the columns are cut off", offset: at) }
    let bytes = try source.read(at: at, count: count)
    guard bytes.count == count else { throw .malformed("the columns are cut off", offset: at) }
    at += count
    return bytes
  }

  mutating func words(_ count: Int) throws(FormatError) -> [UInt64] {
    let bytes = try bytes(count * 8)
    var words = [UInt64](repeating: 0, count: count)
    for place in 0..<count {
      var word: UInt64 = 0
      for byte in 0..<8 { word |= UInt64(bytes[place * 8 + byte]) << UInt64(8 * byte) }
      words[place] = word
    }
    return words
  }
}

import Numerics

/// The points of a PCD file (Point Cloud Library, versions 0.6 and 0.7): text, binary, or binary and packed.
enum PointCloudData {
  private struct Field {
    let name: String
    let kind: NumberKind
    let count: Int
    var size: Int { kind.size * count }
    /// Colours lie in the bytes of one number.
    var isColour: Bool { (name == "rgb" || name == "rgba") && kind.size == 4 && count == 1 }
  }

  private struct Header {
    var fields: [Field] = []
    var points = 0
    var width = 0
    var height = 1
    var data = ""
  }

  static func points(
    _ bytes: [UInt8], work: Work
  ) throws(FormatError) -> (columns: [(name: String, numbers: [Double])], gridWidth: Int) {
    var lines = LineCursor(bytes)
    let header = try header(&lines)
    var table = Table(header.fields, count: header.points)
    switch header.data {
    case "ascii": try text(header, &lines, &table, work)
    case "binary":
      try rows(header, BinaryReader(bytes, at: lines.at), &table, work)
    case "binary_compressed": try packed(header, bytes, lines.at, &table, work)
    default: throw .unsupported("its data are `\(header.data)`")
    }
    let isGrid = header.height > 1 && header.width > 1 && header.width * header.height == header.points
    return (table.columns, isGrid ? header.width : 0)
  }

  private static func header(_ lines: inout LineCursor) throws(FormatError) -> Header {
    var header = Header()
    var (names, sizes, types, counts): ([String], [Int], [String], [Int]) = ([], [], [], [])
    var points: Int?
    while header.data.isEmpty {
      guard let line = lines.next(), lines.number <= 1000 else {
        throw .malformed("its header does not end", offset: min(lines.at, lines.bytes.count))
      }
      let words = line.words().map(\.text)
      let numbers = words.dropFirst().map { Int($0) ?? -1 }
      switch words.first {
      case "FIELDS": names = Array(words.dropFirst())
      case "SIZE": sizes = Array(numbers)
      case "TYPE": types = Array(words.dropFirst())
      case "COUNT": counts = Array(numbers)
      case "WIDTH": header.width = numbers.first ?? 0
      case "HEIGHT": header.height = numbers.first ?? 1
      case "POINTS": points = numbers.first ?? 0
      case "DATA": header.data = words.count > 1 ? words[1] : "none"
      default: continue
      }
    }
    if counts.isEmpty { counts = names.map { _ in 1 } }
    guard !names.isEmpty, sizes.count == names.count, types.count == names.count, counts.count == names.count
    else { throw .malformedLine("FIELDS, SIZE, TYPE and COUNT differ in length", line: lines.number) }
    guard (0...Int(Int32.max)).contains(header.width), (0...Int(Int32.max)).contains(header.height) else {
      throw .malformedLine("its size is no number of points", line: lines.number)
    }
    header.points = points ?? header.width * header.height
    guard (0...1 << 30).contains(header.points) else {
      throw .malformedLine("its size is no number of points", line: lines.number)
    }
    for place in names.indices {
      guard let kind = NumberKind(type: types[place], size: sizes[place]), (1...4096).contains(counts[place])
      else { throw .malformedLine("field `\(names[place])` is of no known kind", line: lines.number) }
      header.fields.append(Field(name: names[place], kind: kind, count: counts[place]))
    }
    // A point takes at least one byte a field, however it is written; packed data at most 1 to 256.
    let size = header.fields.reduce(0) { $0 + ($1.name == "_" ? 0 : $1.count) }
    let room = lines.bytes.count * (header.data == "binary_compressed" ? 256 : 1)
    guard header.points.multipliedReportingOverflow(by: max(1, size)).partialValue <= room else {
      throw .malformed("it claims \(header.points) points and is shorter", offset: lines.bytes.count)
    }
    return header
  }

  private static func text(
    _ header: Header, _ lines: inout LineCursor, _ table: inout Table, _ work: Work
  ) throws(FormatError) {
    let scanner = NumberScanner()
    for row in 0..<header.points {
      if row % 4096 == 0, work.isCancelled() { throw .cancelled }
      guard let line = lines.next() else {
        throw .malformed("it ends after \(row) of \(header.points) points", offset: lines.bytes.count)
      }
      let words = line.words()
      var place = 0
      for (number, field) in header.fields.enumerated() {
        for part in 0..<field.count {
          guard place < words.count,
            let value = scanner.number(words[place]) ?? CoordinateLines.special(words[place])
          else { throw .malformedLine("a point has too few numbers", line: lines.number) }
          place += 1
          guard field.isColour else {
            table.add(value, number, part)
            continue
          }
          let bits: UInt32 =
            field.kind == .single
            ? Float(value).bitPattern : value.isFinite ? UInt32(max(0, min(value, Double(UInt32.max)))) : 0
          table.add(colour: bits, number)
        }
      }
    }
  }

  private static func rows(
    _ header: Header, _ body: BinaryReader, _ table: inout Table, _ work: Work
  ) throws(FormatError) {
    var body = body
    let size = header.fields.reduce(0) { $0 + $1.size }
    guard header.points * size <= body.left else {
      throw .malformed("it ends before its \(header.points) points do", offset: body.bytes.count)
    }
    for row in 0..<header.points {
      if row % 4096 == 0, work.isCancelled() { throw .cancelled }
      for (number, field) in header.fields.enumerated() { table.take(field, number, &body) }
    }
  }

  /// All of one field, then all of the next.
  private static func packed(
    _ header: Header, _ bytes: [UInt8], _ start: Int, _ table: inout Table, _ work: Work
  ) throws(FormatError) {
    var sizes = BinaryReader(bytes, at: start)
    guard sizes.left >= 8 else { throw .malformed("it ends too early", offset: bytes.count) }
    let (packed, plain) = (Int(sizes.number(.unsigned(4))), Int(sizes.number(.unsigned(4))))
    let size = header.fields.reduce(0) { $0 + $1.size }
    guard packed <= sizes.left, plain == header.points * size else {
      throw .malformed("its packed data have another size than its points", offset: start)
    }
    let unpacked = try unpack(bytes[sizes.at..<sizes.at + packed], into: plain)
    var body = BinaryReader(unpacked, at: 0)
    for (number, field) in header.fields.enumerated() {
      for row in 0..<header.points {
        if row % 4096 == 0, work.isCancelled() { throw .cancelled }
        table.take(field, number, &body)
      }
    }
  }

  /// The compression of LibLZF (Lehmann, version 3): runs of literals and references up to 8 KB back.
  static func unpack(_ packed: ArraySlice<UInt8>, into count: Int) throws(FormatError) -> [UInt8] {
    var plain: [UInt8] = []
    // The claim is not trusted with memory before the bytes come.
    plain.reserveCapacity(min(count, packed.count * 8))
    var at = packed.startIndex
    func damaged() -> FormatError { .malformed("its packed data are damaged", offset: at) }
    while at < packed.endIndex {
      let control = Int(packed[at])
      at += 1
      if control < 32 {
        guard at + control + 1 <= packed.endIndex, plain.count + control + 1 <= count else { throw damaged() }
        plain += packed[at...at + control]
        at += control + 1
        continue
      }
      var length = control >> 5
      if length == 7 {
        guard at < packed.endIndex else { throw damaged() }
        length += Int(packed[at])
        at += 1
      }
      guard at < packed.endIndex else { throw damaged() }
      let from = plain.count - ((control & 31) << 8 | Int(packed[at])) - 1
      at += 1
      guard from >= 0, plain.count + length + 2 <= count else { throw damaged() }
      for place in from..<from + length + 2 { plain.append(plain[place]) }
    }
    guard plain.count == count else { throw damaged() }
    return plain
  }

  /// The columns as they grow.
  private struct Table {
    private var cells: [[[Double]]]
    private let fields: [Field]

    init(_ fields: [Field], count: Int) {
      self.fields = fields
      cells = fields.map { [[Double]](repeating: [], count: $0.isColour ? 3 : $0.count) }
    }

    mutating func add(_ value: Double, _ field: Int, _ part: Int) { cells[field][part].append(value) }

    mutating func add(colour bits: UInt32, _ field: Int) {
      for part in 0..<3 { cells[field][part].append(Double(bits >> UInt32(16 - 8 * part) & 255)) }
    }

    mutating func take(_ field: Field, _ number: Int, _ body: inout BinaryReader) {
      if field.isColour {
        add(colour: UInt32(body.number(.unsigned(4))), number)
      } else {
        for part in 0..<field.count { add(body.number(field.kind), number, part) }
      }
    }

    /// `_` is padding.
    var columns: [(name: String, numbers: [Double])] {
      zip(fields, cells).flatMap { field, cells -> [(name: String, numbers: [Double])] in
        if field.name == "_" { return [] }
        if field.isColour { return Array(zip(["red", "green", "blue"], cells)).map { ($0, $1) } }
        let names = ["normal_x": "nx", "normal_y": "ny", "normal_z": "nz"]
        let name = names[field.name] ?? field.name
        return cells.enumerated().map { (field.count == 1 ? name : "\(name)\($0)", $1) }
      }
    }
  }
}

extension NumberKind {
  /// By the letters of PCD.
  init?(type: String, size: Int) {
    switch (type, size) {
    case ("F", 4): self = .single
    case ("F", 8): self = .double
    case ("I", 1), ("I", 2), ("I", 4), ("I", 8): self = .signed(size)
    case ("U", 1), ("U", 2), ("U", 4), ("U", 8): self = .unsigned(size)
    default: return nil
    }
  }
}

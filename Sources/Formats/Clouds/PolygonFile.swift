import Numerics

/// The vertices of a PLY file (Turk, *The PLY Polygon File Format*, 1994): text or binary, either byte order.
package enum PolygonFile {
  private enum Form { case text, littleEndian, bigEndian }

  private struct Property {
    let name: String
    let kind: NumberKind
    /// The kind of the count in front, for lists.
    let listCount: NumberKind?
  }

  private struct Element {
    let name: String
    let count: Int
    var properties: [Property] = []
  }

  static func points(_ bytes: [UInt8], work: Work) throws(FormatError) -> [(name: String, numbers: [Double])]
  {
    var lines = LineCursor(bytes)
    let (form, elements) = try header(&lines)
    guard let vertices = elements.firstIndex(where: { $0.name == "vertex" }) else {
      throw .unsupported("it has no element `vertex`")
    }
    guard !elements[vertices].properties.contains(where: { $0.listCount != nil }) else {
      throw .unsupported("its vertices hold lists")
    }
    if form == .text { return try text(elements, vertices, &lines, work) }
    var body = BinaryReader(bytes, at: lines.at, isBigEndian: form == .bigEndian)
    for element in elements[..<vertices] { try skip(element, &body, work) }
    return try binary(elements[vertices], &body, work)
  }

  private static func header(_ lines: inout LineCursor) throws(FormatError) -> (Form, [Element]) {
    _ = lines.next()
    var form: Form?
    var elements: [Element] = []
    while let line = lines.next() {
      let words = line.words().map(\.text)
      switch words.first {
      case "format":
        let forms: [String: Form] = [
          "ascii": .text, "binary_little_endian": .littleEndian, "binary_big_endian": .bigEndian,
        ]
        form = words.count > 1 ? forms[words[1]] : nil
        if form == nil { throw .malformedLine("its format is none of PLY's", line: lines.number) }
      case "element":
        guard words.count == 3, let count = Int(words[2]), count >= 0 else {
          throw .malformedLine("an element has no number", line: lines.number)
        }
        elements.append(Element(name: words[1], count: count))
      case "property":
        guard let property = property(words), !elements.isEmpty else {
          throw .malformedLine("a property is not as PLY wants it", line: lines.number)
        }
        elements[elements.count - 1].properties.append(property)
      case "end_header":
        guard let form else { throw .malformedLine("its header names no format", line: lines.number) }
        return (form, elements)
      default: continue
      }
      if lines.number > 10_000 { break }
    }
    throw .malformed("its header does not end", offset: min(lines.at, lines.bytes.count))
  }

  private static func property(_ words: [String]) -> Property? {
    if words.count == 3, let kind = NumberKind(named: words[1]) {
      return Property(name: shortName(words[2]), kind: kind, listCount: nil)
    }
    guard words.count == 5, words[1] == "list", let count = NumberKind(named: words[2]),
      count != .single, count != .double, let kind = NumberKind(named: words[3])
    else { return nil }
    return Property(name: words[4], kind: kind, listCount: count)
  }

  private static func shortName(_ name: String) -> String {
    let short = ["diffuse_red": "red", "diffuse_green": "green", "diffuse_blue": "blue"]
    return short[name] ?? name
  }

  private static func text(
    _ elements: [Element], _ vertices: Int, _ lines: inout LineCursor, _ work: Work
  ) throws(FormatError) -> [(name: String, numbers: [Double])] {
    for element in elements[..<vertices] {
      for _ in 0..<element.count {
        guard lines.next() != nil else { throw .malformed("it ends too early", offset: lines.bytes.count) }
      }
    }
    let element = elements[vertices]
    // Each number takes two bytes at least.
    guard element.count <= lines.bytes.count else {
      throw .malformed("it claims \(element.count) vertices and is shorter", offset: lines.bytes.count)
    }
    let scanner = NumberScanner()
    var columns = [[Double]](repeating: [], count: element.properties.count)
    for row in 0..<element.count {
      if row % 4096 == 0, work.isCancelled() { throw .cancelled }
      guard let line = lines.next() else {
        throw .malformed("it ends after \(row) of \(element.count) vertices", offset: lines.bytes.count)
      }
      let words = line.words()
      guard words.count >= columns.count else {
        throw .malformedLine("a vertex has \(words.count) numbers, not \(columns.count)", line: lines.number)
      }
      for column in columns.indices {
        guard let number = scanner.number(words[column]) ?? CoordinateLines.special(words[column]) else {
          throw .malformedLine("`\(words[column].text)` is no number", line: lines.number)
        }
        columns[column].append(number)
      }
    }
    return zip(element.properties, columns).map { ($0.name, $1) }
  }

  private static func binary(
    _ element: Element, _ body: inout BinaryReader, _ work: Work
  ) throws(FormatError) -> [(name: String, numbers: [Double])] {
    let size = element.properties.reduce(0) { $0 + $1.kind.size }
    let (needed, overflow) = element.count.multipliedReportingOverflow(by: size)
    guard !overflow, needed <= body.left else {
      throw .malformed("it ends before its \(element.count) vertices do", offset: body.bytes.count)
    }
    var columns = [[Double]](repeating: [], count: element.properties.count)
    for column in columns.indices { columns[column].reserveCapacity(size > 0 ? element.count : 0) }
    for row in 0..<(size > 0 ? element.count : 0) {
      if row % 4096 == 0, work.isCancelled() { throw .cancelled }
      for column in columns.indices { columns[column].append(body.number(element.properties[column].kind)) }
    }
    return zip(element.properties, columns).map { ($0.name, $1) }
  }

  private static func skip(
    _ element: Element, _ body: inout BinaryReader, _ work: Work
  ) throws(FormatError) {
    guard !element.properties.isEmpty else { return }
    for row in 0..<element.count {
      if row % 4096 == 0, work.isCancelled() { throw .cancelled }
      for property in element.properties {
        var count = 1
        if let kind = property.listCount {
          guard body.left >= kind.size else {
            throw .malformed("it ends too early", offset: body.bytes.count)
          }
          count = Int(max(0, min(body.number(kind), 1e9)))
        }
        guard body.left >= count * property.kind.size else {
          throw .malformed("it ends too early", offset: body.bytes.count)
        }
        body.at += count * property.kind.size
      }
    }
  }
}

/// How a number is stored.
enum NumberKind: Equatable {
  case signed(Int), unsigned(Int), single, double

  var size: Int {
    switch self {
    case .signed(let size), .unsigned(let size): size
    case .single: 4
    case .double: 8
    }
  }

  /// By the names of PLY.
  init?(named name: String) {
    switch name {
    case "char", "int8": self = .signed(1)
    case "uchar", "uint8": self = .unsigned(1)
    case "short", "int16": self = .signed(2)
    case "ushort", "uint16": self = .unsigned(2)
    case "int", "int32": self = .signed(4)
    case "uint", "uint32": self = .unsigned(4)
    case "float", "float32": self = .single
    case "double", "float64": self = .double
    default: return nil
    }
  }
}

/// Takes numbers out of bytes, one behind the other. The caller proves that they are there.
struct BinaryReader {
  let bytes: [UInt8]
  var at: Int
  let isBigEndian: Bool

  init(_ bytes: [UInt8], at: Int, isBigEndian: Bool = false) {
    self.bytes = bytes
    self.at = at
    self.isBigEndian = isBigEndian
  }

  var left: Int { max(0, bytes.count - at) }

  mutating func number(_ kind: NumberKind) -> Double {
    let bits = bits(kind.size)
    switch kind {
    case .single: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .double: return Double(bitPattern: bits)
    case .unsigned: return Double(bits)
    case .signed(let size):
      let shift = 64 - 8 * size
      return Double(Int64(bitPattern: bits << UInt64(shift)) >> Int64(shift))
    }
  }

  private mutating func bits(_ size: Int) -> UInt64 {
    var bits: UInt64 = 0
    for place in 0..<size {
      bits = bits << 8 | UInt64(bytes[isBigEndian ? at + place : at + size - 1 - place])
    }
    at += size
    return bits
  }
}

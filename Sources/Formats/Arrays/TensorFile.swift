import Notation
package import Numerics
import Values

/// Named arrays in the safetensors layout, which learning libraries read and which can hold nothing that runs.
///
/// Eight bytes tell the length of a JSON header; it names for each array its type, its shape and its bytes behind the header.
/// Everything is checked before anything is read: the bytes of the arrays must fill the file without holes or overlaps.
///
/// - Source: the format description of Hugging Face's safetensors, version 0.4.
package struct TensorFile: Sendable {
  package struct Item: Sendable, Equatable {
    package let name: String
    package let header: ArrayHeader
  }

  /// In the order of their bytes.
  package let items: [Item]
  package let metadata: [String: String]
  private let source: any ByteSource

  /// Longer headers are refused, as the format asks for.
  private static let longestHeader = 100_000_000
  private static let elements: [String: ArrayHeader.Element] = [
    "F64": .float(bytes: 8), "F32": .float(bytes: 4), "F16": .float(bytes: 2), "I64": .signed(bytes: 8),
    "I32": .signed(bytes: 4), "I16": .signed(bytes: 2), "I8": .signed(bytes: 1), "U64": .unsigned(bytes: 8),
    "U32": .unsigned(bytes: 4), "U16": .unsigned(bytes: 2), "U8": .unsigned(bytes: 1), "BOOL": .bool,
  ]

  /// Whether the first bytes may be those of such a file.
  package static func isTelling(_ head: some Collection<UInt8>, count: Int) -> Bool {
    var bytes = LittleEndian(Array(head.prefix(8))[...])
    guard head.count >= 9 else { return false }
    let length = bytes.number(8)
    return length > 1 && length <= min(longestHeader, count - 8)
      && head.dropFirst(8).first == UInt8(ascii: "{")
  }

  package init(_ source: any ByteSource) throws(FormatError) {
    self.source = source
    guard source.count >= 8 else { throw .malformed("it is too short for a header", offset: 0) }
    var sizes = LittleEndian(try source.read(at: 0, count: 8)[...])
    let length = sizes.number(8)
    guard length > 1, length <= Self.longestHeader, length <= source.count - 8 else {
      throw .malformed("its header would have \(length) bytes", offset: 0)
    }
    let text = try source.read(at: 8, count: length)
    let header: JSON
    do throws(JSONError) {
      header = try JSON(parsing: text)
    } catch {
      throw .malformed("its header is no JSON: \(error.reason)", offset: 8 + error.offset)
    }
    guard let members = header.members else { throw .malformed("its header is no JSON object", offset: 8) }
    var metadata: [String: String] = [:]
    var found: [(start: Int, end: Int, item: Item)] = []
    var names: Set<String> = []
    for (name, about) in members {
      guard names.insert(name).inserted else { throw .malformed("it names `\(name)` twice", offset: 8) }
      if name == "__metadata__" {
        for (key, value) in about.members ?? [] { if let text = value.string { metadata[key] = text } }
        continue
      }
      guard let type = about["dtype"]?.string, let shape = Self.counts(about["shape"]),
        let span = Self.counts(about["data_offsets"]), span.count == 2
      else { throw .malformed("`\(name)` lacks its dtype, shape or data_offsets", offset: 8) }
      guard let element = Self.elements[type] else {
        throw .unsupported("`\(name)` holds elements of the type `\(type)`")
      }
      let header = try ArrayHeader(element: element, shape: shape, body: 8 + length + span[0], name: name)
      guard let size = header.byteCount, span[0] <= span[1], span[1] - span[0] == size else {
        throw .malformed("`\(name)` does not have as many bytes as its shape says", offset: 8)
      }
      found.append((span[0], span[1], Item(name: name, header: header)))
    }
    found.sort { ($0.start, $0.end, $0.item.name) < ($1.start, $1.end, $1.item.name) }
    var end = 0
    for entry in found {
      guard entry.start == end else {
        throw .malformed("the bytes of `\(entry.item.name)` overlap with others or leave a hole", offset: 8)
      }
      end = entry.end
    }
    guard end == source.count - 8 - length else {
      throw .malformed(
        "its arrays should fill \(end) bytes and there are \(source.count - 8 - length)", offset: 8)
    }
    items = found.map(\.item)
    self.metadata = metadata
  }

  private static func counts(_ json: JSON?) -> [Int]? {
    guard let items = json?.array else { return nil }
    let counts = items.compactMap { item -> Int? in
      guard let number = item.number, number >= 0, number < 1e15, number == number.rounded() else {
        return nil
      }
      return Int(number)
    }
    return counts.count == items.count ? counts : nil
  }

  /// An array of one or two indices; one row for a vector.
  package func matrix(_ item: Item) throws(FormatError) -> Matrix {
    let shape = item.header.shape
    guard shape.count == 1 || shape.count == 2, !item.header.element.isText else {
      throw .unsupported("`\(item.name)` has \(shape.count) indices")
    }
    let (rows, columns) = shape.count == 1 ? (1, shape[0]) : (shape[0], shape[1])
    let bytes = try source.read(at: item.header.body, count: item.header.byteCount ?? 0)
    guard bytes.count == item.header.byteCount else {
      throw .unreadable("it became shorter while it was read")
    }
    let numbers = CellStore(.number, count: rows * columns)
    item.header.packed?.spread(bytes, first: 0, into: [numbers])
    return Matrix(rows: rows, columns: columns, values: numbers.numbers)
  }
}

/// Writes doubles as a file of tensors: the header padded with blanks so that numbers begin at a multiple of eight.
package enum TensorWriter {
  package struct Tensor: Sendable {
    package let name: String
    package let shape: [Int]
    package let values: [Double]

    package init(_ name: String, shape: [Int], values: [Double]) {
      precondition(shape.reduce(1, *) == values.count, "the values do not fill the shape")
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  package static func bytes(of tensors: [Tensor], metadata: [(String, String)] = []) -> [UInt8] {
    var members: [(key: String, value: JSON)] = []
    if !metadata.isEmpty {
      members.append(("__metadata__", .object(metadata.map { ($0.0, .string($0.1)) })))
    }
    var end = 0
    for tensor in tensors {
      let start = end
      end += 8 * tensor.values.count
      members.append(
        (
          tensor.name,
          .object([
            ("dtype", .string("F64")), ("shape", .array(tensor.shape.map { .number(Double($0)) })),
            ("data_offsets", .array([.number(Double(start)), .number(Double(end))])),
          ])
        ))
    }
    var header = Array(JSON.object(members).description.utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + end)
    func append(_ number: UInt64) {
      for place in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * place))) }
    }
    append(UInt64(header.count))
    bytes += header
    for tensor in tensors { for value in tensor.values { append(value.bitPattern) } }
    return bytes
  }
}

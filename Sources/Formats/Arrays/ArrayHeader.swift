/// What NumPy says about an array before its numbers.
package struct ArrayHeader: Sendable, Equatable {
  package enum Element: Sendable, Equatable {
    case bool
    case signed(bytes: Int)
    case unsigned(bytes: Int)
    case float(bytes: Int)
    /// Bytes in one character set or another, padded with zeros.
    case bytes(count: Int)
    case unicode(characters: Int)
    /// A count since 1970 of units that last so many nanoseconds.
    case time(unit: Int64)

    var size: Int {
      switch self {
      case .bool: 1
      case .signed(let bytes), .unsigned(let bytes), .float(let bytes), .bytes(let bytes): bytes
      case .unicode(let characters): 4 * characters
      case .time: 8
      }
    }

    package var isTime: Bool { if case .time = self { true } else { false } }

    package var isText: Bool {
      switch self {
      case .bytes, .unicode: true
      default: false
      }
    }
  }

  package let element: Element
  let isBigEndian: Bool
  /// Whether the first index runs fastest.
  let isFortran: Bool
  package let shape: [Int]
  /// Where the numbers begin.
  let body: Int
  /// In an array of records, the bytes from one row to the next; else the numbers lie side by side.
  let pitch: Int?

  package var rows: Int { shape.first ?? 1 }
  /// Numbers a row.
  package var width: Int { shape.dropFirst().reduce(1, *) }

  /// Reads the header of a `.npy` file. Arrays of Python objects are refused: reading them would run their code.
  package init(_ source: any ByteSource) throws(FormatError) {
    let all = try Self.all(in: source)
    guard let first = all.first, all.count == 1, first.name.isEmpty else {
      throw .unsupported("it holds records of several fields")
    }
    self = first.header
  }

  /// The arrays of a `.npy` file: one without a name, or one a field of its records.
  package static func all(in source: any ByteSource) throws(FormatError) -> [(
    name: String, header: ArrayHeader
  )] {
    let head = try source.read(at: 0, count: 12)
    guard head.count >= 10, head.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) else {
      throw .malformed("it does not begin like a NumPy array", offset: 0)
    }
    let isLong = head[6] >= 2
    var sizes = LittleEndian(head[8...])
    let length = sizes.number(isLong ? 4 : 2)
    let body = (isLong ? 12 : 10) + length
    guard head[6] >= 1, head[6] <= 3, length <= 1 << 20, body <= source.count else {
      throw .malformed("its header is damaged", offset: 6)
    }
    let text = String(decoding: try source.read(at: body - length, count: length), as: UTF8.self)
    var reader = HeaderReader(text)
    guard let fields = reader.fields(), let shape = fields.shape, let isFortran = fields.isFortran,
      let type = fields.type
    else { throw .malformed("its header is damaged", offset: body - length) }
    switch type {
    case .element(let type):
      let (element, isBigEndian) = try element(type)
      return [
        (
          "",
          try ArrayHeader(
            element: element, isBigEndian: isBigEndian, isFortran: isFortran, shape: shape, body: body,
            pitch: nil
          ).checked(in: source)
        )
      ]
    case .records(let records):
      return try Self.fields(records, shape: shape, body: body, in: source)
    }
  }

  private static func fields(
    _ records: [HeaderReader.Field], shape: [Int], body: Int, in source: any ByteSource
  ) throws(FormatError) -> [(name: String, header: ArrayHeader)] {
    guard shape.count <= 1 else { throw .unsupported("it holds records in more than one direction") }
    var offset = 0
    var known: [(name: String, element: Element, isBigEndian: Bool, shape: [Int], offset: Int)] = []
    for field in records {
      // Aligned records have bytes in between that mean nothing.
      if field.name.isEmpty, field.type.hasPrefix("|V"), let gap = Int(field.type.dropFirst(2)), gap >= 0 {
        offset = min(offset + gap, 1 << 40)
        continue
      }
      let (element, isBigEndian) = try element(field.type)
      guard let size = product([element.size] + field.shape), size <= 1 << 30 else {
        throw .unsupported("its field `\(field.name)` is too large")
      }
      known.append((field.name, element, isBigEndian, field.shape, offset))
      offset = min(offset + size, 1 << 40)
    }
    let pitch = offset
    let rows = shape.first ?? 1
    guard let bytes = product([pitch, rows]) else { throw .unsupported("it has too many records") }
    guard bytes <= source.count - body else {
      throw .malformed("it should hold \(bytes) bytes and holds \(source.count - body)", offset: source.count)
    }
    var headers: [(name: String, header: ArrayHeader)] = []
    for field in known {
      headers.append(
        (
          field.name,
          try ArrayHeader(
            element: field.element, isBigEndian: field.isBigEndian, isFortran: false,
            shape: [rows] + field.shape, body: body + field.offset, pitch: pitch
          ).checked(in: source)
        ))
    }
    return headers
  }

  private func checked(in source: any ByteSource) throws(FormatError) -> ArrayHeader {
    guard let bytes = byteCount, let width = Self.product(shape.dropFirst()), width <= Self.mostColumns
    else {
      throw .unsupported("its shape \(shape.map(String.init).joined(separator: " × ")) is too large")
    }
    guard pitch != nil || bytes <= source.count - body else {
      throw .malformed("it should hold \(bytes) bytes and holds \(source.count - body)", offset: source.count)
    }
    return self
  }

  /// The same numbers side by side from the first byte on.
  var sideBySide: ArrayHeader {
    ArrayHeader(
      element: element, isBigEndian: isBigEndian, isFortran: isFortran, shape: shape, body: 0, pitch: nil)
  }

  private init(
    element: Element, isBigEndian: Bool, isFortran: Bool, shape: [Int], body: Int, pitch: Int?
  ) {
    self.element = element
    self.isBigEndian = isBigEndian
    self.isFortran = isFortran
    self.shape = shape
    self.body = body
    self.pitch = pitch
  }

  /// An array whose shape stands elsewhere: little-endian, the last index running fastest.
  init(element: Element, shape: [Int], body: Int, name: String) throws(FormatError) {
    self.element = element
    self.shape = shape
    self.body = body
    isBigEndian = false
    isFortran = false
    pitch = nil
    guard byteCount != nil, let width = Self.product(shape.dropFirst()), width <= Self.mostColumns else {
      throw .unsupported(
        "the shape of `\(name)`, \(shape.map(String.init).joined(separator: " × ")), is too large")
    }
  }

  /// nil if it is beyond what a number can tell.
  var byteCount: Int? { Self.product([element.size] + shape) }

  /// More columns than these cannot be told apart by name.
  private static let mostColumns = 1 << 20

  private static func product(_ factors: some Sequence<Int>) -> Int? {
    var product = 1
    for factor in factors {
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      if overflow { return nil }
      product = next
    }
    return product
  }

  private static let units: [String: Int64] = [
    "ns]": 1, "us]": 1000, "ms]": 1_000_000, "s]": 1_000_000_000, "m]": 60_000_000_000,
    "h]": 3_600_000_000_000,
    "D]": 86_400_000_000_000,
  ]

  private static func element(_ type: String) throws(FormatError) -> (Element, isBigEndian: Bool) {
    if let element = known(type) { return element }
    throw .unsupported(
      type.hasSuffix("O")
        ? "it holds Python objects, and reading them would run code"
        : "it holds elements of the type `\(type)`")
  }

  private static func known(_ type: String) -> (Element, isBigEndian: Bool)? {
    let isBigEndian = type.first == ">"
    if type.dropFirst().starts(with: "M8["), let unit = Self.units[String(type.dropFirst(4))] {
      return (.time(unit: unit), isBigEndian)
    }
    guard let order = type.first, "<>|=".contains(order), let count = Int(type.dropFirst(2)), count >= 1,
      count <= 65_536
    else { return nil }
    switch (type.dropFirst().first, count) {
    case ("b", 1): return (.bool, false)
    case ("i", 1), ("i", 2), ("i", 4), ("i", 8): return (.signed(bytes: count), isBigEndian)
    case ("u", 1), ("u", 2), ("u", 4), ("u", 8): return (.unsigned(bytes: count), isBigEndian)
    case ("f", 2), ("f", 4), ("f", 8): return (.float(bytes: count), isBigEndian)
    case ("S", _): return (.bytes(count: count), false)
    case ("U", _): return (.unicode(characters: count), isBigEndian)
    default: return nil
    }
  }
}

/// Reads the one form of Python dictionary that headers have.
private struct HeaderReader {
  struct Field {
    let name: String
    let type: String
    let shape: [Int]
  }

  enum ElementType {
    case element(String)
    case records([Field])
  }

  private var rest: Substring

  init(_ text: String) { rest = text[...] }

  private mutating func skipBlanks() { rest = rest.drop { $0.isWhitespace } }

  private mutating func take(_ character: Character) -> Bool {
    skipBlanks()
    guard rest.first == character else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func text() -> String? {
    guard take("'") || take("\"") else { return nil }
    guard let end = rest.firstIndex(where: { $0 == "'" || $0 == "\"" }) else { return nil }
    defer { rest = rest[rest.index(after: end)...] }
    return String(rest[..<end])
  }

  private mutating func word() -> String {
    skipBlanks()
    let word = rest.prefix { $0.isLetter }
    rest = rest[word.endIndex...]
    return String(word)
  }

  private mutating func extents() -> [Int]? {
    guard take("(") else { return nil }
    var extents: [Int] = []
    while !take(")") {
      skipBlanks()
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard let extent = Int(digits), extents.count < 64 else { return nil }
      rest = rest[digits.endIndex...]
      _ = take("L")
      extents.append(extent)
      if !take(","), rest.first != ")" { return nil }
    }
    return extents
  }

  /// `[('day', '<M8[D]'), ('place', '<f4', (3,))]`
  private mutating func records() -> [Field]? {
    guard take("[") else { return nil }
    var fields: [Field] = []
    while !take("]") {
      guard fields.count < 65_536, take("("), let name = text(), take(","), let type = text() else {
        return nil
      }
      var shape: [Int] = []
      if take(",") {
        guard let extents = extents() else { return nil }
        shape = extents
      }
      guard take(")") else { return nil }
      fields.append(Field(name: name, type: type, shape: shape))
      if !take(","), rest.first != "]" { return nil }
    }
    return fields.isEmpty ? nil : fields
  }

  mutating func fields() -> (type: ElementType?, isFortran: Bool?, shape: [Int]?)? {
    var fields: (type: ElementType?, isFortran: Bool?, shape: [Int]?) = (nil, nil, nil)
    guard take("{") else { return nil }
    while !take("}") {
      guard let key = text(), take(":") else { return nil }
      switch key {
      case "descr":
        skipBlanks()
        fields.type = rest.first == "[" ? records().map { .records($0) } : text().map { .element($0) }
      case "fortran_order": fields.isFortran = word() == "True"
      case "shape": fields.shape = extents()
      default: return nil
      }
      if !take(","), rest.first != "}" { return nil }
    }
    return fields
  }
}

package import Numerics
package import Values

/// The numeric matrices of a MATLAB file of version 5 to 7 (MathWorks, *MAT-File Format*).
///
/// Cells, structures and objects are left out by name; complex numbers give their real part. Version 7.3 is HDF5 and refused.
package struct MatlabFile: Sendable {
  package struct Variable: Sendable, Equatable {
    package let name: String
    /// Rows first; further extents become columns.
    package let shape: [Int]
    /// The first index runs fastest.
    package let values: [Double]
    package let isText: Bool

    package init(name: String, shape: [Int], values: [Double], isText: Bool = false) {
      precondition(shape.reduce(1, *) == values.count, "the values do not fill the shape")
      self.name = name
      self.shape = shape
      self.values = values
      self.isText = isText
    }

    package var rows: Int { shape.first ?? 0 }
    /// 0 for what holds nothing, however many columns of it there are.
    package var width: Int { values.isEmpty ? 0 : shape.dropFirst().reduce(1, *) }

    /// Column by column.
    package func columns(named name: String) -> [Column] {
      (0..<width).map { column in
        Column(
          numbers: Array(values[column * rows..<(column + 1) * rows]),
          name: width == 1 ? name : "\(name)\(column)")
      }
    }
  }

  package let variables: [Variable]
  /// Variables that hold no plain numbers.
  package let leftOut: [String]

  private static let headerSize = 128
  private static let mostBytes = 1 << 30
  private static let packed = 15
  private static let matrix = 14

  package static func isMatlab(_ head: [UInt8]) -> Bool {
    head.count >= headerSize && head.starts(with: Array("MATLAB 5.0".utf8))
  }

  package init(_ source: any ByteSource, work: Work) throws(FormatError) {
    guard source.count <= Self.mostBytes else { throw .unsupported("it has more than 1 GB") }
    let bytes = try source.read(at: 0, count: source.count)
    if bytes.starts(with: Array("MATLAB 7.3".utf8)) {
      throw .unsupported("it is MATLAB 7.3, which is HDF5; use `load hdf5`, or save it with `-v7`")
    }
    guard Self.isMatlab(bytes) else { throw .malformed("it does not begin like a MATLAB file", offset: 0) }
    // The last two bytes of the header say `MI` in the byte order of the file.
    let isBigEndian = bytes[126] == UInt8(ascii: "M")
    var (variables, leftOut): ([Variable], [String]) = ([], [])
    var at = Self.headerSize
    while at + 8 <= bytes.count {
      if work.isCancelled() { throw .cancelled }
      let (kind, range, next) = try Self.element(bytes, at, isBigEndian)
      var body = bytes
      var inner = range
      if kind == Self.packed {
        body = try Inflate.unpack(
          MemorySource(bytes), in: range, .zlib, limit: Self.mostBytes, expected: range.count * 4
        ) { !work.isCancelled() }
        let (packedKind, packedRange, _) = try Self.element(body, 0, isBigEndian)
        guard packedKind == Self.matrix else { throw .malformed("a packed element is no matrix", offset: at) }
        inner = packedRange
      } else if kind != Self.matrix {
        at = next
        continue
      }
      let (variable, name) = try Self.variable(body, inner, isBigEndian)
      if let variable { variables.append(variable) } else { leftOut.append(name) }
      at = next
    }
    guard !variables.isEmpty || !leftOut.isEmpty else { throw .malformed("it holds no variable", offset: at) }
    self.variables = variables
    self.leftOut = leftOut
  }

  /// The kind of the element at a place, where its body lies, and where the next one begins.
  private static func element(
    _ bytes: [UInt8], _ at: Int, _ isBigEndian: Bool
  ) throws(FormatError) -> (kind: Int, body: Range<Int>, next: Int) {
    guard at + 8 <= bytes.count else { throw .malformed("an element is cut off", offset: at) }
    var reader = BinaryReader(bytes, at: at, isBigEndian: isBigEndian)
    let tag = Int(reader.number(.unsigned(4)))
    // Small elements hold kind, size and body in eight bytes.
    if tag >> 16 != 0 {
      let (kind, size) = (tag & 0xFFFF, tag >> 16)
      guard size <= 4 else { throw .malformed("a small element has \(size) bytes", offset: at) }
      return (kind, at + 4..<at + 4 + size, at + 8)
    }
    let size = Int(reader.number(.unsigned(4)))
    guard size <= bytes.count - at - 8 else { throw .malformed("an element is cut off", offset: at) }
    let end = at + 8 + size
    // Packed elements are not padded.
    return (tag, at + 8..<end, tag == packed ? end : end + (8 - size % 8) % 8)
  }

  private static func variable(
    _ bytes: [UInt8], _ range: Range<Int>, _ isBigEndian: Bool
  ) throws(FormatError) -> (Variable?, name: String) {
    let flags = try element(bytes, range.lowerBound, isBigEndian)
    var reader = BinaryReader(bytes, at: flags.body.lowerBound, isBigEndian: isBigEndian)
    guard flags.body.count >= 8 else { throw .malformed("a matrix has no flags", offset: range.lowerBound) }
    let kind = Int(reader.number(.unsigned(4))) & 255
    let extents = try element(bytes, flags.next, isBigEndian)
    reader.at = extents.body.lowerBound
    let shape = (0..<extents.body.count / 4).map { _ in Int(reader.number(.signed(4))) }
    let label = try element(bytes, extents.next, isBigEndian)
    let name = bytes[label.body].text
    // 4 is text, 6 to 15 are numbers; cells, structures, objects and sparse matrices are others.
    guard kind == 4 || (6...15).contains(kind) else { return (nil, name) }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow, product <= mostBytes else {
        throw .malformed("`\(name)` has impossible extents", offset: extents.body.lowerBound)
      }
      count = product
    }
    let data = try element(bytes, label.next, isBigEndian)
    guard let stored = NumberKind(matlab: data.kind) else { return (nil, name) }
    guard data.body.count >= count * stored.size else {
      throw .malformed("`\(name)` is cut off", offset: data.body.lowerBound)
    }
    reader.at = data.body.lowerBound
    let values = (0..<count).map { _ in reader.number(stored) }
    return (Variable(name: name, shape: shape, values: values, isText: kind == 4), name)
  }
}

extension NumberKind {
  /// By the numbers of MATLAB's data types.
  init?(matlab kind: Int) {
    switch kind {
    case 1: self = .signed(1)
    case 2, 16: self = .unsigned(1)
    case 3: self = .signed(2)
    case 4, 17: self = .unsigned(2)
    case 5: self = .signed(4)
    case 6, 18: self = .unsigned(4)
    case 7: self = .single
    case 9: self = .double
    case 12: self = .signed(8)
    case 13: self = .unsigned(8)
    default: return nil
    }
  }
}

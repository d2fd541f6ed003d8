package import Numerics
package import Values

/// The arrays of a `.npy`, `.npz` or `.safetensors` file, by name.
package struct ArrayFile: Sendable {
  package struct Item: Sendable {
    /// The name in the archive; empty for a `.npy` file.
    package let name: String
    package let header: ArrayHeader
    fileprivate let entry: ZipArchive.Entry?
  }

  package let items: [Item]
  private let source: any ByteSource
  private let archive: ZipArchive?

  /// Reads the headers.
  package init(_ source: any ByteSource) throws(FormatError) {
    self.source = source
    let head = try source.read(at: 0, count: 9)
    if TensorFile.isTelling(head, count: source.count) {
      let tensors = try TensorFile(source).items
      if tensors.isEmpty { throw .unsupported("it holds no arrays") }
      archive = nil
      items = tensors.map { Item(name: $0.name, header: $0.header, entry: nil) }
      return
    }
    guard ZipArchive.isZip(head.prefix(4).map { $0 }) else {
      archive = nil
      items = [Item(name: "", header: try ArrayHeader(source), entry: nil)]
      return
    }
    let archive = try ZipArchive(source)
    var items: [Item] = []
    for entry in archive.entries where entry.name.hasSuffix(".npy") {
      // Packed entries are unpacked only as far as their header goes; the rest is taken on trust here.
      let head = try archive.open(entry, limit: 65_536)
      let whole = PaddedSource(head: head, count: entry.count)
      items.append(Item(name: String(entry.name.dropLast(4)), header: try ArrayHeader(whole), entry: entry))
    }
    if items.isEmpty { throw .unsupported("it is an archive without NumPy arrays") }
    self.archive = archive
    self.items = items
  }

  /// The columns of an array: one for each position behind the first index.
  ///
  /// - Parameter name: of the columns; numbered from 0 if there are several.
  package func columns(of item: Item, name: String, work: Work) throws(FormatError) -> [Column] {
    var bytes = source
    if let entry = item.entry, let archive {
      bytes = try archive.open(entry) { !work.isCancelled() }
      // The header is read again from the bytes that were checked.
      guard try ArrayHeader(bytes) == item.header else {
        throw .malformed("its header is damaged", offset: 0)
      }
    }
    let header = item.header
    let width = header.width
    let names = header.shape.count < 2 ? [name] : (0..<width).map { "\(name)\($0)" }
    if header.element.isText { return try texts(header, bytes, names, work) }
    var columns = [[Double]](repeating: [], count: width)
    for column in columns.indices { columns[column].reserveCapacity(header.rows) }
    let size = header.element.size
    let perBlock = max(1, 1 << 20 / size) / max(1, width) * max(1, width)
    let total = header.rows * width
    var start = 0
    while start < total {
      if work.isCancelled() { throw .cancelled }
      work.report(Double(start) / Double(total), "reading")
      let count = min(max(perBlock, width), total - start)
      let block = try bytes.read(at: header.body + start * size, count: count * size)
      guard block.count == count * size else { throw .unreadable("it became shorter while it was read") }
      for position in 0..<count {
        let column = header.isFortran ? header.column(position + start) : (position + start) % width
        columns[column].append(header.number(block, at: position * size))
      }
      start += count
    }
    return zip(names, columns).map { name, numbers in
      header.element == .bool
        ? Column(name, .bool(numbers.map { $0 != 0 })) : Column(numbers: numbers, name: name)
    }
  }

  private func texts(
    _ header: ArrayHeader, _ bytes: any ByteSource, _ names: [String], _ work: Work
  ) throws(FormatError) -> [Column] {
    let width = header.width
    let size = header.element.size
    var columns = [TextColumn](repeating: TextColumn(), count: width)
    for position in 0..<header.rows * width {
      if position % 4096 == 0, work.isCancelled() { throw .cancelled }
      let cell = try bytes.read(at: header.body + position * size, count: size)
      let column = header.isFortran ? header.column(position) : position % width
      columns[column].append(header.text(cell))
    }
    return zip(names, columns).map { Column($0, .text($1)) }
  }
}

/// The beginning of an entry that claims to be longer.
private struct PaddedSource: ByteSource {
  let head: any ByteSource
  let count: Int
  func read(at offset: Int, count: Int) throws(FormatError) -> [UInt8] {
    try head.read(at: offset, count: count)
  }
}

extension ArrayHeader {
  /// The column of the element at a position in the file, where the first index runs fastest. Columns count in the
  /// order in which the last index runs fastest.
  fileprivate func column(_ position: Int) -> Int {
    var rest = position / max(1, rows)
    var column = 0
    var stride = width
    // The second index varies next; its stride among the columns is the product of the extents behind it.
    for extent in shape.dropFirst() {
      stride /= max(1, extent)
      column += rest % max(1, extent) * stride
      rest /= max(1, extent)
    }
    return column
  }

  func number(_ bytes: [UInt8], at start: Int) -> Double {
    let size = element.size
    var bits: UInt64 = 0
    for place in 0..<size {
      let byte = UInt64(bytes[isBigEndian ? start + place : start + size - 1 - place])
      bits = bits << 8 | byte
    }
    switch element {
    case .float(2): return Double(Self.single(half: UInt16(truncatingIfNeeded: bits)))
    case .float(4): return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .float: return Double(bitPattern: bits)
    case .signed(let size):
      let shift = UInt64(64 - 8 * size)
      return Double(Int64(bitPattern: bits << shift) >> Int64(shift))
    case .unsigned, .bool, .bytes, .unicode: return Double(bits)
    }
  }

  /// IEEE 754 binary16; not every processor that Swift knows has it as a type.
  private static func single(half: UInt16) -> Float {
    let sign: Float = half >> 15 == 1 ? -1 : 1
    let exponent = Int(half >> 10 & 31)
    let fraction = Float(half & 1023) / 1024
    switch exponent {
    case 0: return sign * fraction * 0x1p-14
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * (1 + fraction) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
    }
  }

  fileprivate func text(_ bytes: [UInt8]) -> [UInt8] {
    if case .bytes = element {
      let end = bytes.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
      return TextEncoding.isUTF8(bytes[..<end])
        ? Array(bytes[..<end]) : TextEncoding.utf8(fromWindows1252: bytes[..<end])
    }
    var text = String.UnicodeScalarView()
    var at = 0
    while at + 4 <= bytes.count {
      let cell = bytes[at..<at + 4]
      let code = (isBigEndian ? Array(cell) : cell.reversed()).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      if code != 0 { text.append(Unicode.Scalar(code) ?? "\u{FFFD}") }
      at += 4
    }
    return Array(String(text).utf8)
  }
}

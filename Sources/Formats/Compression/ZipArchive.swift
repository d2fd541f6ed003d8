import CZlib

/// The entries of a zip file, found through its directory at the end.
package struct ZipArchive: Sendable {
  package struct Entry: Sendable, Equatable {
    package let name: String
    /// Bytes once unpacked.
    package let count: Int
    let method: Int
    let packedCount: Int
    let headerOffset: Int
    let checksum: UInt32
  }

  package let entries: [Entry]
  private let source: any ByteSource

  /// More entries are not those of a data file.
  private static let most = 100_000

  package static func isZip(_ head: [UInt8]) -> Bool {
    head.starts(with: [0x50, 0x4B, 3, 4]) || head.starts(with: [0x50, 0x4B, 5, 6])
  }

  package init(_ source: any ByteSource) throws(FormatError) {
    self.source = source
    // The end record stands behind everything but a comment of at most 64 KB.
    let tailStart = max(0, source.count - 65_557)
    let tail = try source.read(at: tailStart, count: source.count - tailStart)
    guard let end = Self.lastEnd(tail) else {
      throw .malformed("the directory at its end is missing", offset: source.count)
    }
    var fields = LittleEndian(tail[end...])
    fields.skip(10)
    var count = fields.number(2)
    var size = fields.number(4)
    var start = fields.number(4)
    if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF,
      let far = try Self.farEnd(source, tail, end)
    {
      (count, size, start) = far
    }
    guard start >= 0, size >= 0, start <= source.count, size <= source.count - start, count <= Self.most
    else {
      throw .malformed("its directory lies outside of it", offset: tailStart + end)
    }
    var directory = LittleEndian(try source.read(at: start, count: size)[...])
    var entries: [Entry] = []
    for _ in 0..<count { entries.append(try Self.entry(&directory, offset: start)) }
    self.entries = entries
  }

  private static func lastEnd(_ tail: [UInt8]) -> Int? {
    var at = tail.count - 22
    while at >= 0 {
      if tail[at...].starts(with: [0x50, 0x4B, 5, 6]) { return at }
      at -= 1
    }
    return nil
  }

  /// The record for archives of more than 4 GB.
  private static func farEnd(
    _ source: any ByteSource, _ tail: [UInt8], _ end: Int
  ) throws(FormatError) -> (count: Int, size: Int, start: Int)? {
    guard end >= 20, tail[(end - 20)...].starts(with: [0x50, 0x4B, 6, 7]) else { return nil }
    var locator = LittleEndian(tail[(end - 12)...])
    let place = locator.number(8)
    guard place >= 0, place <= source.count - 56 else { return nil }
    var record = LittleEndian(try source.read(at: place, count: 56)[...])
    guard record.number(4) == 0x0606_4B50 else { return nil }
    record.skip(28)
    return (record.number(8), record.number(8), record.number(8))
  }

  private static func entry(_ fields: inout LittleEndian, offset: Int) throws(FormatError) -> Entry {
    guard fields.count >= 46, fields.number(4) == 0x0201_4B50 else {
      throw .malformed("its directory is damaged", offset: offset)
    }
    fields.skip(4)
    let flags = fields.number(2)
    let method = fields.number(2)
    fields.skip(4)
    let checksum = fields.number(4)
    var packed = fields.number(4)
    var count = fields.number(4)
    let nameLength = fields.number(2)
    let extraLength = fields.number(2)
    let commentLength = fields.number(2)
    fields.skip(8)
    var header = fields.number(4)
    let name = String(decoding: fields.bytes(nameLength), as: UTF8.self)
    var extra = LittleEndian(fields.bytes(extraLength))
    while extra.count >= 4 {
      let kind = extra.number(2)
      var field = LittleEndian(extra.bytes(extra.number(2)))
      guard kind == 1 else { continue }
      if count == 0xFFFF_FFFF { count = field.number(8) }
      if packed == 0xFFFF_FFFF { packed = field.number(8) }
      if header == 0xFFFF_FFFF { header = field.number(8) }
    }
    fields.skip(commentLength)
    if flags & 1 == 1 { throw .unsupported("`\(name)` in it is encrypted") }
    return Entry(
      name: name, count: count, method: method, packedCount: packed, headerOffset: header,
      checksum: UInt32(truncatingIfNeeded: checksum))
  }

  /// The file that is alone in it, besides folders and the companions that macOS adds.
  package func onlyFile() throws(FormatError) -> Entry {
    let files = entries.filter { !$0.name.hasSuffix("/") && !$0.name.hasPrefix("__MACOSX/") }
    guard let file = files.first, files.count == 1 else {
      throw .unsupported(
        files.isEmpty
          ? "it is an archive without a file"
          : "it is an archive of \(files.count) files, the first `\(files[0].name)`; unpack it with `unzip` and load the folder"
      )
    }
    return file
  }

  /// The bytes of an entry: where they are if they are not packed, else unpacked.
  ///
  /// - Parameter limit: so many bytes are enough; they are not checked then.
  package func open(
    _ entry: Entry, limit: Int? = nil, check: () -> Bool = { true }
  ) throws(FormatError) -> any ByteSource {
    var header = LittleEndian(try source.read(at: max(0, entry.headerOffset), count: 30)[...])
    guard entry.headerOffset >= 0, header.count == 30, header.number(4) == 0x0403_4B50 else {
      throw .malformed("`\(entry.name)` in it is not where it should be", offset: entry.headerOffset)
    }
    header.skip(22)
    let start = entry.headerOffset + 30 + header.number(2) + header.number(2)
    guard entry.packedCount >= 0, start <= source.count, entry.packedCount <= source.count - start else {
      throw .malformed("`\(entry.name)` in it ends too early", offset: source.count)
    }
    let range = start..<start + entry.packedCount
    switch entry.method {
    case 0: return SourceSlice(source, range)
    case 8:
      let bytes = try Inflate.unpack(
        source, in: range, .bare, limit: limit, expected: entry.count, check: check)
      if limit == nil {
        guard bytes.count == entry.count, Self.checksum(bytes) == entry.checksum else {
          throw .malformed("`\(entry.name)` in it is damaged", offset: start)
        }
      }
      return MemorySource(bytes)
    default: throw .unsupported("`\(entry.name)` in it is packed in a way of its own (\(entry.method))")
    }
  }

  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    // SAFETY: the count is that of the buffer, in steps that fit.
    unsafe bytes.withUnsafeBufferPointer { buffer in
      UInt32(truncatingIfNeeded: unsafe crc32_z(0, buffer.baseAddress, buffer.count))
    }
  }
}

/// A part of another source.
package struct SourceSlice: ByteSource {
  private let source: any ByteSource
  private let range: Range<Int>

  package init(_ source: any ByteSource, _ range: Range<Int>) {
    self.source = source
    self.range = range
  }

  package var count: Int { range.count }

  package func read(at offset: Int, count: Int) throws(FormatError) -> [UInt8] {
    let start = min(max(0, offset), range.count)
    return try source.read(at: range.lowerBound + start, count: min(max(0, count), range.count - start))
  }
}

/// Reads little-endian numbers one behind the other; behind the end there are zeros.
struct LittleEndian {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var count: Int { rest.count }

  mutating func skip(_ count: Int) { rest = rest.dropFirst(count) }

  mutating func bytes(_ count: Int) -> ArraySlice<UInt8> {
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// A number of up to eight bytes; ones above the sign bit make it negative.
  mutating func number(_ size: Int) -> Int {
    var value: UInt64 = 0
    for (place, byte) in bytes(size).enumerated() { value |= UInt64(byte) << UInt64(8 * place) }
    return Int(truncatingIfNeeded: value)
  }
}

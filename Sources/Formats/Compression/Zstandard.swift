import CZstd

/// Unpacks what zstd has packed, through its library.
package struct Zstandard {
  package static func isPacked(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
  }

  private static let blockSize = 262_144

  /// Unpacks all frames; stops behind `limit` bytes if there is one.
  package static func unpack(
    _ source: any ByteSource, limit: Int? = nil, check: () -> Bool = { true }
  ) throws(FormatError) -> [UInt8] {
    guard let stream = unsafe ZSTD_createDStream() else { throw .unreadable("zstd could not be started") }
    defer { unsafe ZSTD_freeDStream(stream) }
    var result: [UInt8] = []
    var block = [UInt8](repeating: 0, count: blockSize)
    var at = 0
    var hint = 1
    while at < source.count, result.count < limit ?? .max {
      guard check() else { throw .cancelled }
      let input = try source.read(at: at, count: blockSize)
      if input.isEmpty { break }
      var used = 0
      var isFull = false
      while used < input.count || isFull, result.count < limit ?? .max {
        var made = 0
        // SAFETY: zstd reads and writes within the sizes given, and keeps no pointer that is used after the call.
        hint = unsafe input.withUnsafeBytes { source in
          unsafe block.withUnsafeMutableBytes { target in
            var from = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: used)
            var into = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
            let code = unsafe ZSTD_decompressStream(stream, &into, &from)
            unsafe used = from.pos
            unsafe made = into.pos
            return code
          }
        }
        guard ZSTD_isError(hint) == 0 else {
          throw .malformed("the packed data are damaged", offset: at + used)
        }
        result.append(contentsOf: block[..<made])
        isFull = made == block.count
        if result.count > Inflate.most { throw .unsupported("it unpacks to more than 8 GB") }
      }
      at += input.count
    }
    if hint != 0, result.count < limit ?? .max {
      throw .malformed("the packed data end too early", offset: at)
    }
    return result
  }
}

/// Files that are packed with gzip or zstd, or alone in a zip archive, and the first sheet of a workbook; known by their first
/// bytes.
package struct Packed {
  package static func isPacked(_ head: some Collection<UInt8>) -> Bool {
    Inflate.isGzip(head) || Zstandard.isPacked(head) || ZipArchive.isZip(Array(head.prefix(4)))
  }

  /// The bytes that were packed.
  ///
  /// - Parameter limit: so many are wanted at most.
  package static func unpack(
    _ source: any ByteSource, limit: Int? = nil, check: () -> Bool = { true }
  ) throws(FormatError) -> [UInt8] {
    let head = try source.read(at: 0, count: 4)
    if Zstandard.isPacked(head) { return try Zstandard.unpack(source, limit: limit, check: check) }
    if ZipArchive.isZip(head) {
      let archive = try ZipArchive(source)
      if WorkbookFile.isWorkbook(archive) {
        let book = try WorkbookFile(archive, check: check)
        return try book.text(of: book.sheets[0], limit: limit, check: check)
      }
      let file = try archive.open(try archive.onlyFile(), limit: limit, check: check)
      return try file.read(at: 0, count: min(file.count, limit ?? file.count))
    }
    return try Inflate.unpack(
      source, in: 0..<source.count, .gzip, limit: limit, expected: source.count * 4, check: check)
  }
}

import CZlib

/// Unpacks what gzip and zip have packed, through zlib.
package struct Inflate {
  package enum Wrapping: Sendable {
    /// One or more gzip members behind one another.
    case gzip
    /// The bare stream of a zip entry.
    case bare
    /// One zlib stream.
    case zlib
  }

  /// What a small hostile file may grow to, at most.
  package static let most = 8 << 30

  private static let blockSize = 262_144

  package static func isGzip(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  /// Unpacks the bytes of `range`; stops behind `limit` bytes if there is one.
  ///
  /// - Parameter expected: how long the result should be, if known: a hint only.
  package static func unpack(
    _ source: any ByteSource, in range: Range<Int>, _ wrapping: Wrapping, limit: Int? = nil,
    expected: Int = 0, check: () -> Bool = { true }
  ) throws(FormatError) -> [UInt8] {
    var stream = unsafe z_stream()
    // 15 bits of window, the largest; 16 more asks for a gzip wrapping, less than zero for none.
    let window: Int32 = wrapping == .gzip ? 15 + 16 : wrapping == .zlib ? 15 : -15
    guard unsafe inflateInit2_(&stream, window, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw .unreadable("zlib could not be started") }
    defer { unsafe inflateEnd(&stream) }
    var result: [UInt8] = []
    result.reserveCapacity(min(expected, limit ?? expected, 1 << 28))
    var block = [UInt8](repeating: 0, count: blockSize)
    var at = range.lowerBound
    var isAtMemberEnd = false
    while at < range.upperBound, result.count < limit ?? .max {
      guard check() else { throw .cancelled }
      let input = try source.read(at: at, count: min(blockSize, range.upperBound - at))
      if input.isEmpty { break }
      var used = 0
      while used < input.count, result.count < limit ?? .max {
        if isAtMemberEnd {
          // Zeros behind the last member are padding.
          if wrapping != .gzip || input[used] == 0 { return result }
          unsafe inflateReset(&stream)
          isAtMemberEnd = false
        }
        let step = unsafe try Self.step(&stream, input, &used, &block, &result, at: at)
        isAtMemberEnd = step == Z_STREAM_END
        if result.count > most { throw .unsupported("it unpacks to more than 8 GB") }
      }
      at += used
    }
    if !isAtMemberEnd, result.count < limit ?? .max {
      throw .malformed("the packed data end too early", offset: at)
    }
    return result
  }

  /// Feeds the rest of the input once and takes what comes out.
  private static func step(
    _ stream: inout z_stream, _ input: [UInt8], _ used: inout Int, _ block: inout [UInt8],
    _ result: inout [UInt8], at offset: Int
  ) throws(FormatError) -> Int32 {
    let start = used
    var made = 0
    // SAFETY: zlib reads and writes within the counts given, and keeps no pointer that is used after the call.
    let status = unsafe input.withUnsafeBufferPointer { source in
      unsafe block.withUnsafeMutableBufferPointer { target in
        unsafe stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress.map { unsafe $0 + start })
        unsafe stream.avail_in = UInt32(source.count - start)
        unsafe stream.next_out = target.baseAddress
        unsafe stream.avail_out = UInt32(target.count)
        let status = unsafe inflate(&stream, Z_NO_FLUSH)
        unsafe used = source.count - Int(stream.avail_in)
        unsafe made = target.count - Int(stream.avail_out)
        return status
      }
    }
    guard status == Z_OK || status == Z_STREAM_END || (status == Z_BUF_ERROR && made > 0) else {
      throw .malformed("the packed data are damaged", offset: offset + start)
    }
    if status == Z_OK, made == 0, used == start {
      throw .malformed("the packed data are damaged", offset: offset + start)
    }
    result.append(contentsOf: block[..<made])
    return status
  }
}

import CZlib

/// Writes pictures as PNG (ISO/IEC 15948), packed by zlib.
package enum PNGEncoder {
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// A picture of 8-bit red, green and blue, row by row from the top.
  package static func encode(width: Int, height: Int, pixels: [UInt8]) throws(FormatError) -> [UInt8] {
    precondition(width > 0 && height > 0 && pixels.count == width * height * 3, "the pixels do not fit")
    // Each row starts with the number of its filter: 2 stores the difference from the row above.
    var rows: [UInt8] = []
    rows.reserveCapacity(height * (width * 3 + 1))
    for row in 0..<height {
      rows.append(2)
      let start = row * width * 3
      for offset in start..<start + width * 3 {
        rows.append(row == 0 ? pixels[offset] : pixels[offset] &- pixels[offset - width * 3])
      }
    }
    let header = bigEndian(width) + bigEndian(height) + [8, 2, 0, 0, 0]
    return signature + chunk("IHDR", header) + chunk("IDAT", try deflated(rows)) + chunk("IEND", [])
  }

  private static func bigEndian(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    // SAFETY: the buffer is valid during the call and as long as `count` says.
    let sum = unsafe body.withUnsafeBufferPointer { unsafe crc32(0, $0.baseAddress, UInt32($0.count)) }
    return bigEndian(data.count) + body + bigEndian(Int(sum))
  }

  private static func deflated(_ bytes: [UInt8]) throws(FormatError) -> [UInt8] {
    var length = compressBound(UInt(bytes.count))
    var packed = [UInt8](repeating: 0, count: Int(length))
    // SAFETY: zlib writes at most `length` bytes and says how many; both buffers are valid during the call.
    let status = unsafe packed.withUnsafeMutableBufferPointer { target in
      unsafe bytes.withUnsafeBufferPointer { source in
        unsafe compress2(target.baseAddress, &length, source.baseAddress, UInt(source.count), 9)
      }
    }
    guard status == Z_OK else { throw .unreadable("zlib could not pack the picture") }
    return Array(packed.prefix(Int(length)))
  }
}

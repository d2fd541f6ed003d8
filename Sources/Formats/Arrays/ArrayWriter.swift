/// Writes doubles as a `.npy` file, version 1.0, little-endian, the last index running fastest.
package enum ArrayWriter {
  package static func bytes(shape: [Int], values: [Double]) -> [UInt8] {
    precondition(shape.reduce(1, *) == values.count, "the values do not fill the shape")
    return bytes(descr: "<f8", shape: shape, count: values.count) { values[$0].bitPattern }
  }

  package static func bytes(integers: [Int64]) -> [UInt8] {
    bytes(descr: "<i8", shape: [integers.count], count: integers.count) { UInt64(bitPattern: integers[$0]) }
  }

  /// Nanoseconds since 1970 as `datetime64[ns]`, nil as its `NaT`.
  package static func bytes(times: [Int64?]) -> [UInt8] {
    bytes(descr: "<M8[ns]", shape: [times.count], count: times.count) {
      UInt64(bitPattern: times[$0] ?? .min)
    }
  }

  package static func bytes(bools: [Bool]) -> [UInt8] {
    header(descr: "|b1", shape: [bools.count]) + bools.map { $0 ? 1 : 0 }
  }

  /// Texts as code points of four bytes each, all as long as the longest.
  package static func bytes(texts: [String]) -> [UInt8] {
    let scalars = texts.map { Array($0.unicodeScalars) }
    let width = max(1, scalars.map(\.count).max() ?? 1)
    var bytes = header(descr: "<U\(width)", shape: [texts.count])
    bytes.reserveCapacity(bytes.count + texts.count * width * 4)
    for text in scalars {
      for place in 0..<width {
        let code = place < text.count ? text[place].value : 0
        for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: code >> UInt32(8 * byte))) }
      }
    }
    return bytes
  }

  private static func header(descr: String, shape: [Int]) -> [UInt8] {
    let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = "{'descr': '\(descr)', 'fortran_order': False, 'shape': (\(extents)), }"
    // The numbers begin at a multiple of 64.
    let length = (10 + header.utf8.count + 1 + 63) / 64 * 64
    header += String(repeating: " ", count: length - 11 - header.utf8.count) + "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8)
    bytes += [1, 0, UInt8((length - 10) & 255), UInt8((length - 10) >> 8)]
    return bytes + Array(header.utf8)
  }

  private static func bytes(
    descr: String, shape: [Int], count: Int, bits: (Int) -> UInt64
  ) -> [UInt8] {
    var bytes = header(descr: descr, shape: shape)
    bytes.reserveCapacity(bytes.count + count * 8)
    for place in 0..<count {
      var bits = bits(place)
      for _ in 0..<8 {
        bytes.append(UInt8(truncatingIfNeeded: bits))
        bits >>= 8
      }
    }
    return bytes
  }
}

extension PolygonFile {
  /// Points as binary PLY, little-endian doubles.
  package static func bytes(of columns: [(name: String, numbers: [Double])]) -> [UInt8] {
    let count = columns.first?.numbers.count ?? 0
    var header = "ply\nformat binary_little_endian 1.0\nelement vertex \(count)\n"
    for column in columns {
      header += "property double \(column.name.split(separator: " ").joined(separator: "_"))\n"
    }
    var bytes = Array((header + "end_header\n").utf8)
    bytes.reserveCapacity(bytes.count + count * columns.count * 8)
    for row in 0..<count {
      for column in columns {
        let bits = column.numbers[row].bitPattern
        for byte in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * byte))) }
      }
    }
    return bytes
  }
}

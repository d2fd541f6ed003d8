extension ZipArchive {
  /// An archive of files as they are, not packed; nil beyond the 4 GB that the plain format holds.
  package static func storing(_ files: [(name: String, bytes: [UInt8])]) -> [UInt8]? {
    guard files.reduce(0, { $0 + $1.bytes.count + 256 + $1.name.utf8.count * 2 }) < Int(UInt32.max),
      files.count < 0xFFFF
    else { return nil }
    func number(_ value: Int, _ size: Int) -> [UInt8] {
      (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for (name, bytes) in files {
      let start = archive.count
      let label = Array(name.utf8)
      // Version 2.0, names in UTF-8, stored, midnight of 1 January 1980.
      var fields = number(20, 2) + number(0x0800, 2) + number(0, 2) + number(0, 2) + number(0x21, 2)
      fields += number(Int(checksum(bytes)), 4) + number(bytes.count, 4) + number(bytes.count, 4)
      fields += number(label.count, 2) + number(0, 2)
      archive += [0x50, 0x4B, 3, 4] + fields + label + bytes
      directory += [0x50, 0x4B, 1, 2] + number(20, 2) + fields
      directory += number(0, 2) + number(0, 2) + number(0, 2) + number(0, 4) + number(start, 4) + label
    }
    let start = archive.count
    archive += directory
    archive += [0x50, 0x4B, 5, 6] + number(0, 4) + number(files.count, 2) + number(files.count, 2)
    return archive + number(directory.count, 4) + number(start, 4) + number(0, 2)
  }
}

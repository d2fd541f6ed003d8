/// How the characters of a file are written.
package enum TextEncoding: String, Sendable {
  case utf8 = "UTF-8"
  case utf16LittleEndian = "UTF-16 LE"
  case utf16BigEndian = "UTF-16 BE"
  /// Latin-1 with the printable characters that Windows puts between 128 and 159.
  case windows1252 = "Windows-1252"
}

/// A text file as bytes that hold ASCII as ASCII: unpacked, and no longer UTF-16.
package struct TextBytes: Sendable {
  package let source: any ByteSource
  /// Where the text begins, behind a byte order mark.
  package let start: Int
  package let encoding: TextEncoding

  /// Unpacks gzip and zstd and turns UTF-16 into UTF-8; other files are read where they are.
  ///
  /// - Parameter limit: so many bytes of text are wanted at most, where that spares work.
  package init(
    _ file: any ByteSource, limit: Int? = nil, check: () -> Bool = { true }
  ) throws(FormatError) {
    var source = file
    var head = try source.read(at: 0, count: 4096)
    if Packed.isPacked(head) {
      source = MemorySource(try Packed.unpack(file, limit: limit, check: check))
      head = try source.read(at: 0, count: 4096)
    }
    let encoding = Self.encoding(of: head)
    self.encoding = encoding
    if encoding == .utf8 {
      self.source = source
      start = head.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    } else {
      let bytes = try source.read(at: 0, count: min(source.count, limit.map { $0 * 2 } ?? source.count))
      self.source = MemorySource(Self.utf8(fromUTF16: bytes, bigEndian: encoding == .utf16BigEndian))
      start = 0
    }
  }

  /// By the byte order mark, or by every other byte being zero.
  static func encoding(of head: [UInt8]) -> TextEncoding {
    if head.starts(with: [0xFF, 0xFE]) { return .utf16LittleEndian }
    if head.starts(with: [0xFE, 0xFF]) { return .utf16BigEndian }
    guard head.count >= 8 else { return .utf8 }
    let pairs = head.count / 2
    let zeros = (0..<pairs).reduce((even: 0, odd: 0)) { count, pair in
      (count.even + (head[pair * 2] == 0 ? 1 : 0), count.odd + (head[pair * 2 + 1] == 0 ? 1 : 0))
    }
    if zeros.odd * 10 >= pairs * 7, zeros.even * 10 < pairs { return .utf16LittleEndian }
    if zeros.even * 10 >= pairs * 7, zeros.odd * 10 < pairs { return .utf16BigEndian }
    return .utf8
  }

  /// Unpaired surrogates become the replacement character.
  static func utf8(fromUTF16 bytes: [UInt8], bigEndian: Bool) -> [UInt8] {
    var units: [UInt16] = []
    units.reserveCapacity(bytes.count / 2)
    var at = 0
    while at + 1 < bytes.count {
      let (first, second) = (UInt16(bytes[at]), UInt16(bytes[at + 1]))
      units.append(bigEndian ? first << 8 | second : second << 8 | first)
      at += 2
    }
    if units.first == 0xFEFF { units.removeFirst() }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }
}

extension TextEncoding {
  /// What stands at 128 to 159; the five without a character stay what they are.
  private static let upper: [UInt16] = [
    0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152,
    0x8D, 0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122,
    0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
  ]

  /// The text in UTF-8.
  static func utf8(fromWindows1252 bytes: some Collection<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    for byte in bytes {
      if byte < 128 {
        text.append(byte)
      } else if let scalar = Unicode.Scalar(byte < 160 ? upper[Int(byte) - 128] : UInt16(byte)) {
        text.append(contentsOf: Array(String(Character(scalar)).utf8))
      }
    }
    return text
  }

  static func isUTF8(_ bytes: some Collection<UInt8>) -> Bool {
    String(validating: bytes, as: UTF8.self) != nil
  }
}

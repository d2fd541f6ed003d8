import Formats

/// Small pictures and sounds that carry a text in their tags.
enum TaggedFile {
  /// A PNG with the text as a comment, as the name of its maker and as the description in its EXIF.
  static func picture(_ text: String) throws -> [UInt8] {
    let pixels = (0..<16 * 16 * 3).map { UInt8($0 % 251) }
    let plain = try PNGEncoder.encode(width: 16, height: 16, pixels: pixels)
    // Tags stand in front of the pixels.
    let start = 8 + 25
    let tags = chunk("tEXt", Array("Comment".utf8) + [0] + Array(text.utf8)) + chunk("eXIf", exif(text))
    return plain[..<start] + tags + plain[start...]
  }

  /// A TIFF directory with one entry, the description of the picture.
  private static func exif(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8) + [0]
    return Array("II".utf8) + little(42, 2) + little(8, 4) + little(1, 2) + little(0x010e, 2) + little(2, 2)
      + little(bytes.count, 4) + little(26, 4) + little(0, 4) + bytes
  }

  /// A sound of a hundredth of a second with the text as its title and comment.
  static func sound(_ text: String) -> [UInt8] {
    let samples = (0..<80).flatMap { little($0 * 300, 2) }
    var words = Array(text.utf8) + [0]
    if words.count % 2 == 1 { words.append(0) }
    let tags = ["INAM", "ICMT"].flatMap { Array($0.utf8) + little(words.count, 4) + words }
    let list = Array("LIST".utf8) + little(tags.count + 4, 4) + Array("INFO".utf8) + tags
    let format =
      little(1, 2) + little(1, 2) + little(8000, 4) + little(16_000, 4) + little(2, 2) + little(16, 2)
    let body =
      Array("WAVEfmt ".utf8) + little(16, 4) + format + list + Array("data".utf8) + little(samples.count, 4)
      + samples
    return Array("RIFF".utf8) + little(body.count, 4) + body
  }

  private static func little(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  private static func big(_ number: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    return big(UInt32(data.count)) + body + big(sum(body))
  }

  /// The check sum of PNG chunks, bit by bit.
  private static func sum(_ bytes: [UInt8]) -> UInt32 {
    var sum: UInt32 = 0xffff_ffff
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1 }
    }
    return sum ^ 0xffff_ffff
  }
}

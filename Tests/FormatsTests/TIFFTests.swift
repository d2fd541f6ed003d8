import Formats
import Numerics
import Testing
import Values

/// Uncompressed TIFF files, put together tag by tag.
private struct TIFFMaker {
  /// A page of one row a channel, or of interleaved rows.
  struct Page {
    var width = 2
    var height = 1
    var channels = 1
    var bits = 8
    /// 1 whole, 2 signed, 3 floating point.
    var format = 1
    /// 1 black is 0, 0 white is 0, 2 RGB, 3 palette, 5 CMYK.
    var colours = 1
    /// Whether each channel lies in a plane of its own.
    var isPlanar = false
    /// Small copies have 1.
    var kind = 0
    var packing = 1
    /// As Exif numbers it.
    var turned = 1
    var samples: [UInt8]
    /// Red, green and blue of all colours, 16 bits each.
    var palette: [UInt16] = []
  }

  static func file(_ pages: [Page], isBig: Bool = false) -> [UInt8] {
    func number(_ value: Int, _ size: Int) -> [UInt8] {
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return isBig ? bytes.reversed() : bytes
    }
    var file = (isBig ? [0x4D, 0x4D] : [0x49, 0x49]) + number(42, 2)
    var link = file.count
    file += number(0, 4)
    for page in pages {
      let data = file.count
      file += page.samples
      let colours = file.count
      for level in page.palette { file += number(Int(level), 2) }
      let planes = page.isPlanar ? page.channels : 1
      let size = page.samples.count / planes
      let offsets = file.count
      for plane in 0..<planes { file += number(data + plane * size, 4) }
      let counts = file.count
      for _ in 0..<planes { file += number(size, 4) }
      let depths = file.count
      for _ in 0..<page.channels { file += number(page.bits, 2) }
      if file.count % 2 == 1 { file.append(0) }
      file.replaceSubrange(link..<link + 4, with: number(file.count, 4))
      let short = { (tag: Int, value: Int) in
        number(tag, 2) + number(3, 2) + number(1, 4) + number(value, 2) + number(0, 2)
      }
      let many = { (tag: Int, type: Int, count: Int, place: Int, first: Int) in
        let isInside = count * (type == 3 ? 2 : 4) <= 4 && count == 1
        return number(tag, 2) + number(type, 2) + number(count, 4)
          + (isInside && type == 3 ? number(first, 2) + number(0, 2) : number(isInside ? first : place, 4))
      }
      var entries = [
        many(254, 4, 1, 0, page.kind), short(256, page.width), short(257, page.height),
        page.channels == 2
          ? number(258, 2) + number(3, 2) + number(2, 4) + number(page.bits, 2) + number(page.bits, 2)
          : many(258, 3, page.channels, depths, page.bits),
        short(259, page.packing), short(262, page.colours), many(273, 4, planes, offsets, data),
        short(274, page.turned), short(277, page.channels), short(278, page.height),
        many(279, 4, planes, counts, size), short(284, page.isPlanar ? 2 : 1),
      ]
      if !page.palette.isEmpty { entries.append(many(320, 3, page.palette.count, colours, 0)) }
      entries.append(short(339, page.format))
      file += number(entries.count, 2) + entries.flatMap(\.self)
      link = file.count
      file += number(0, 4)
    }
    return file
  }
}

@Suite struct `TIFF files` {
  private typealias Page = TIFFMaker.Page

  private static func little<Number: FixedWidthInteger>(_ numbers: [Number]) -> [UInt8] {
    numbers.flatMap { number in
      (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
  }

  private static let half: [UInt16] = [0x3C00, 0xC000, 0x0001, 0x7BFF]

  @Test(arguments: [
    ("8 bits", Page(samples: [7, 255]), PictureSamples.unsigned8([7, 255])),
    ("white is 0", Page(colours: 0, samples: [7, 255]), .unsigned8([248, 0])),
    (
      "planes", Page(channels: 3, colours: 2, isPlanar: true, samples: [1, 2, 3, 4, 5, 6]),
      .unsigned8([1, 3, 5, 2, 4, 6])
    ),
    (
      "planes of 16 bits",
      Page(
        channels: 3, bits: 16, colours: 2, isPlanar: true,
        samples: little([1, 2, 300, 4, 5, 60_000] as [UInt16])),
      .unsigned16([1, 300, 5, 2, 4, 60_000])
    ),
    (
      "planes of floats",
      Page(
        channels: 3, bits: 32, format: 3, isPlanar: true,
        samples: little(([0.5, -1, 1.25, 0, 2, 3] as [Float]).map(\.bitPattern))),
      .single([0.5, 1.25, 2, -1, 0, 3])
    ),
    (
      "halves", Page(width: 4, bits: 16, format: 3, samples: little(half)), .single([1, -2, 0x1p-24, 65_504])
    ),
    (
      "doubles", Page(bits: 64, format: 3, samples: little([1.5, -2].map(\.bitPattern))), .single([1.5, -2])
    ),
    ("signed", Page(bits: 16, format: 2, samples: little([-5, 6] as [Int16])), .single([-5, 6])),
    (
      "signed 64", Page(bits: 64, format: 2, samples: little([-5, 1 << 40] as [Int64])),
      .single([-5, 0x1p40])
    ),
    ("64 bits", Page(bits: 64, samples: little([5, 1 << 40] as [UInt64])), .single([5, 0x1p40])),
    ("1 bit", Page(width: 3, bits: 1, samples: [0b1010_0000]), .unsigned8([255, 0, 255])),
    (
      "palette",
      Page(
        bits: 8, colours: 3, samples: [1, 0],
        palette: [0, 0xFF00] + [UInt16](repeating: 0, count: 254) + [0x8000, 0]
          + [UInt16](repeating: 0, count: 510)),
      .unsigned8([255, 0, 0, 0, 128, 0])
    ),
    ("CMYK", Page(width: 1, channels: 4, colours: 5, samples: [0, 255, 0, 0]), .unsigned8([255, 0, 255])),
  ]) private func `are read as they are stored`(_ name: String, _ page: Page, _ expected: PictureSamples)
    throws
  {
    let picture = try PictureFile(TIFFMaker.file([page])).decode()
    #expect(picture.samples == expected, "\(name)")
    #expect(picture.width == page.width && picture.height == 1, "\(name)")
  }

  @Test func `are read from machines with the other order of bytes`() throws {
    let page = Page(bits: 16, samples: [1, 44, 0, 7])
    #expect(try PictureFile(TIFFMaker.file([page], isBig: true)).decode().samples == .unsigned16([300, 7]))
  }

  @Test func `with palettes stand upright as cameras say`() throws {
    let page = Page(
      bits: 8, colours: 3, turned: 6, samples: [0, 1],
      palette: [0, 0xFF00] + [UInt16](repeating: 0, count: 766))
    let picture = try PictureFile(TIFFMaker.file([page])).decode()
    #expect(picture.width == 1 && picture.height == 2)
    #expect(picture.samples == .unsigned8([0, 0, 0, 255, 0, 0]))
  }

  @Test func `have pages, without small copies of them`() throws {
    let file = TIFFMaker.file([
      Page(samples: [1, 2]), Page(width: 1, kind: 1, samples: [9]), Page(width: 3, samples: [3, 4, 5]),
    ])
    #expect(try PictureFile(file).pageCount == 2)
    #expect(try PictureFile(file).decode().samples == .unsigned8([1, 2]))
    let second = try PictureFile(file, page: 1)
    #expect(second.shape.width == 3)
    #expect(try second.decode().samples == .unsigned8([3, 4, 5]))
    #expect(throws: FormatError.self) { try PictureFile(file, page: 2) }
  }

  @Test(arguments: [
    ("JPEG 2000", Page(packing: 34712, samples: [1, 2]), "JPEG 2000"),
    ("complex numbers", Page(bits: 64, format: 6, samples: [UInt8](repeating: 0, count: 16)), "complex"),
    (
      "deep CMYK",
      Page(width: 1, channels: 4, bits: 16, colours: 5, samples: [UInt8](repeating: 0, count: 8)), "CMYK"
    ),
  ]) private func `of other kinds are refused by name`(_ name: String, _ page: Page, _ word: String) {
    #expect {
      try PictureFile(TIFFMaker.file([page]))
    } throws: { error in
      guard case FormatError.unsupported(let words)? = error as? FormatError else { return false }
      return words.contains(word)
    }
  }

  @Test func `with changed bytes never end the program`() throws {
    var random = SeededGenerator(seed: 9)
    let file = TIFFMaker.file([
      Page(channels: 3, colours: 2, isPlanar: true, samples: [1, 2, 3, 4, 5, 6]),
      Page(bits: 16, format: 3, samples: [1, 2, 3, 4]), Page(width: 3, bits: 1, samples: [160]),
    ])
    for _ in 0..<4000 {
      var changed = file
      for _ in 0...random.below(4) { changed[random.below(changed.count)] = UInt8(random.below(256)) }
      for page in 0..<3 {
        guard let picture = try? PictureFile(changed, page: page), picture.shape.decodedBytes < 1 << 22 else {
          continue
        }
        _ = try? picture.decode()
      }
    }
  }
}

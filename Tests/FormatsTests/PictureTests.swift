import Formats
import Numerics
import Testing
import Values

@Suite struct `Pictures` {
  static let grey = Picture(
    width: 3, height: 2, channels: 1, samples: .unsigned8([0, 1, 2, 253, 254, 255]))
  static let colour = Picture(
    width: 2, height: 2, channels: 3, samples: .unsigned8([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7]))
  static let deep = Picture(
    width: 2, height: 3, channels: 1, samples: .unsigned16([0, 1, 256, 257, 65_534, 65_535]))

  private static func little(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// A picture of floats, 2 x 1 pixels of three channels, without compression.
  static let floatMap: [UInt8] = {
    let floats: [Float] = [0.5, -1, 1.25, 0, 2, 3]
    var file: [UInt8] = [0x49, 0x49, 42, 0]
    let entries: [[Int]] = [
      [256, 3, 1, 2], [257, 3, 1, 1], [258, 3, 3, 32], [259, 3, 1, 1], [262, 3, 1, 1], [273, 4, 1, 8],
      [277, 3, 1, 3], [278, 3, 1, 1], [279, 4, 1, 24], [284, 3, 1, 1], [339, 3, 3, 38],
    ]
    file += little(44, 4)
    for float in floats { file += little(Int(float.bitPattern), 4) }
    for _ in 0..<3 { file += little(32, 2) }
    for _ in 0..<3 { file += little(3, 2) }
    file += little(entries.count, 2)
    for entry in entries {
      file += little(entry[0], 2)
      file += little(entry[1], 2)
      file += little(entry[2], 4)
      file += little(entry[3], 4)
    }
    file += little(0, 4)
    return file
  }()

  static let bitmap: [UInt8] = {
    var file: [UInt8] = [0x42, 0x4D]
    for number in [70, 0, 54, 40, 2, 2] { file += little(number, 4) }
    file += [1, 0, 24, 0]
    for number in [0, 16, 0, 0, 0, 0] { file += little(number, 4) }
    // The lower line comes first, blue before red, lines padded to four bytes.
    file += [255, 0, 0, 7, 8, 9, 0, 0]
    file += [0, 0, 255, 0, 255, 0, 0, 0]
    return file
  }()

  @Test(arguments: [grey, colour, deep]) func `written as PNG read back equal`(_ picture: Picture) throws {
    let bytes = try #require(PictureWriter.png(picture))
    let file = try PictureFile(bytes)
    #expect(file.shape == picture.shape)
    #expect(try file.decode() == picture)
  }

  @Test func `keep the exact values of float maps`() throws {
    let file = try PictureFile(Self.floatMap)
    #expect(file.shape == PictureShape(width: 2, height: 1, channels: 3, depth: .single))
    #expect(try file.decode().samples == .single([0.5, -1, 1.25, 0, 2, 3]))
  }

  @Test func `are read from bitmaps and portable maps`() throws {
    #expect(try PictureFile(Self.bitmap).decode() == Self.colour)
    let grey = try PictureFile(Array("P2 # x\n3 2 255\n0 1 2 253 254 255".utf8)).decode()
    #expect(grey == Self.grey)
    for bits in [Array("P1 3 2\n1 0 1\n010".utf8), Array("P4 3 2\n".utf8) + [0b1010_0000, 0b0100_0000]] {
      #expect(try PictureFile(bits).decode().samples == .unsigned8([0, 255, 0, 255, 0, 255]))
    }
    let deep = try PictureFile(Array("P5 1 2 65535\n".utf8) + [1, 2, 3, 4]).decode()
    #expect(deep.samples == .unsigned16([0x0102, 0x0304]))
    let floats = try PictureFile(Array("Pf 1 2 -1.0\n".utf8) + [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]).decode()
    #expect(floats.samples == .single([2, 1]))
  }

  @Test(arguments: [(1, [0b0100_0000, 0, 0, 0]), (4, [0x01, 0, 0, 0])] as [(Int, [UInt8])])
  func `are read from bitmaps with few colours`(_ bits: Int, _ line: [UInt8]) throws {
    var file: [UInt8] = [0x42, 0x4D]
    for number in [66, 0, 62, 40, 2, 1] { file += Self.little(number, 4) }
    file += [1, 0, UInt8(bits), 0]
    for number in [0, 4, 0, 0, 2, 0] { file += Self.little(number, 4) }
    file += [0, 0, 255, 0, 0, 255, 0, 0] + line
    #expect(try PictureFile(file).decode().samples == .unsigned8([255, 0, 0, 0, 255, 0]))
  }

  @Test func `that move tell how many frames they have`() throws {
    let plain = try #require(PictureWriter.png(Self.grey))
    let control: [UInt8] = [0, 0, 0, 8] + Array("acTL".utf8) + [0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0]
    #expect(try PictureFile(plain).frameCount == 1)
    #expect(try PictureFile(plain[..<33] + control + plain[33...]).frameCount == 3)
  }

  @Test(arguments: [
    ("nothing", [UInt8]()), ("text", Array("hello, world".utf8)),
    ("a bomb", Array("P5 65535 65535 255\nxx".utf8)), ("a cut bitmap", Array(bitmap.dropLast(3))),
    ("a cut float map", Array(floatMap.dropLast(30))),
    ("a JPEG's first bytes", [0xFF, 0xD8, 0xFF, 0xE0, 0, 4]),
  ]) func `that are none are refused`(_ name: String, _ bytes: [UInt8]) {
    #expect(throws: FormatError.self, "\(name)") { try PictureFile(bytes).decode() }
  }

  @Test func `cut short are refused`() throws {
    let bytes = try #require(PictureWriter.png(Self.deep))
    for count in stride(from: 0, to: bytes.count - 1, by: 3) {
      #expect(throws: FormatError.self) { try PictureFile(Array(bytes[..<count])).decode() }
    }
  }

  @Test func `are given only while the file is the one that was loaded`() throws {
    let bytes = try #require(PictureWriter.png(Self.grey))
    let digest = PictureFiles.digest(bytes, mask: nil)
    func source(_ digest: UInt64) -> PictureFiles {
      PictureFiles([
        PictureFiles.Entry(name: "a.png", picture: MemorySource(bytes), mask: nil, digest: digest)
      ])
    }
    #expect(try source(digest).picture(0) == Self.grey)
    #expect(throws: PictureError.changed("a.png")) { try source(digest &+ 1).picture(0) }
  }

  @Test func `with changed bytes never end the program`() throws {
    var random = SeededGenerator(seed: 4)
    let png = try #require(PictureWriter.png(Self.colour))
    let portable = Array("P3 2 2 255\n255 0 0 0 255 0 0 0 255 9 8 7\n".utf8)
    for bytes in [png, Self.floatMap, Self.bitmap, portable] {
      for _ in 0..<2000 {
        var changed = bytes
        for _ in 0...random.below(4) { changed[random.below(changed.count)] = UInt8(random.below(256)) }
        if random.below(4) == 0 { changed.removeLast(random.below(changed.count)) }
        if let file = try? PictureFile(changed), file.shape.decodedBytes < 1 << 22 { _ = try? file.decode() }
      }
    }
  }
}

@Suite struct `Folders of pictures` {
  @Test func `tell class, division and mask in the layout of MVTec AD`() {
    let folder = PictureFolder([
      "b/train/good/000.png", "b/train/good/001.png", "b/test/good/000.png", "b/test/cut/000.png",
      "b/ground_truth/cut/000_mask.png", "b/ground_truth/cut/009_mask.png",
    ])
    #expect(
      folder.items.map(\.name) == [
        "train/good/000.png", "train/good/001.png", "test/good/000.png", "test/cut/000.png",
      ])
    #expect(folder.items.map(\.category) == ["good", "good", "good", "cut"])
    #expect(folder.items.map(\.split) == [.fit, .fit, .test, .test])
    #expect(folder.items.map(\.mask) == [nil, nil, nil, "b/ground_truth/cut/000_mask.png"])
    #expect(folder.strayMasks == 1)
  }

  @Test func `take a PNG beside a photograph for its mask`() {
    let folder = PictureFolder(["t/Crack/1.jpg", "t/Crack/1.png", "t/Free/2.jpg"])
    #expect(folder.items.map(\.mask) == ["t/Crack/1.png", nil])
    #expect(folder.items.map(\.category) == ["Crack", "Free"])
  }

  @Test func `know nothing of pictures that lie together`() {
    let folder = PictureFolder(["x/1.png", "x/2.png"])
    #expect(folder.items.map(\.category) == [nil, nil] && folder.items.allSatisfy { $0.split == nil })
    #expect(folder.items.map(\.name) == ["1.png", "2.png"])
  }
}

@Suite struct `Documents in files` {
  @Test func `are read from lines of JSON, with what else they hold`() throws {
    let text = """
      {"id": 1, "body": "the first text", "odd": true}
      {"id": 2, "body": "naïve", "odd": false, "kind": "x"}
      {"id": 3, "bo

      """
    let (file, field) = try DocumentFile.objects(MemorySource(Array(text.utf8)), field: nil, work: Work())
    #expect(field == "body")
    #expect(file.texts == TextColumn(["the first text", "naïve"]))
    #expect(file.columns.map(\.name) == ["id", "odd", "kind"])
    #expect(file.columns.map(\.type) == [.number, .bool, .category])
    #expect(file.refused?.count == 1)
  }

  @Test func `with changed bytes never end the program`() {
    var random = SeededGenerator(seed: 4)
    let bytes = Array("{\"id\": 1, \"body\": \"a \\u00e9 b\"}\n{\"id\": 2, \"body\": null}\n".utf8)
    for _ in 0..<3000 {
      var changed = bytes
      for _ in 0...random.below(4) { changed[random.below(changed.count)] = UInt8(random.below(256)) }
      _ = try? DocumentFile.objects(MemorySource(changed), field: nil, work: Work())
      _ = try? DocumentFile.plain(MemorySource(changed))
    }
  }
}

import Formats
import Numerics
import Testing
import Values

@Suite struct `Wave files` {
  static func file(code: Int, channels: Int, bits: Int, data: [UInt8], extra: [UInt8] = []) -> [UInt8] {
    func little(_ number: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    let size = channels * bits / 8
    var format = little(code, 2) + little(channels, 2) + little(8000, 4) + little(8000 * size, 4)
    format += little(size, 2) + little(bits, 2)
    return Array("RIFF".utf8) + little(36 + extra.count + data.count, 4) + Array("WAVEfmt ".utf8)
      + little(16, 4)
      + format + extra + Array("data".utf8) + little(data.count, 4) + data
  }

  @Test(arguments: [
    ("8 bits", 1, 8, [0x80, 0, 0xC0] as [UInt8], [0, -1, 0.5] as [Float]),
    ("16 bits", 1, 16, [0, 0, 0, 0x80, 0, 0x40], [0, -1, 0.5]),
    ("24 bits", 1, 24, [0, 0, 0, 0, 0, 0x80, 0, 0, 0x40], [0, -1, 0.5]),
    ("32 bits", 1, 32, [0, 0, 0, 0, 0, 0, 0, 0x80], [0, -1]),
    ("single", 3, 32, [0, 0, 0x80, 0x3F, 0, 0, 0, 0xBF], [1, -0.5]),
    ("double", 3, 64, [0, 0, 0, 0, 0, 0, 0xE0, 0x3F], [0.5]),
  ]) func `have full scale 1`(_ name: String, _ code: Int, _ bits: Int, _ data: [UInt8], _ expected: [Float])
    throws
  {
    let bytes = Self.file(code: code, channels: 1, bits: bits, data: data)
    let sound = try #require(try WaveFile.read(MemorySource(bytes)))
    #expect(sound.channels == [expected] && sound.sampleRate == 8000, "\(name)")
  }

  @Test func `may hold other things before the sound`() throws {
    let list = Array("LIST".utf8) + [3, 0, 0, 0] + [1, 2, 3, 0]
    let bytes = Self.file(code: 1, channels: 2, bits: 8, data: [0x80, 0, 0xC0, 0x80], extra: list)
    #expect(try WaveFile.read(MemorySource(bytes))?.channels == [[0, 0.5], [-1, 0]])
  }

  @Test func `that are coded otherwise or no wave files are left to others`() throws {
    #expect(try WaveFile.read(MemorySource(Self.file(code: 85, channels: 1, bits: 16, data: [0, 0]))) == nil)
    #expect(try WaveFile.read(MemorySource(Array("fLaC".utf8))) == nil)
  }

  @Test func `read back what was written`() throws {
    let sound = Audio(sampleRate: 44_100, channels: [[0, 0.1, -1.5], [1, .leastNormalMagnitude, 0.3]])
    let bytes = try #require(WaveFile.bytes(of: sound))
    #expect(try WaveFile.read(MemorySource(bytes)) == sound)
  }

  @Test func `with bytes changed at random never trap`() {
    var random = SeededGenerator(seed: 8)
    let good = Self.file(code: 1, channels: 2, bits: 16, data: [UInt8](repeating: 7, count: 64))
    for round in 0..<4000 {
      var bytes = round % 3 == 0 ? Array(good[..<Int(random.next() % UInt64(good.count))]) : good
      for _ in 0...3 where !bytes.isEmpty {
        bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      if let sound = try? WaveFile.read(MemorySource(bytes)) {
        #expect(sound.channels.allSatisfy { $0.count == sound.frameCount })
      }
    }
  }
}

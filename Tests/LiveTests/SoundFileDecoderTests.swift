import Formats
import Language
import Live
import Numerics
import Testing
import Values
import Workbench

@Suite struct `Sound files` {
  /// A PCM WAV file of 16 bits.
  static func wave(_ frames: [[Int16]], rate: UInt32 = 8000) -> [UInt8] {
    func little(_ number: UInt32, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
    }
    let channels = UInt32(frames.first?.count ?? 1)
    let data = frames.flatMap(\.self).flatMap { little(UInt32(UInt16(bitPattern: $0)), 2) }
    return Array("RIFF".utf8) + little(UInt32(36 + data.count), 4) + Array("WAVEfmt ".utf8) + little(16, 4)
      + little(1, 2) + little(channels, 2) + little(rate, 4) + little(rate * channels * 2, 4)
      + little(channels * 2, 2) + little(16, 2) + Array("data".utf8) + little(UInt32(data.count), 4) + data
  }

  @Test func `give channels at full scale 1 and their rate`() throws {
    let bytes = Self.wave([[0, -32768], [16384, 8192], [-16384, 0]], rate: 44_100)
    let sound = try SoundFileDecoder().decode(MemorySource(bytes), name: "a.wav").audio
    #expect(sound.sampleRate == 44_100)
    #expect(sound.channels == [[0, 0.5, -0.5], [-1, 0.25, 0]])
    #expect(sound.start == nil)
  }

  @Test func `longer than one block arrive whole`() throws {
    let frames = (0..<200_000).map { [Int16(truncatingIfNeeded: $0)] }
    let sound = try SoundFileDecoder().decode(MemorySource(Self.wave(frames)), name: "long.wav").audio
    #expect(sound.channels == [frames.map { Float($0[0]) / 32_768 }])
  }

  @Test func `that are something else are refused by name`() {
    for bytes in [[], Array("no sound at all".utf8), Array(Self.wave([[1]]).prefix(20))] {
      let error = #expect(throws: Diagnostic.self) {
        try SoundFileDecoder().decode(MemorySource(bytes), name: "x.wav")
      }
      #expect(error?.code == "E0530")
      #expect(error?.summary.contains("x.wav") == true)
    }
  }

  /// Silent frames of MPEG 1, layer III: 44.1 kHz, 128 kbit/s, one channel.
  private static func silence(_ frames: Int) -> [UInt8] {
    (0..<frames).flatMap { _ in [0xFF, 0xFB, 0x90, 0xC4] + [UInt8](repeating: 0, count: 413) }
  }

  @Test func `that are damaged say so in a remark, and nothing on the screen`() throws {
    let whole = try SoundFileDecoder().decode(MemorySource(Self.silence(40)), name: "a.mp3")
    #expect(whole.audio.frameCount > 40_000 && whole.remarks.isEmpty)
    let bytes = Self.silence(20) + [UInt8](repeating: 0, count: 900) + Self.silence(20)
    let sound = try SoundFileDecoder().decode(MemorySource(bytes), name: "a.mp3")
    #expect(sound.remarks.contains { $0.hasPrefix("the decoder left out what is damaged") })
  }

  @Test func `with bytes changed at random never trap`() {
    var random = SeededGenerator(seed: 5)
    let good = Self.wave((0..<500).map { [Int16($0), Int16(-$0)] })
    for _ in 0..<300 {
      var bytes = good
      for _ in 0..<3 { bytes[Int(random.next() % 60)] = UInt8(truncatingIfNeeded: random.next()) }
      if let sound = try? SoundFileDecoder().decode(MemorySource(bytes), name: "x").audio {
        #expect(sound.channels.allSatisfy { $0.count == sound.frameCount })
      }
    }
  }
}

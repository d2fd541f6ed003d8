package import Values

/// Sound in RIFF WAVE files, whole numbers of 8 to 32 bits or floating point.
package enum WaveFile {
  package static func isWave(_ head: [UInt8]) -> Bool {
    head.starts(with: Array("RIFF".utf8)) && head.dropFirst(8).starts(with: Array("WAVE".utf8))
  }

  private static let pcm = 1
  private static let float = 3
  private static let extensible = 0xFFFE

  private struct Format {
    var code: Int
    let channels: Int
    let rate: Int
    let bits: Int
    var frameSize: Int { channels * bits / 8 }
  }

  /// Reads the samples, full scale 1; nil if they are coded in a way that is left to a decoder.
  package static func read(_ source: any ByteSource, check: () -> Bool = { true }) throws(FormatError)
    -> Audio?
  {
    guard let samples = try Samples(source) else { return nil }
    var channels = [[Float]](repeating: [], count: samples.channels)
    for channel in channels.indices { channels[channel].reserveCapacity(samples.frames) }
    for start in stride(from: 0, to: samples.frames, by: 1 << 16) {
      guard check() else { throw .cancelled }
      let block = try samples.read(start..<min(samples.frames, start + 1 << 16))
      for channel in channels.indices { channels[channel] += block[channel] }
    }
    return Audio(sampleRate: samples.rate, channels: channels)
  }

  /// Where the samples lie, to be read a piece at a time.
  package struct Samples: Sendable {
    private let source: any ByteSource
    private let format: Format
    private let body: Int
    package let frames: Int
    /// Frames that the header tells of and the file does not have.
    package let absent: Int

    package var channels: Int { format.channels }
    package var rate: Double { Double(format.rate) }

    /// nil if they are coded in a way that is left to a decoder.
    package init?(_ source: any ByteSource) throws(FormatError) {
      guard isWave(try source.read(at: 0, count: 12)) else { return nil }
      var format: Format?
      var at = 12
      while at + 8 <= source.count {
        var header = LittleEndian(try source.read(at: at, count: 8)[...])
        let name = Array(header.bytes(4))
        let size = header.number(4)
        let body = at + 8
        if name == Array("fmt ".utf8) {
          format = WaveFile.format(try source.read(at: body, count: min(size, 40)))
        } else if name == Array("data".utf8) {
          guard let format else { throw .malformed("the sound begins before its format", offset: at) }
          guard isPlain(format) else { return nil }
          // Recorders that were cut off leave a size that is too large, or none.
          let rest = source.count - body
          self.source = source
          self.format = format
          self.body = body
          frames = (size == 0 ? rest : min(size, rest)) / format.frameSize
          // What streams write for "not known yet" promises nothing.
          absent = size >= 0x7fff_ff00 ? 0 : max(0, size - rest) / format.frameSize
          return
        }
        at = body + size + size % 2
      }
      throw .malformed("it holds no sound", offset: min(at, source.count))
    }

    /// The samples of some frames, one array a channel.
    package func read(_ range: Range<Int>) throws(FormatError) -> [[Float]] {
      let size = format.bits / 8
      let block = try source.read(
        at: body + range.lowerBound * format.frameSize, count: range.count * format.frameSize)
      guard block.count == range.count * format.frameSize else {
        throw .unreadable("it became shorter while it was read")
      }
      return (0..<format.channels).map { channel in
        (0..<range.count).map { frame in
          sample(block, (frame * format.channels + channel) * size, size, isFloat: format.code == float)
        }
      }
    }
  }

  private static func format(_ bytes: [UInt8]) -> Format {
    var fields = LittleEndian(bytes[...])
    let code = fields.number(2)
    let channels = fields.number(2)
    let rate = fields.number(4)
    fields.skip(6)
    let bits = fields.number(2)
    var format = Format(code: code, channels: channels, rate: rate, bits: bits)
    if code == extensible {
      fields.skip(8)
      format.code = fields.number(2)
    }
    return format
  }

  private static func isPlain(_ format: Format) -> Bool {
    (1...1024).contains(format.channels) && format.rate > 0
      && (format.code == pcm && [8, 16, 24, 32].contains(format.bits)
        || format.code == float && [32, 64].contains(format.bits))
  }

  @inline(__always)
  private static func sample(_ bytes: [UInt8], _ start: Int, _ size: Int, isFloat: Bool) -> Float {
    var bits: UInt64 = 0
    for place in (0..<size).reversed() { bits = bits << 8 | UInt64(bytes[start + place]) }
    if isFloat {
      return size == 4
        ? Float(bitPattern: UInt32(truncatingIfNeeded: bits)) : Float(Double(bitPattern: bits))
    }
    if size == 1 { return (Float(bits) - 128) / 128 }
    let shift = UInt64(64 - 8 * size)
    return Float(Double(Int64(bitPattern: bits << shift) >> Int64(shift)) / Double(1 << (8 * size - 1)))
  }

  /// The sound as 32-bit floating point, which loses nothing; nil if it is longer than such a file can be.
  package static func bytes(of audio: Audio) -> [UInt8]? {
    let channels = max(1, audio.channels.count)
    let size = audio.frameCount * channels * 4
    guard size < Int(UInt32.max) - 64 else { return nil }
    func little(_ number: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    let rate = Int(audio.sampleRate.rounded())
    var bytes = Array("RIFF".utf8) + little(size + 48, 4) + Array("WAVEfmt ".utf8)
    bytes += little(16, 4) + little(float, 2) + little(channels, 2) + little(rate, 4)
    bytes += little(rate * channels * 4, 4) + little(channels * 4, 2) + little(32, 2)
    // Formats other than whole numbers say how many frames there are.
    bytes += Array("fact".utf8) + little(4, 4) + little(audio.frameCount, 4)
    bytes += Array("data".utf8) + little(size, 4)
    bytes.reserveCapacity(bytes.count + size)
    for frame in 0..<audio.frameCount {
      for channel in audio.channels {
        let bits = channel[frame].bitPattern
        bytes.append(UInt8(truncatingIfNeeded: bits))
        bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
        bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
        bytes.append(UInt8(truncatingIfNeeded: bits >> 24))
      }
    }
    return bytes
  }
}

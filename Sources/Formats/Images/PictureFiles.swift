package import Values

/// Pictures in files, read and decoded when they are needed, and proved to be the ones that were loaded.
package struct PictureFiles: PictureSource {
  package struct Entry: Sendable {
    package let name: String
    package let picture: any ByteSource
    package let mask: (any ByteSource)?
    /// Whose marked pixels count as well.
    package var moreMasks: [any ByteSource] = []
    /// Of the bytes of both.
    package let digest: UInt64
    /// Samples are multiplied by it, if the picture measures something.
    package var scale: Float?
    /// Added to the samples behind that, where something was measured.
    package var offset: Float = 0
    /// Channels that make one measurement together: what a unit of each counts.
    package var weights: [Float]?
    /// What a pixel of the mask must hold to be marked; anything but 0 if nil.
    package var marks: ClosedRange<Float>?
    /// Only this channel is meant.
    package let channel: Int?
    /// Of a file with several, the one that is meant, from 0 on.
    package var page = 0

    /// A digest of the bytes and of how they are read.
    package var identity: UInt64 {
      guard scale != nil || channel != nil || weights != nil || marks != nil || page > 0 else {
        return digest
      }
      var builder = FingerprintBuilder()
      builder.add(digest)
      if page > 0 { builder.add("page \(page)") }
      builder.add("\(scale ?? 1) \(offset) \(channel ?? -1) \(weights ?? []) \(marks.map { "\($0)" } ?? "")")
      return builder.finish().high
    }

    package init(
      name: String, picture: any ByteSource, mask: (any ByteSource)?, digest: UInt64, scale: Float? = nil,
      channel: Int? = nil
    ) {
      self.name = name
      self.picture = picture
      self.mask = mask
      self.digest = digest
      self.scale = scale
      self.channel = channel
    }
  }

  private let entries: [Entry]
  package init(_ entries: [Entry]) { self.entries = entries }

  package static func digest(_ picture: [UInt8], mask: [UInt8]?) -> UInt64 {
    var builder = FingerprintBuilder()
    builder.add(bytes: picture)
    if let mask { builder.add(bytes: mask) }
    return builder.finish().high
  }

  package func picture(_ number: Int) throws(PictureError) -> Picture {
    let entry = entries[number]
    let bytes = try Self.bytes(entry.picture, entry.name)
    let mask: [UInt8]? = if let source = entry.mask { try Self.bytes(source, entry.name) } else { nil }
    guard Self.digest(bytes, mask: mask) == entry.digest else { throw .changed(entry.name) }
    let picture = try Self.decode(bytes, entry.name, page: entry.page)
    if let weights = entry.weights { return picture.weighed(weights) }
    guard entry.scale != nil || entry.channel != nil else { return picture }
    return picture.measured(channel: entry.channel ?? 0, scale: entry.scale ?? 1, offset: entry.offset)
  }

  package func mask(_ number: Int) throws(PictureError) -> Picture? {
    let entry = entries[number]
    guard let source = entry.mask else { return nil }
    let first = try Self.decode(try Self.bytes(source, entry.name), entry.name)
    if entry.moreMasks.isEmpty, entry.marks == nil { return first }
    // Which defect a pixel belongs to, the value tells.
    var levels = first.levels(0).map { level in
      entry.marks.map { $0.contains(level) ? 255 : 0 } ?? level
    }
    for source in entry.moreMasks {
      let other = try Self.decode(try Self.bytes(source, entry.name), entry.name)
      guard other.width == first.width, other.height == first.height else {
        throw .unreadable(entry.name, reason: "its masks differ in size")
      }
      for (pixel, level) in other.levels(0).enumerated() where level > levels[pixel] { levels[pixel] = level }
    }
    return Picture(
      width: first.width, height: first.height, channels: 1,
      samples: .unsigned8(levels.map { UInt8(max(0, min(255, $0))) }))
  }

  private static func bytes(_ source: any ByteSource, _ name: String) throws(PictureError) -> [UInt8] {
    do throws(FormatError) {
      return try PictureFile.bytes(of: source)
    } catch {
      throw .unreadable(name, reason: error.words)
    }
  }

  private static func decode(
    _ bytes: [UInt8], _ name: String, page: Int = 0
  ) throws(PictureError) -> Picture {
    do throws(FormatError) {
      return try PictureFile(bytes, page: page).decode()
    } catch {
      throw .unreadable(name, reason: error.words)
    }
  }
}

extension Picture {
  /// The samples of a channel as they stand in the file.
  fileprivate func levels(_ channel: Int) -> [Float] {
    let pixels = 0..<width * height
    return switch samples {
    case .unsigned8(let samples): pixels.map { Float(samples[$0 * channels + channel]) }
    case .unsigned16(let samples): pixels.map { Float(samples[$0 * channels + channel]) }
    case .single(let samples): pixels.map { samples[$0 * channels + channel] }
    }
  }

  /// The sum over the channels, each level times its weight.
  fileprivate func weighed(_ weights: [Float]) -> Picture {
    var sums = [Float](repeating: 0, count: width * height)
    for (channel, weight) in weights.prefix(channels).enumerated() {
      for (pixel, level) in levels(channel).enumerated() { sums[pixel] += level * weight }
    }
    return Picture(width: width, height: height, channels: 1, samples: .single(sums))
  }

  /// One channel as a measurement: whole-number samples count units.
  fileprivate func measured(channel: Int, scale: Float, offset: Float) -> Picture {
    let channel = min(channel, channels - 1)
    let pixels = width * height
    var measured = [Float](repeating: 0, count: pixels)
    switch samples {
    case .unsigned8(let samples):
      for pixel in 0..<pixels {
        measured[pixel] = Float(samples[pixel * channels + channel]) * scale + offset
      }
    case .unsigned16(let samples):
      for pixel in 0..<pixels {
        measured[pixel] = Float(samples[pixel * channels + channel]) * scale + offset
      }
    case .single(let samples):
      for pixel in 0..<pixels { measured[pixel] = samples[pixel * channels + channel] * scale + offset }
    }
    return Picture(width: width, height: height, channels: 1, samples: .single(measured))
  }
}

extension FormatError {
  /// What is wrong, without the file.
  package var words: String {
    switch self {
    case .unreadable(let words), .unsupported(let words): words
    case .malformed(let words, let offset): offset > 0 ? "\(words), at byte \(offset)" : words
    case .malformedLine(let words, let line): "\(words), in line \(line)"
    case .cancelled: "it was not looked at"
    }
  }
}

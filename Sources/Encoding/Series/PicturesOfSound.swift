package import Chronology
package import Numerics
package import Values

/// Spectrograms of stretches of sound: time runs to the right, frequency up, loud is white.
package struct PicturesOfSound: PictureSource {
  /// Decibels above the floor, a line a frame.
  let decibels: [Float]
  let bands: Int
  /// The frames of each picture.
  let windows: [Range<Int>]

  /// 10 log10 of the power below which all is black.
  static let floor: Double = -100

  package var shape: PictureShape {
    PictureShape(width: windows.first?.count ?? 1, height: bands, channels: 1, depth: .unsigned8)
  }

  package func picture(_ number: Int) throws(PictureError) -> Picture {
    guard windows.indices.contains(number) else {
      throw .unreadable(String(number), reason: "there is no such stretch")
    }
    let (frames, width) = (windows[number], windows[number].count)
    var samples = [UInt8](repeating: 0, count: width * bands)
    for (x, frame) in frames.enumerated() {
      for band in 0..<bands {
        let share = (Double(decibels[frame * bands + band]) - Self.floor) / -Self.floor
        samples[(bands - 1 - band) * width + x] = UInt8((max(0, min(1, share)) * 255).rounded())
      }
    }
    return Picture(width: width, height: bands, channels: 1, samples: .unsigned8(samples))
  }

  package func mask(_ number: Int) throws(PictureError) -> Picture? { nil }

  /// One spectrogram of `bands` mel bands for every stretch of `width`, `hop` apart; each stands at its end.
  ///
  /// - Throws: `windowTooShort` if a stretch has no four frames of 2048 samples, `noRows` if the sound is shorter.
  package static func images(
    of audio: Audio, width: TimeSpan, hop: TimeSpan, bands: Int, work: Work
  ) throws(EncodingError) -> Images {
    let encoder = SoundEncoder(.mel(bands: bands))
    let step = Double(encoder.hop) / audio.sampleRate
    let (frames, apart) = (
      Int((width.seconds / step).rounded()), max(1, Int((hop.seconds / step).rounded()))
    )
    if frames < 4 { throw .windowTooShort(needed: TimeSpan(seconds: 4 * step)) }
    let matrix = try encoder.frames(of: audio, work: work)
    let firsts = Array(stride(from: 0, through: matrix.rows - frames, by: apart))
    if firsts.isEmpty { throw .noRows }
    let source = PicturesOfSound(
      decibels: matrix.values.map { Float($0) }, bands: bands, windows: firsts.map { $0..<$0 + frames })
    let address =
      audio.start.map { start in
        Address.time(
          .regular(
            start: start + TimeSpan(seconds: Double(frames) * step),
            step: TimeSpan(seconds: Double(apart) * step),
            count: firsts.count))
      } ?? .row(count: firsts.count)
    return try PicturesOfSeries.pictures(
      of: source, source.shape, count: firsts.count, frame: Frame(index: Index(address), columns: []),
      work: work)
  }
}

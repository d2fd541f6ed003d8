package import Chronology
package import Numerics
package import Values

/// Describes sound by the power in bands, or by the cepstrum of those bands.
///
/// Frames of `frameLength` samples every `hop` samples, Hann window, power spectrum, bands, 10 log10 with powers
/// below 1e-10 counted as that. Several channels are averaged first.
///
/// - Input: sound; full scale is 1.
/// - Output: without rows to answer for, one vector a frame, the frame's middle at its moment; for the rows of a
///   bundle, the mean over the frames that lie wholly inside the row's trailing window.
/// - Complexity: O(*f* log *f*) a frame of *f* samples.
/// - Source: mel bands from Slaney, *Auditory Toolbox*, 1998; cepstrum from Davis and Mermelstein, *Comparison of
///   parametric representations for monosyllabic word recognition*, IEEE TASSP 1980, with the orthonormal
///   cosine transform.
/// - Differs: no limit on the dynamic range, which would make a frame depend on the loudest one.
package struct SoundEncoder: Sendable, Equatable {
  package enum Features: Sendable, Equatable {
    case mel(bands: Int)
    case cepstrum(coefficients: Int, bands: Int)
    /// Bands of equal width.
    case spectrum(bands: Int)
  }

  package var features: Features
  package var frameLength: Int
  package var hop: Int

  package init(_ features: Features, frameLength: Int = 2048, hop: Int = 512) {
    self.features = features
    self.frameLength = frameLength
    self.hop = hop
  }

  package static let floor: Float = 1e-10

  package var names: [String] {
    switch features {
    case .mel(let bands): (1...bands).map { "mel\($0)" }
    case .cepstrum(let coefficients, _): (0..<coefficients).map { "mfcc\($0)" }
    case .spectrum(let bands): (1...bands).map { "band\($0)" }
    }
  }

  /// One vector a frame.
  package func encode(_ audio: Audio, work: Work) throws(EncodingError) -> Embedding {
    if audio.frameCount == 0 { throw .noRows }
    let bands = bands(rate: audio.sampleRate)
    let frames = bands.centeredFrames(of: audio.frameCount)
    let decibels = try spectra(of: audio, bands: bands, first: frames.first, count: frames.count, work: work)
    let values: [Double]
    if case .cepstrum(let coefficients, let bands) = features {
      let transform = CosineTransform(length: bands, coefficients: coefficients)
      values = try orCancelled { () throws(Cancelled) in try transform.apply(toRows: decibels, work: work) }
    } else {
      values = decibels.map(Double.init)
    }
    let step = TimeSpan(seconds: Double(hop) / audio.sampleRate)
    let address =
      audio.start.map { Address.time(.regular(start: $0, step: step, count: frames.count)) }
      ?? .row(count: frames.count)
    return Embedding(
      index: Index(address), matrix: Matrix(rows: frames.count, columns: names.count, values: values),
      features: names,
      blocks: [Block(name: "sound", columns: 0..<names.count)])
  }

  /// One vector a row of `index`, from the frames inside the window that ends with the row.
  ///
  /// - Throws: `frameTooLong` if no frame fits into a window.
  package func encode(
    _ audio: Audio, rows index: Index, width: TimeSpan?, presence: Mask? = nil, work: Work
  ) throws(EncodingError) -> Encoded {
    guard let axis = index.time else { throw .noTime }
    guard let start = audio.start else { throw .noStart }
    let extent = index.extent ?? .zero
    let width = width ?? (extent > .zero ? extent : TimeSpan(seconds: 1))
    if width.seconds * audio.sampleRate < Double(frameLength) {
      throw .frameTooLong(samples: frameLength, window: width)
    }
    // All frames of the sound once, then their means row by row.
    let bands = bands(rate: audio.sampleRate)
    let frames = max(0, (audio.frameCount - frameLength) / hop + 1)
    let decibels = try spectra(of: audio, bands: bands, first: 0, count: frames, work: work)
    let count = bands.bank.count
    var cosine: CosineTransform?
    if case .cepstrum(let coefficients, let bands) = features {
      cosine = CosineTransform(length: bands, coefficients: coefficients)
    }
    let transform = cosine
    return try encodeRows(index.count, features: names, stage: "sound", work: work) { row, vector in
      guard presence?[row] ?? true else { return false }
      let end = ((axis[row] - start).seconds + extent.seconds) * audio.sampleRate
      let begin = end - width.seconds * audio.sampleRate
      // Frame f covers samples f hop ..< f hop + length.
      let first = Int((max(0, begin - 0.5) / Double(hop)).rounded(.up))
      let last = Int(((end + 0.5 - Double(frameLength)) / Double(hop)).rounded(.down))
      guard begin > -1, first <= last, last < frames else { return false }
      var means = [Double](repeating: 0, count: count)
      for frame in first...last {
        for band in 0..<count { means[band] += Double(decibels[frame * count + band]) }
      }
      for band in 0..<count { means[band] /= Double(last - first + 1) }
      // The transform is linear: that of the mean is the mean of the transforms.
      vector += transform?.apply(to: means) ?? means
      return true
    }
  }

  private func bands(rate: Double) -> ShortTimeBands {
    let bank: FilterBank =
      switch features {
      case .mel(let bands), .cepstrum(_, let bands):
        .mel(bands: bands, sampleRate: rate, length: frameLength)
      case .spectrum(let bands): .equal(bands: bands, sampleRate: rate, length: frameLength)
      }
    return ShortTimeBands(length: frameLength, hop: hop, bank: bank)
  }

  private func spectra(
    of audio: Audio, bands: ShortTimeBands, first: Int, count: Int, work: Work
  ) throws(EncodingError) -> [Float] {
    try orCancelled { () throws(Cancelled) in
      try bands.analyse(audio.mixed, first: first, frames: count, floor: Self.floor, work: work)
    }
  }
}

extension Audio {
  /// The mean of the channels.
  var mixed: [Float] {
    guard channels.count > 1, let first = channels.first else { return channels.first ?? [] }
    let share = 1 / Float(channels.count)
    return first.indices.map { frame in channels.reduce(0) { $0 + $1[frame] } * share }
  }
}

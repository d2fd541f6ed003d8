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
    /// Power by pitch class, C to B, as shares of the strongest.
    case chroma
    /// The power of every bin, from 0 Hz to half the rate.
    case bins
    /// Strongest frequency, centre of gravity and further sums of the spectrum.
    case summary
  }

  package var features: Features
  package var frameLength: Int
  package var hop: Int
  /// How many derivatives over time stand beside the features: 0, 1 or 2.
  package var derivatives: Int

  package init(_ features: Features, frameLength: Int = 2048, hop: Int = 512, derivatives: Int = 0) {
    self.features = features
    self.frameLength = frameLength
    self.hop = hop
    self.derivatives = derivatives
  }

  package static let floor: Float = 1e-10

  package var names: [String] {
    (0...derivatives).flatMap { order in
      plainNames.map { $0 + (order == 0 ? "" : order == 1 ? ".delta" : ".delta2") }
    }
  }

  private var plainNames: [String] {
    switch features {
    case .mel(let bands): (1...bands).map { "mel\($0)" }
    case .cepstrum(let coefficients, _): (0..<coefficients).map { "mfcc\($0)" }
    case .spectrum(let bands): (1...bands).map { "band\($0)" }
    case .bins: (0...frameLength / 2).map { "bin\($0)" }
    case .summary: SpectralSummary.names
    case .chroma: ["c", "c#", "d", "d#", "e", "f", "f#", "g", "g#", "a", "a#", "b"].map { "chroma.\($0)" }
    }
  }

  /// The vectors of all frames, one behind the other; frames of a clip shorter than one reach beyond its ends.
  package func frames(of audio: Audio, work: Work) throws(EncodingError) -> Matrix {
    try encode(audio, work: work).matrix
  }

  /// One vector a frame.
  package func encode(_ audio: Audio, work: Work) throws(EncodingError) -> Embedding {
    if audio.frameCount == 0 { throw .noRows }
    let bands = bands(rate: audio.sampleRate)
    let frames = bands.centeredFrames(of: audio.frameCount)
    let decibels = try spectra(of: audio, bands: bands, first: frames.first, count: frames.count, work: work)
    let values = try finished(decibels, rate: audio.sampleRate, work: work)
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
    if derivatives > 0 || features == .chroma || features == .summary {
      return try means(
        of: try finished(decibels, rate: audio.sampleRate, work: work), frames, audio, index, axis, start,
        width, presence, work)
    }
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
      guard let inside = inside(begin, end, frames) else { return false }
      let (first, last) = (inside.lowerBound, inside.upperBound)
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

  /// The frames that lie wholly between two samples.
  private func inside(_ begin: Double, _ end: Double, _ frames: Int) -> ClosedRange<Int>? {
    // Frame f covers samples f hop ..< f hop + length.
    let first = Int((max(0, begin - 0.5) / Double(hop)).rounded(.up))
    let last = Int(((end + 0.5 - Double(frameLength)) / Double(hop)).rounded(.down))
    return begin > -1 && first <= last && last < frames ? first...last : nil
  }

  /// What is made of the decibels of the bands, frame by frame.
  private func finished(_ decibels: [Float], rate: Double, work: Work) throws(EncodingError) -> [Double] {
    var values: [Double]
    switch features {
    case .cepstrum(let coefficients, let bands):
      let transform = CosineTransform(length: bands, coefficients: coefficients)
      values = try orCancelled { () throws(Cancelled) in try transform.apply(toRows: decibels, work: work) }
    case .chroma:
      values = decibels.map(Double.init)
      for frame in stride(from: 0, to: values.count, by: 12) {
        let largest = values[frame..<frame + 12].max() ?? 0
        for place in frame..<frame + 12 { values[place] = power(10, (values[place] - largest) / 10) }
      }
    case .summary:
      let (bins, step) = (frameLength / 2 + 1, rate / Double(frameLength))
      values = try orCancelled { () throws(Cancelled) in
        try work.map(decibels.count / bins, stage: "spectra") { frame in
          let power = decibels[frame * bins + 1..<(frame + 1) * bins].map {
            Numerics.power(10, Double($0) / 10)
          }
          return SpectralSummary.of(power: power, step: step)
        }.flatMap { $0 }
      }
    case .mel, .spectrum, .bins: values = decibels.map(Double.init)
    }
    return derivatives == 0
      ? values : Derivatives.beside(values, width: plainNames.count, orders: derivatives)
  }

  /// The mean of finished features over the frames of each row's window.
  private func means(
    of values: [Double], _ frames: Int, _ audio: Audio, _ index: Index, _ axis: TimeAxis, _ start: Instant,
    _ width: TimeSpan, _ presence: Mask?, _ work: Work
  ) throws(EncodingError) -> Encoded {
    let extent = index.extent ?? .zero
    let count = names.count
    return try encodeRows(index.count, features: names, stage: "sound", work: work) { row, vector in
      guard presence?[row] ?? true else { return false }
      let end = ((axis[row] - start).seconds + extent.seconds) * audio.sampleRate
      guard let inside = inside(end - width.seconds * audio.sampleRate, end, frames) else { return false }
      for feature in 0..<count {
        let sum = inside.reduce(0.0) { $0 + values[$1 * count + feature] }
        vector.append(sum / Double(inside.count))
      }
      return true
    }
  }

  private func bands(rate: Double) -> ShortTimeBands {
    let bank: FilterBank =
      switch features {
      case .mel(let bands), .cepstrum(_, let bands):
        .mel(bands: bands, sampleRate: rate, length: frameLength)
      case .spectrum(let bands): .equal(bands: bands, sampleRate: rate, length: frameLength)
      case .chroma: .chroma(sampleRate: rate, length: frameLength)
      case .bins, .summary: .bins(sampleRate: rate, length: frameLength)
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

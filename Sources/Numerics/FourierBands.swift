private import CProcessor
private import KernelsBaseline
private import KernelsV3

/// Sums of spectral power over overlapping ranges of bins, each bin with a weight.
package struct FilterBank: Sendable, Equatable {
  /// The centre of each band, in hertz.
  package let centers: [Double]
  let firstBins: [Int32]
  let weightStarts: [Int32]
  let weights: [Float]

  package var count: Int { centers.count }

  private init(centers: [Double], firstBins: [Int32], weightStarts: [Int32], weights: [Float]) {
    self.centers = centers
    self.firstBins = firstBins
    self.weightStarts = weightStarts
    self.weights = weights
  }

  /// Keeps the nonzero stretch of every row of weights (one row a band, one weight a bin).
  init(centers: [Double], rows: [[Double]]) {
    self.centers = centers
    var firstBins: [Int32] = []
    var weightStarts: [Int32] = [0]
    var weights: [Float] = []
    for row in rows {
      let first = row.firstIndex { $0 != 0 } ?? 0
      let last = row.lastIndex { $0 != 0 } ?? first - 1
      firstBins.append(Int32(first))
      if first <= last { weights += row[first...last].map(Float.init) }
      weightStarts.append(Int32(weights.count))
    }
    self.firstBins = firstBins
    self.weightStarts = weightStarts
    self.weights = weights
  }

  /// Triangles on the mel scale, each with area 1 in hertz.
  ///
  /// - Source: Slaney, *Auditory Toolbox*, Interval Research report 1998-010: linear below 1 kHz, logarithmic above.
  package static func mel(
    bands: Int, sampleRate: Double, length: Int, from low: Double = 0, to high: Double? = nil
  ) -> FilterBank {
    let bottom = melOfHertz(low)
    let top = melOfHertz(high ?? sampleRate / 2)
    let corners = (0..<bands + 2).map {
      hertzOfMel(bottom + (top - bottom) * Double($0) / Double(bands + 1))
    }
    let rows = (0..<bands).map { band in
      let (left, center, right) = (corners[band], corners[band + 1], corners[band + 2])
      return (0...length / 2).map { bin -> Double in
        let hertz = Double(bin) * sampleRate / Double(length)
        let height = min((hertz - left) / (center - left), (right - hertz) / (right - center))
        return max(0, height) * 2 / (right - left)
      }
    }
    return FilterBank(centers: Array(corners[1...bands]), rows: rows)
  }

  /// Every bin by itself, from 0 Hz to half the rate.
  package static func bins(sampleRate: Double, length: Int) -> FilterBank {
    let bins = 0...length / 2
    return FilterBank(
      centers: bins.map { Double($0) * sampleRate / Double(length) }, firstBins: bins.map { Int32($0) },
      weightStarts: (0...bins.count).map { Int32($0) }, weights: bins.map { _ in 1 })
  }

  /// Ranges of equal width from just above 0 Hz to half the rate; each gives its mean power.
  package static func equal(bands: Int, sampleRate: Double, length: Int) -> FilterBank {
    let bins = length / 2
    let borders = (0...bands).map { 1 + $0 * bins / bands }
    let rows = (0..<bands).map { band in
      let range = borders[band]..<borders[band + 1]
      return (0...bins).map { range.contains($0) ? 1 / Double(range.count) : 0 }
    }
    let hertzPerBin = sampleRate / Double(length)
    return FilterBank(
      centers: (0..<bands).map { Double(borders[$0] + borders[$0 + 1] - 1) / 2 * hertzPerBin }, rows: rows)
  }

  /// Twelve pitch classes from C on, each a bell over its octaves, the octaves around the fifth weighing most.
  ///
  /// - Source: Ellis, *Chroma feature analysis and synthesis*, 2007, with the widths, weights and norms that librosa 0.11 uses
  ///   for a tuning of 440 Hz.
  package static func chroma(sampleRate: Double, length: Int) -> FilterBank {
    let classes = 12
    // Places on a scale of twelve steps an octave; the first bin is put an octave and a half below the second.
    var places = (1..<length).map { bin in
      Double(classes) * logarithm2(Double(bin) * sampleRate / Double(length) / (440.0 / 16))
    }
    places.insert(places[0] - 1.5 * Double(classes), at: 0)
    let widths = zip(places, places.dropFirst()).map { max($1 - $0, 1) } + [1]
    var rows = [[Double]](repeating: [Double](repeating: 0, count: length / 2 + 1), count: classes)
    for bin in 0...length / 2 {
      var column = (0..<classes).map { pitch -> Double in
        let distance = places[bin] - Double(pitch) + Double(classes / 2 + 10 * classes)
        let wrapped =
          distance - (distance / Double(classes)).rounded(.down) * Double(classes) - Double(classes / 2)
        let share = 2 * wrapped / widths[bin]
        return exponential(-0.5 * share * share)
      }
      let norm = column.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let octave = (places[bin] / Double(classes) - 5) / 2
      let weight = exponential(-0.5 * octave * octave)
      column = column.map { norm > 0 ? $0 / norm * weight : 0 }
      // From A-based to C-based.
      for pitch in 0..<classes { rows[pitch][bin] = column[(pitch + 3) % classes] }
    }
    return FilterBank(centers: (0..<classes).map { 440 * power(2, Double($0 - 9) / 12) }, rows: rows)
  }

  private static let linearHertzPerMel = 200.0 / 3
  private static let breakHertz = 1000.0
  private static let logarithmicStep = logarithm(6.4) / 27

  private static func melOfHertz(_ hertz: Double) -> Double {
    hertz < breakHertz
      ? hertz / linearHertzPerMel
      : breakHertz / linearHertzPerMel + logarithm(hertz / breakHertz) / logarithmicStep
  }

  private static func hertzOfMel(_ mel: Double) -> Double {
    let breakMel = breakHertz / linearHertzPerMel
    return mel < breakMel
      ? mel * linearHertzPerMel : breakHertz * exponential(logarithmicStep * (mel - breakMel))
  }
}

/// Band powers of short overlapping frames of sound, in single precision.
///
/// - Input: samples; frame *f* covers `length` samples from `first + f · hop`; outside the sound are zeros.
/// - Output: frames × bands, power or decibels (10 log10, not below `floor`).
/// - Complexity: O(*length* log *length*) a frame; one frame a lane of the processor.
/// - Differs: the Hann window is periodic, as for spectra, not symmetric.
package struct ShortTimeBands: Sendable {
  package let length: Int
  package let hop: Int
  package let bank: FilterBank
  private let window: [Float]
  private let cosines: [Float]
  private let sines: [Float]

  /// `length` is a power of two, at least 8.
  package init(length: Int, hop: Int, bank: FilterBank) {
    precondition(length >= 8 && length & (length - 1) == 0, "the frame length is a power of two from 8 on")
    precondition(hop > 0, "frames move on")
    self.length = length
    self.hop = hop
    self.bank = bank
    let full = 2 * Double.pi / Double(length)
    window = (0..<length).map { Float(0.5 - 0.5 * cosine(full * Double($0))) }
    let half = length / 2
    let angles = (0..<half).map { 2 * full * Double($0) } + (0...half).map { full * Double($0) }
    cosines = angles.map { Float(cosine($0)) }
    sines = angles.map { Float(sine($0)) }
  }

  /// Frames whose middle lies at 0, hop, 2 hop… up to the end of the sound.
  package func centeredFrames(of samples: Int) -> (first: Int, count: Int) {
    (-length / 2, 1 + samples / hop)
  }

  /// Decibels if `floor` is given, else powers.
  package func analyse(
    _ signal: [Float], first: Int, frames: Int, floor: Float? = nil, work: Work
  ) throws(Cancelled) -> [Float] {
    let isV3 = sonde_processor_is_v3()
    var output = [Float](repeating: 0, count: frames * bank.count)
    let outcome: Result<Void, Cancelled> = unsafe output.withUnsafeMutableBufferPointer { output in
      guard let base = output.baseAddress else { return .success(()) }
      // SAFETY: every chunk writes its own frames, which lie inside the buffer; nothing else refers to it.
      nonisolated(unsafe) let target = unsafe base
      let bands = bank.count
      return Result { () throws(Cancelled) in
        try work.forEachChunk(of: frames, size: Self.framesPerChunk, stage: "spectra") { _, range in
          unsafe analyse(
            signal, first: first + range.lowerBound * hop, frames: range.count, floor: floor ?? 0,
            isV3: isV3, into: target + range.lowerBound * bands)
        }
      }
    }
    try outcome.get()
    return output
  }

  /// About a millisecond of work; whole groups of lanes.
  private static let framesPerChunk = 256

  private func analyse(
    _ signal: [Float], first: Int, frames: Int, floor: Float, isV3: Bool,
    into output: UnsafeMutablePointer<Float>
  ) {
    // SAFETY: the arrays live in self and outlive the closures; the kernels read the signal only inside its count.
    unsafe signal.withUnsafeBufferPointer { signal in
      unsafe window.withUnsafeBufferPointer { window in
        unsafe cosines.withUnsafeBufferPointer { cosines in
          unsafe sines.withUnsafeBufferPointer { sines in
            unsafe bank.firstBins.withUnsafeBufferPointer { firstBins in
              unsafe bank.weightStarts.withUnsafeBufferPointer { starts in
                unsafe bank.weights.withUnsafeBufferPointer { weights in
                  guard let samples = signal.baseAddress, let window = window.baseAddress,
                    let cosines = cosines.baseAddress, let sines = sines.baseAddress,
                    let firstBins = firstBins.baseAddress, let starts = starts.baseAddress,
                    let weights = weights.baseAddress
                  else { return }
                  if isV3 {
                    unsafe KernelsV3.analyseBands(
                      samples, count: signal.count, first: first, hop: hop, frames: frames,
                      by: KernelsV3.BandAnalysis(
                        window: window, cosines: cosines, sines: sines, firstBins: firstBins,
                        weightStarts: starts, weights: weights, length: length, bands: bank.count,
                        floor: floor),
                      into: output)
                  } else {
                    unsafe KernelsBaseline.analyseBands(
                      samples, count: signal.count, first: first, hop: hop, frames: frames,
                      by: KernelsBaseline.BandAnalysis(
                        window: window, cosines: cosines, sines: sines, firstBins: firstBins,
                        weightStarts: starts, weights: weights, length: length, bands: bank.count,
                        floor: floor),
                      into: output)
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}

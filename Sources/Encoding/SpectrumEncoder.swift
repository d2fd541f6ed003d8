package import Chronology
package import Numerics
package import Values

/// Describes a trailing window of every feature by the power in bands of frequency.
///
/// The window's mean is taken off, a Hann window laid over, and the mean power of each band given in decibels.
/// Missing cells count as the window's mean.
///
/// - Input: columns over time with about equal steps.
/// - Output: `bands` features a column, from the lowest frequency to half the rate. A row is absent until its
///   window is full, and where fewer than half of the window's rows have a value.
/// - Complexity: O(*w* log *w*) a row and column for windows of *w* rows.
/// - Source: Welch, *The use of fast Fourier transform for the estimation of power spectra*, IEEE Transactions on
///   Audio and Electroacoustics 1967, with one segment.
/// - Differs: bands have equal widths; powers below 1e-12 of the column's unit squared count as that.
package struct SpectrumEncoder: Sendable, Equatable {
  package var width: TimeSpan
  package var bands: Int

  package init(width: TimeSpan, bands: Int) {
    self.width = width
    self.bands = bands
  }

  private static let floor = 1e-12

  package func encode(_ frame: Frame, presence: Mask? = nil, work: Work) throws(EncodingError) -> Encoded {
    let columns = frame.features
    if columns.isEmpty { throw .noFeatures }
    let windows = try TrailingWindows(width: width, over: frame.index)
    let step = windows.step
    let length = step.nanoseconds > 0 ? Int((width.seconds / step.seconds).rounded()) : 0
    // Every band holds at least one bin.
    if length < 2 * bands {
      throw .windowTooShort(needed: TimeSpan(nanoseconds: step.nanoseconds * Int64(2 * bands)))
    }
    let transform = FourierTransform(length: length)
    let window = (0..<length).map { 0.5 - 0.5 * cosine(2 * .pi * Double($0) / Double(length)) }
    let gain = window.reduce(0) { $0 + $1 * $1 }
    let borders = (0...bands).map { 1 + $0 * (length / 2) / bands }
    let numbers = columns.map { $0.numbers ?? [] }
    let features = columns.flatMap { column in (1...bands).map { "\(column.name).band\($0)" } }
    return try encodeRows(
      frame.rowCount, features: features, stage: "spectrum", perChunk: 32, work: work
    ) { row in
      guard windows.isFull[row] else { return nil }
      let rows = windows.rows(at: row).suffix(length)
      var vector: [Double] = []
      var hasValue = false
      for column in numbers {
        let values = rows.map { presence?[$0] ?? true ? column[$0] : .nan }
        let present = values.filter { !$0.isNaN }
        guard present.count >= 2, present.count * 2 >= length else {
          vector += [Double](repeating: .nan, count: bands)
          continue
        }
        hasValue = true
        let mean = present.reduce(0, +) / Double(present.count)
        var signal = [Double](repeating: 0, count: length)
        let offset = length - values.count
        for (place, value) in values.enumerated() where !value.isNaN {
          signal[offset + place] = (value - mean) * window[offset + place]
        }
        let power = transform.power(signal)
        for band in 0..<bands {
          let bins = borders[band]..<max(borders[band] + 1, borders[band + 1])
          let sum = power[bins].reduce(0, +) / Double(bins.count) / gain
          vector.append(10 * logarithm10(max(sum, Self.floor)))
        }
      }
      return hasValue ? vector : nil
    }
  }
}

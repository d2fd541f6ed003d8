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
    let order = windows.order
    let numbers = columns.map { column -> [Double] in
      let cells = column.numbers ?? []
      return order.map { presence?[$0] ?? true ? cells[$0] : .nan }
    }
    let features = columns.flatMap { column in (1...bands).map { "\(column.name).band\($0)" } }
    return try encodeRows(
      frame.rowCount, features: features, stage: "spectrum", perChunk: 32, work: work
    ) { row, vector in
      guard windows.isFull[row] else { return false }
      let range = windows.ranges[windows.places[row]]
      var hasValue = false
      for column in numbers {
        guard let signal = Self.windowed(column, range, window) else {
          for _ in 0..<bands { vector.append(.nan) }
          continue
        }
        hasValue = true
        let power = transform.power(signal)
        for band in 0..<bands {
          let bins = borders[band]..<max(borders[band] + 1, borders[band + 1])
          let sum = power[bins].reduce(0, +) / Double(bins.count) / gain
          vector.append(10 * logarithm10(max(sum, Self.floor)))
        }
      }
      return hasValue
    }
  }

  /// The newest values of the range without their mean, under the window; nil if fewer than half are there.
  private static func windowed(_ column: [Double], _ range: Range<Int>, _ window: [Double]) -> [Double]? {
    let newest = max(range.lowerBound, range.upperBound - window.count)..<range.upperBound
    var sum = 0.0
    var count = 0
    for place in newest where !column[place].isNaN {
      sum += column[place]
      count += 1
    }
    guard count >= 2, count * 2 >= window.count else { return nil }
    let mean = sum / Double(count)
    var signal = [Double](repeating: 0, count: window.count)
    let offset = window.count - newest.count
    for (place, row) in newest.enumerated() where !column[row].isNaN {
      signal[offset + place] = (column[row] - mean) * window[offset + place]
    }
    return signal
  }
}

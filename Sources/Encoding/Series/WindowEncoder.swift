package import Chronology
package import Numerics
package import Values

/// Describes a trailing window of every feature by its shape: canonical characteristics, wavelets, convolutions, spectrum or autocorrelation.
///
/// - Input: columns over time at about equal steps. Windows with a missing value are absent.
/// - Output: the numbers of the chosen description, a column after another. Windows have as many rows as *width* holds usual
///   steps; a row whose window is shorter is absent.
/// - Complexity: that of the description, a window and column.
/// - Randomness: convolutions draw the windows to learn from by a fixed seed, from the fit rows.
package struct WindowEncoder: Sendable, Equatable {
  package enum Features: Sendable, Equatable {
    case wavelets(levels: Int)
    case rocket(features: Int)
    case catch22
    /// The correlation with itself at lags from 1 on.
    case autocorrelation(lags: Int)
    case spectral
  }

  package var features: Features
  package var width: TimeSpan

  package init(_ features: Features, width: TimeSpan) {
    self.features = features
    self.width = width
  }

  private static let seed: UInt64 = 17
  private static let mostTaught = 512

  /// Rows that a window has at least.
  private var fewestRows: Int {
    switch features {
    case .wavelets, .catch22, .spectral: 4
    case .rocket: 9
    case .autocorrelation(let lags): max(4, lags + 1)
    }
  }

  package func encode(_ frame: Frame, presence: Mask? = nil, work: Work) throws(EncodingError) -> Encoded {
    let columns = frame.features
    if columns.isEmpty { throw .noFeatures }
    let windows = try TrailingWindows(width: width, over: frame.index)
    let length = windows.step > .zero ? Int((width.seconds / windows.step.seconds).rounded()) : 0
    if length < fewestRows {
      throw .windowTooShort(needed: TimeSpan(nanoseconds: windows.step.nanoseconds &* Int64(fewestRows)))
    }
    let order = windows.order
    let numbers = columns.map { column -> [Double] in
      let cells = column.numbers ?? []
      return order.map { presence?[$0] ?? true ? cells[$0] : .nan }
    }
    @Sendable func window(_ row: Int, _ column: Int) -> [Double]? {
      guard windows.isFull[row] else { return nil }
      let end = windows.ranges[windows.places[row]].upperBound
      let start = end - length
      // The run decides how far a window may reach back.
      guard start >= 0, let run = frame.index.runs.first(where: { $0.rows.contains(end - 1) }),
        start >= run.rows.lowerBound
      else { return nil }
      let part = Array(numbers[column][start..<end])
      return part.allSatisfy { abs($0) <= 1e150 } ? part : nil
    }
    let describe = try description(frame, columns.count, 1 / windows.step.seconds, window, work)
    let names = columns.flatMap { column in describe.names.map { "\(column.name).\($0)" } }
    return try encodeRows(frame.rowCount, features: names, stage: "windows", perChunk: 64, work: work) {
      row, vector in
      var hasValue = false
      for column in columns.indices {
        if let part = window(row, column) {
          hasValue = true
          vector += describe.vector(column, part)
        } else {
          vector += [Double](repeating: .nan, count: describe.names.count)
        }
      }
      return hasValue
    }
  }

  private func description(
    _ frame: Frame, _ count: Int, _ rate: Double, _ window: (Int, Int) -> [Double]?, _ work: Work
  ) throws(EncodingError) -> (names: [String], vector: @Sendable (Int, [Double]) -> [Double]) {
    switch features {
    case .wavelets(let levels):
      return ((1...levels).map { "octave\($0)" }, { _, part in WaveletEnergies.of(part, levels: levels) })
    case .catch22: return (Catch22.names, { _, part in Catch22.of(part) })
    case .autocorrelation(let lags):
      return (
        (1...lags).map { "acf\($0)" },
        { _, part in Array(Catch22.autocorrelation(Self.standardised(part)).dropFirst().prefix(lags)) }
      )
    case .spectral: return (SpectralSummary.names, { _, part in SpectralSummary.of(part, rate: rate) })
    case .rocket(let features):
      let rows = frame.index.rows(in: .fit)
      let stride = max(1, rows.count / Self.mostTaught)
      let chosen = Swift.stride(from: 0, to: rows.count, by: stride).map { rows[$0] }
      var models: [MiniRocket] = []
      for column in 0..<count {
        let taught = chosen.compactMap { window($0, column) }.map(Self.standardised)
        if taught.isEmpty { throw .windowTooShort(needed: width) }
        models.append(
          try orCancelled { () throws(Cancelled) in
            try MiniRocket(windows: taught, features: features, seed: Self.seed, work: work)
          })
      }
      let learned = models
      return (
        learned.first?.names ?? [], { column, part in learned[column].vector(of: Self.standardised(part)) }
      )
    }
  }

  /// Mean 0 and deviation 1; constant windows are zeros.
  static func standardised(_ window: [Double]) -> [Double] {
    let count = Double(window.count)
    let mean = window.reduce(0) { $0 + $1 / count }
    let largest = window.map { abs($0 - mean) }.max() ?? 0
    guard largest > 0 else { return window.map { _ in 0 } }
    let deviation = (window.reduce(0) { $0 + (($1 - mean) / largest) * (($1 - mean) / largest) } / count)
      .squareRoot()
    return window.map { ($0 - mean) / largest / deviation }
  }
}

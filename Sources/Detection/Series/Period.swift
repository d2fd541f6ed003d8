import Numerics

/// How long a cycle of a series is.
package enum Period {
  /// Cycles are looked for up to this length.
  package static let longest = 400
  /// Rows that are looked at.
  private static let mostRows = 20_000
  private static let shortest = 3

  /// The lag at which the series is most like itself, nil if no lag stands out.
  ///
  /// The highest local maximum of the autocorrelation at lags above 3, if it lies at a lag of 6 to 303.
  ///
  /// - Input: at least 8 numbers, complete. Complexity: O(*n* log *n*).
  /// - Source: `find_length_rank` of Liu and Paparrizos, *TSB-AD*, NeurIPS 2024, whose windows it thereby reproduces.
  package static func estimate(of series: [Double]) -> Int? {
    let values = Array(series.prefix(mostRows))
    let correlations = autocorrelations(of: values, upTo: min(longest, values.count - 1))
    guard correlations.count > shortest + 2 else { return nil }
    var best: Int?
    for lag in shortest + 1..<correlations.count - 1 {
      let here = correlations[lag]
      guard here > correlations[lag - 1], here > correlations[lag + 1] else { continue }
      if best.map({ here > correlations[$0] }) ?? true { best = lag }
    }
    return best.flatMap { (6...303).contains($0) ? $0 : nil }
  }

  /// A window for methods that take about one cycle: the period, or 125 rows where none stands out.
  package static func window(for series: [Double]) -> Int { estimate(of: series) ?? 125 }

  /// The autocorrelation at lags 0...`last`, each divided by the number of all rows; empty if nothing varies.
  static func autocorrelations(of values: [Double], upTo last: Int) -> [Double] {
    if values.count < 2 || last < 1 { return [] }
    let (mean, deviation) = moments(of: values)
    if deviation == 0 { return [] }
    var length = 1
    while length < 2 * values.count { length *= 2 }
    var real = values.map { ($0 - mean) / deviation }
    real += [Double](repeating: 0, count: length - values.count)
    let transform = FourierTransform(length: length)
    let zeros = [Double](repeating: 0, count: length)
    let spectrum = transform.forward(real: real, imaginary: zeros)
    let power = zip(spectrum.real, spectrum.imaginary).map { $0 * $0 + $1 * $1 }
    // The power is symmetric, so that the forward transform serves as the inverse one.
    let back = transform.forward(real: power, imaginary: zeros).real
    return back[0] > 0 ? (0...last).map { back[$0] / back[0] } : []
  }
}

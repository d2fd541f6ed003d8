import Numerics

/// Sums up a window's spectrum in six numbers.
///
/// - Input: numbers at equal steps; the mean is taken off and a Hann window laid over.
/// - Output: the strongest frequency, the centre of gravity, the spread around it and the frequency below which 85 % of the power
///   lie, in the unit of `rate` (hertz if steps a second); flatness (0 a tone, 1 noise) and entropy as a share of the
///   largest possible. All zeros for constant windows.
/// - Complexity: O(*n* log *n*).
/// - Source: Peeters, *A large set of audio features for sound description*, Ircam 2004, sections 6.1, 6.2 and 9.
/// - Differs: over power, not amplitude.
enum SpectralSummary {
  static let names = ["dominant", "centroid", "bandwidth", "rolloff", "flatness", "entropy"]

  private static let rolloff = 0.85
  /// Bins weaker than this share of the mean count as that.
  private static let floor = 1e-12

  static func of(_ window: [Double], rate: Double) -> [Double] {
    let count = window.count
    let mean = window.reduce(0) { $0 + $1 / Double(count) }
    let largest = window.map { abs($0 - mean) }.max() ?? 0
    guard largest > abs(mean) * 1e-14, largest > 0 else { return names.map { _ in 0 } }
    let tapered = window.enumerated().map { place, value in
      (value - mean) / largest * (0.5 - 0.5 * cosine(2 * .pi * Double(place) / Double(count)))
    }
    return of(
      power: Array(FourierTransform(length: count).power(tapered).dropFirst()), step: rate / Double(count))
  }

  /// - Parameter power: from the first frequency above 0 on.
  static func of(power: [Double], step: Double) -> [Double] {
    let total = power.reduce(0, +)
    guard total > 0, total.isFinite else { return names.map { _ in 0 } }
    let hertz = power.indices.map { Double($0 + 1) * step }
    let centroid = zip(hertz, power).reduce(0) { $0 + $1.0 * $1.1 } / total
    let spread = zip(hertz, power).reduce(0) { $0 + ($1.0 - centroid) * ($1.0 - centroid) * $1.1 } / total
    var (sum, below) = (0.0, hertz.last ?? 0)
    for (bin, value) in power.enumerated() {
      sum += value
      if sum >= rolloff * total {
        below = hertz[bin]
        break
      }
    }
    let strongest = power.indices.max { power[$0] < power[$1] } ?? 0
    let mean = total / Double(power.count)
    let logarithms = power.reduce(0) { $0 + logarithm(max($1 / mean, floor)) } / Double(power.count)
    let entropy = power.reduce(0) { $1 > 0 ? $0 - $1 / total * logarithm($1 / total) : $0 }
    let most = logarithm(Double(max(2, power.count)))
    return [
      hertz[strongest], centroid, spread.squareRoot(), below, exponential(logarithms), entropy / most,
    ]
  }
}

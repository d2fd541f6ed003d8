import Numerics

/// How much of a window's variation lies in each octave, by Daubechies' wavelets.
///
/// - Input: numbers at equal steps.
/// - Output: the logarithm of the mean squared coefficients of each level, the finest first; levels that a window is too
///   short for are 0 in energy.
/// - Complexity: O(*n*).
/// - Source: Mallat, IEEE TPAMI 11(7), 1989, with the filter of four coefficients of Daubechies, 1988 (two vanishing moments).
/// - Differs: the window is continued as if it began again; a level of odd length leaves out its last number.
enum WaveletEnergies {
  /// Variation of a 10^-12th counts as none.
  private static let floor = 1e-24

  static func of(_ window: [Double], levels: Int) -> [Double] {
    let root = 3.0.squareRoot()
    let low = [1 + root, 3 + root, 3 - root, 1 - root].map { $0 / (4 * 2.0.squareRoot()) }
    let high = [low[3], -low[2], low[1], -low[0]]
    var smooth = window
    var energies: [Double] = []
    for _ in 0..<levels {
      let count = smooth.count / 2
      guard count >= 2 else {
        energies.append(logarithm(floor))
        continue
      }
      let length = count * 2
      var (next, sum) = ([Double](repeating: 0, count: count), 0.0)
      for place in 0..<count {
        var detail = 0.0
        for tap in 0..<4 {
          let value = smooth[(2 * place + tap) % length]
          next[place] += low[tap] * value
          detail += high[tap] * value
        }
        sum += detail * detail
      }
      energies.append(logarithm(sum / Double(count) + floor))
      smooth = next
    }
    return energies
  }
}

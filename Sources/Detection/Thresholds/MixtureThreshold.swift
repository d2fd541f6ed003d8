package import Numerics

/// Alarms scores that more likely come from the upper of two normal distributions.
///
/// - Input: scores of normal and anomalous rows together, not all equal.
/// - Output: the lowest score above the lower mean from which on the upper distribution is at least `chance` likely; the
///   largest score (no row is alarmed) where one distribution explains the scores better (BIC), or the upper one never
///   prevails.
/// - Complexity: at most 200 passes over at most 20,000 scores.
/// - Throws: `noSpread` if all scores are equal.
/// - Source: Dempster, Laird and Rubin, *Maximum likelihood from incomplete data via the EM algorithm*, 1977; Schwarz,
///   *Estimating the dimension of a model*, Annals of Statistics 1978.
/// - Differs: begins from Otsu's two groups instead of at random; of more scores, 20,000 evenly spaced quantiles are taken;
///   no deviation falls below a thousandth of that of all scores.
package struct MixtureThreshold: ThresholdRule {
  /// How likely an alarmed score must belong to the upper distribution.
  package let chance: Double
  package init(chance: Double = 0.5) { self.chance = chance }

  package var summary: String { "mixture, chance \(chance)" }

  private static let mostScores = 20_000
  private static let passes = 200
  private static let narrowest = 1e-3

  package func threshold(of scores: SortedSample, segment: String) throws(ThresholdError) -> Double {
    guard let first = scores.values.first, let last = scores.values.last
    else { throw .noRows(segment: segment) }
    if first == last { throw .noSpread(segment: segment) }
    let unit = max(abs(first), abs(last))
    var values = scores.values.map { $0 / unit }
    if values.count > Self.mostScores {
      let step = Double(values.count - 1) / Double(Self.mostScores - 1)
      values = (0..<Self.mostScores).map { values[Int((Double($0) * step).rounded())] }
    }
    let split = try OtsuThreshold().threshold(of: SortedSample(values), segment: segment)
    guard let pair = Pair(values, split: split, floor: Self.narrowest, passes: Self.passes),
      pair.isBetterThanOne(values)
    else { return last }
    return pair.border(chance: chance, to: last / unit).map { min($0 * unit, last) } ?? last
  }

  struct Normal {
    var share: Double
    var mean: Double
    var variance: Double

    /// Without the constant that all normal laws share.
    func logDensity(_ x: Double) -> Double {
      let gap = x - mean
      return logarithm(share) - 0.5 * (logarithm(variance) + gap * gap / variance)
    }
  }

  struct Pair {
    var lower: Normal
    var upper: Normal
    private var logLikelihood = -Double.infinity

    /// nil if a side dies out.
    init?(_ values: [Double], split: Double, floor: Double, passes: Int) {
      let least = Statistics.variance(values, degreesLost: 0) * floor * floor
      func fitted(_ side: [Double]) -> Normal {
        Normal(
          share: Double(side.count) / Double(values.count), mean: Statistics.mean(side),
          variance: max(Statistics.variance(side, degreesLost: 0), least))
      }
      lower = fitted(values.filter { $0 <= split })
      upper = fitted(values.filter { $0 > split })
      guard lower.share > 0, upper.share > 0 else { return nil }
      for _ in 0..<passes {
        let before = logLikelihood
        guard step(values, least: least) else { return nil }
        if logLikelihood - before <= 1e-9 * abs(logLikelihood) { break }
      }
      if upper.mean < lower.mean { swap(&lower, &upper) }
    }

    /// One pass of expectation and maximisation.
    private mutating func step(_ values: [Double], least: Double) -> Bool {
      var (weight, sum, total) = (0.0, 0.0, 0.0)
      let chances = values.map { value -> Double in
        let (a, b) = (lower.logDensity(value), upper.logDensity(value))
        let high = max(a, b)
        let both = high + logarithm(exponential(a - high) + exponential(b - high))
        total += both
        return exponential(b - both)
      }
      for (value, chance) in zip(values, chances) {
        weight += chance
        sum += chance * value
      }
      let count = Double(values.count)
      let all = values.reduce(0, +)
      guard weight > 1e-6, count - weight > 1e-6 else { return false }
      let (high, low) = (sum / weight, (all - sum) / (count - weight))
      var (squaresHigh, squaresLow) = (0.0, 0.0)
      for (value, chance) in zip(values, chances) {
        squaresHigh += chance * (value - high) * (value - high)
        squaresLow += (1 - chance) * (value - low) * (value - low)
      }
      upper = Normal(share: weight / count, mean: high, variance: max(squaresHigh / weight, least))
      lower = Normal(
        share: 1 - weight / count, mean: low, variance: max(squaresLow / (count - weight), least))
      logLikelihood = total
      return true
    }

    /// Schwarz's criterion: five parameters against two.
    func isBetterThanOne(_ values: [Double]) -> Bool {
      let count = Double(values.count)
      let variance = Statistics.variance(values, degreesLost: 0)
      let alone = -0.5 * count * (logarithm(variance) + 1)
      return 2 * (logLikelihood - alone) > 3 * logarithm(count)
    }

    func border(chance: Double, to last: Double) -> Double? {
      let needed = logarithm(chance) - logarithm1p(-chance)
      func excess(_ x: Double) -> Double { upper.logDensity(x) - lower.logDensity(x) - needed }
      var (low, high) = (lower.mean, max(last, upper.mean))
      guard excess(low) < 0 else { return nil }
      // Where the lower law is the wider one, the upper prevails in between only.
      if excess(high) < 0 { high = upper.mean }
      guard excess(high) >= 0 else { return nil }
      for _ in 0..<100 {
        let middle = (low + high) / 2
        if excess(middle) < 0 { low = middle } else { high = middle }
      }
      return high
    }
  }
}

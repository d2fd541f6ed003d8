package import Numerics

/// Scores moments by how unlikely they are for a level that drifts at random, seen through noise.
///
/// - Input: see `ChannelDetector`.
/// - Output: the innovation over its standard deviation, |v| / √F; 0 for the first row.
/// - Complexity: fit O(*g n*) for *g* = 13 ratios of the variances, score O(*n*).
/// - Source: Kalman, 1960; the local level model and its likelihood with the noise variance concentrated out as in
///   Durbin and Koopman, *Time series analysis by state space methods*, 2nd edition, sections 2.2 and 2.10.
/// - Differs: the ratio of the variances is the likeliest on a grid of powers of √10 from 1e-4 to 100; innovations
///   beyond four deviations count as four in the update.
package struct KalmanResidual: ChannelMethod {
  package static let name = "kalman"
  package static let meaning = "innovation in standard deviations"
  package var leastRows: Int { 4 }
  package init() {}

  package func fit(_ values: [Double], work: Work) throws(DetectionError) -> Fitted {
    var best = Fitted(ratio: 1, noise: 1)
    var highest = -Double.infinity
    for step in -8...4 {
      try work.pause(at: 0)
      let ratio = power(10, Double(step) / 2)
      let tried = Fitted(ratio: ratio, noise: 1).likelihood(of: values)
      if tried.value > highest {
        highest = tried.value
        best = Fitted(ratio: ratio, noise: tried.noise)
      }
    }
    let scale = ResidualScale(best.innovations(of: values, robustly: false).dropFirst())
    return Fitted(ratio: best.ratio, noise: max(best.noise * scale.value * scale.value, 1e-12))
  }

  package struct Fitted: FittedChannel {
    /// Variance of the level's steps over that of the noise.
    let ratio: Double
    let noise: Double

    private static let reach = 4.0

    package func statistic(of values: [Double], work: Work) throws(DetectionError) -> [Double] {
      innovations(of: values, robustly: true).map(abs)
    }

    func innovations(of values: [Double], robustly: Bool) -> [Double] {
      guard var level = values.first else { return [] }
      var uncertainty = 1.0
      let deviation = noise.squareRoot()
      return values.enumerated().map { row, value in
        if row == 0 { return 0 }
        uncertainty += ratio
        let spread = (uncertainty + 1).squareRoot()
        let innovation = (value - level) / (spread * deviation)
        let taken = robustly ? max(-Self.reach, min(innovation, Self.reach)) : innovation
        level += uncertainty / (uncertainty + 1) * taken * spread * deviation
        uncertainty -= uncertainty * uncertainty / (uncertainty + 1)
        return innovation
      }
    }

    /// The logarithm of the likelihood at the best noise variance, less a constant.
    func likelihood(of values: [Double]) -> (value: Double, noise: Double) {
      let innovations = innovations(of: values, robustly: false).dropFirst()
      let count = Double(max(innovations.count, 1))
      let noise = max(innovations.reduce(0) { $0 + $1 * $1 } / count, 1e-12)
      var uncertainty = 1.0
      var spreads = 0.0
      for _ in innovations {
        uncertainty += ratio
        spreads += logarithm(uncertainty + 1)
        uncertainty -= uncertainty * uncertainty / (uncertainty + 1)
      }
      return (-(count * logarithm(noise) + spreads) / 2, noise)
    }
  }
}

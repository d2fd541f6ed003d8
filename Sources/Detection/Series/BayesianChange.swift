package import Numerics

/// Scores moments by the chance that the series has just changed, or by how little a row fits what is going on.
///
/// - Input: see `ChannelDetector`; every run of the series is thought to be normal with its own mean and deviation.
/// - Output: `change`: the probability in 0...1 that the present run began within the last `recent` rows, 0 until as
///   many rows have passed; `surprise`: -ln of the predictive density, at least 0.
/// - Complexity: O(*n r*) for at most *r* = 500 run lengths, memory O(*r*).
/// - Source: Adams and MacKay, *Bayesian online changepoint detection*, 2007, algorithm 1, with a constant hazard of
///   1 in 250 rows and the normal-gamma prior with mean 0 and κ = α = β = 1.
/// - Differs: run lengths beyond 500 count as 500.
package struct BayesianChange: ChannelMethod {
  package static let name = "bocpd"
  package static let meaning = "chance of a change, or surprise"

  package enum Score: String, Sendable, Codable, CaseIterable { case change, surprise }

  /// Rows between changes, on average.
  package let spacing: Double
  package let recent: Int
  package let score: Score
  package var leastRows: Int { recent + 2 }

  package init(spacing: Double = 250, recent: Int = 10, score: Score = .change) {
    self.spacing = spacing
    self.recent = recent
    self.score = score
  }

  package func fit(_ values: [Double], work: Work) throws(DetectionError) -> Fitted {
    if !(spacing > 1) { throw .parameter(name: "spacing", reason: "must be above 1") }
    if !(1..<Fitted.longest).contains(recent) {
      throw .parameter(name: "recent", reason: "must lie in 1...499")
    }
    return Fitted(spacing: spacing, recent: recent, score: score)
  }

  package struct Fitted: FittedChannel {
    let spacing: Double
    let recent: Int
    let score: Score

    static let longest = 500
    /// Standardised values beyond this count as this: squares must leave digits for the others.
    private static let reach = 1e4

    package func statistic(of values: [Double], work: Work) throws(DetectionError) -> [Double] {
      let hazard = 1 / spacing
      // ln Γ(α + 1/2) − ln Γ(α) − ½ ln 2πα, with α = 1 + r/2 for a run of r rows.
      let constants = (0...Self.longest).map { r -> Double in
        let alpha = 1 + Double(r) / 2
        return logarithmOfGamma(alpha + 0.5) - logarithmOfGamma(alpha)
          - logarithm(2 * Double.pi * alpha) / 2
      }
      var chances = [1.0]
      var means = [0.0]
      var betas = [1.0]
      var result = [Double](repeating: 0, count: values.count)
      for (row, raw) in values.enumerated() {
        try work.pause(at: row << 4)
        let value = max(-Self.reach, min(raw, Self.reach))
        var predictive = [Double](repeating: 0, count: chances.count)
        for r in chances.indices {
          let (kappa, alpha) = (1 + Double(r), 1 + Double(r) / 2)
          let square = betas[r] * (kappa + 1) / (alpha * kappa)
          let miss = value - means[r]
          predictive[r] = exponential(
            constants[r] - logarithm(square) / 2 - (alpha + 0.5)
              * logarithm1p(miss * miss / (2 * alpha * square)))
        }
        let evidence = zip(chances, predictive).reduce(0) { $0 + $1.0 * $1.1 }
        var grown = [hazard]
        for r in chances.indices {
          grown.append(evidence > 0 ? chances[r] * predictive[r] * (1 - hazard) / evidence : chances[r])
        }
        var (newMeans, newBetas) = ([0.0], [1.0])
        for r in chances.indices {
          let kappa = 1 + Double(r)
          let miss = value - means[r]
          newMeans.append(means[r] + miss / (kappa + 1))
          newBetas.append(betas[r] + kappa * miss * miss / (2 * (kappa + 1)))
        }
        if grown.count > Self.longest {
          grown[Self.longest - 1] += grown[Self.longest]
          grown.removeLast()
          newMeans.remove(at: Self.longest - 1)
          newBetas.remove(at: Self.longest - 1)
        }
        let total = grown.reduce(0, +)
        chances = grown.map { $0 / total }
        (means, betas) = (newMeans, newBetas)
        switch score {
        case .surprise: result[row] = max(0, -logarithm(max(evidence, 1e-300)))
        case .change:
          if row >= recent { result[row] = min(1, chances.prefix(recent + 1).reduce(0, +)) }
        }
      }
      return result
    }
  }
}

package import Numerics

/// Scores moments by how far they lie from a smoothed level, trend and season.
///
/// - Input: see `ChannelDetector`; two periods to learn from and to start on, if there is a season.
/// - Output: the error of the one-step forecast in usual errors; 0 for the first two periods.
/// - Complexity: fit O(*g n*) for *g* = 90 triples of weights, score O(*n*).
/// - Source: Winters, *Forecasting sales by exponentially weighted moving averages*, Management Science 1960,
///   equations 1 to 4 (additive form); robust updates: Gelper, Fried and Croux, Journal of Forecasting 2010, equation 9.
/// - Differs: weights are the best of a grid by mean absolute one-step error; in place of a moving scale, errors beyond
///   three usual errors of the training count as three in the updates, so that an anomaly does not become the norm.
package struct HoltWinters: ChannelMethod {
  package static let name = "holtwinters"
  package static let meaning = "forecast error in usual errors"
  /// Rows of a season; nil for one estimated cycle, or none if no cycle stands out.
  package let period: Int?
  package var leastRows: Int { max(8, 2 * (period ?? 1) + 2) }

  package init(period: Int? = nil) { self.period = period }

  package func fit(_ values: [Double], work: Work) throws(DetectionError) -> Fitted {
    if let period, period < 1 { throw .parameter(name: "period", reason: "must be at least 1") }
    var season = period ?? Period.estimate(of: values) ?? 1
    if values.count < 2 * season + 2 { season = 1 }
    var best: Fitted?
    var least = Double.infinity
    for level in [0.05, 0.1, 0.2, 0.4, 0.6, 0.8] {
      for trend in [0, 0.01, 0.1] {
        for seasonal in season > 1 ? [0.01, 0.05, 0.1, 0.3, 0.5] : [0] {
          try work.pause(at: 0)
          let tried = Fitted(period: season, level: level, trend: trend, seasonal: seasonal, scale: nil)
          let size = tried.errors(of: values).reduce(0) { $0 + abs($1) }
          if size < least { (least, best) = (size, tried) }
        }
      }
    }
    let chosen = best ?? Fitted(period: season, level: 0.2, trend: 0, seasonal: 0.1, scale: nil)
    let scale = ResidualScale(chosen.errors(of: values).dropFirst(2 * season))
    return Fitted(
      period: season, level: chosen.level, trend: chosen.trend, seasonal: chosen.seasonal, scale: scale)
  }

  package struct Fitted: FittedChannel {
    let period: Int
    let level: Double
    let trend: Double
    let seasonal: Double
    let scale: ResidualScale?

    /// Errors beyond this many usual ones count as this in the updates.
    private static let reach = 3.0

    package func statistic(of values: [Double], work: Work) throws(DetectionError) -> [Double] {
      scale?.deviations(errors(of: values)) ?? errors(of: values).map(abs)
    }

    /// One-step forecast errors; 0 for the first two periods, on which the state starts.
    func errors(of values: [Double]) -> [Double] {
      var result = [Double](repeating: 0, count: values.count)
      let start = 2 * period
      if values.count <= start { return result }
      let means = (0..<2).map { Statistics.mean(values[$0 * period..<($0 + 1) * period]) }
      var slope = (means[1] - means[0]) / Double(period)
      var base = means[1] + slope * Double(period - 1) / 2
      var season = (0..<period).map { (values[$0] - means[0] + values[$0 + period] - means[1]) / 2 }
      let limit = scale.map { Self.reach * $0.value } ?? .infinity
      for row in start..<values.count {
        let error = values[row] - (base + slope + season[row % period])
        result[row] = error
        let taken = max(-limit, min(error, limit))
        let before = base
        base += slope + level * taken
        slope += trend * (base - before - slope)
        season[row % period] += seasonal * (1 - level) * taken
      }
      return result
    }
  }
}

package import Numerics

/// Scores moments by what trend and season leave over.
///
/// - Input: see `ChannelDetector`; two periods at least; the whole stretch is decomposed at once.
/// - Output: the size of the remainder in usual remainders.
/// - Complexity: O(*i n*) for *i* = 2 (1 + rounds) passes, each of 4 smoothings with about 10 points each evaluated
///   a window, memory O(*n*).
/// - Source: Cleveland, Cleveland, McRae and Terpenning, *STL: a seasonal-trend decomposition procedure based on loess*,
///   Journal of Official Statistics 1990, sections 2 and 3: seasonal window 7, trend window the next odd number above
///   1.5 p / (1 - 1.5/7), low-pass window the next odd one from p, two inner passes, bisquare robustness weights.
/// - Differs: two robust rounds instead of 15.
package struct SeasonalTrend: ChannelMethod {
  package static let name = "stl"
  package static let meaning = "remainder in usual remainders"
  /// Rows of a season; nil for one estimated cycle.
  package let period: Int?
  package let rounds: Int
  package var leastRows: Int { max(8, 2 * (period ?? 3)) }

  package init(period: Int? = nil, rounds: Int = 2) {
    self.period = period
    self.rounds = rounds
  }

  package func fit(_ values: [Double], work: Work) throws(DetectionError) -> Fitted {
    if let period, period < 2 { throw .parameter(name: "period", reason: "must be at least 2") }
    guard let season = period ?? Period.estimate(of: values) else {
      throw .parameter(name: "period", reason: "must be given: no cycle stands out in the rows to learn from")
    }
    if values.count < 2 * season { throw .tooFewRows(needed: 2 * season, got: values.count) }
    let blank = Fitted(period: season, rounds: rounds, scale: nil)
    return Fitted(
      period: season, rounds: rounds, scale: ResidualScale(try blank.remainder(of: values, work: work)))
  }

  package struct Fitted: FittedChannel {
    let period: Int
    let rounds: Int
    let scale: ResidualScale?

    package func statistic(of values: [Double], work: Work) throws(DetectionError) -> [Double] {
      let rest = try remainder(of: values, work: work)
      return scale?.deviations(rest) ?? rest.map(abs)
    }

    func remainder(of values: [Double], work: Work) throws(DetectionError) -> [Double] {
      if values.count < 2 * period { throw .tooFewRows(needed: 2 * period, got: values.count) }
      var trend = [Double](repeating: 0, count: values.count)
      var season = trend
      var weights = [Double](repeating: 1, count: values.count)
      for round in 0...rounds {
        for _ in 0..<2 {
          try work.pause(at: 0)
          season = seasonal(zip(values, trend).map { $0 - $1 }, weights: weights)
          trend = Loess(window: trendWindow).smooth(zip(values, season).map { $0 - $1 }, weights: weights)
        }
        if round == rounds { break }
        let rest = values.indices.map { abs(values[$0] - trend[$0] - season[$0]) }
        let limit = 6 * (Selection.median(of: rest) ?? 0)
        if !(limit > 0) { break }
        weights = rest.map { size in
          let share = size / limit
          return share >= 1 ? 0 : (1 - share * share) * (1 - share * share)
        }
      }
      return values.indices.map { values[$0] - trend[$0] - season[$0] }
    }

    private var trendWindow: Int { odd(Int((1.5 * Double(period) / (1 - 1.5 / 7)).rounded(.up))) }
    private func odd(_ number: Int) -> Int { number | 1 }

    /// Smoothed cycle by cycle, one more at both ends, less its own slow part.
    private func seasonal(_ values: [Double], weights: [Double]) -> [Double] {
      var extended = [Double](repeating: 0, count: values.count + 2 * period)
      for phase in 0..<period {
        let rows = Array(stride(from: phase, to: values.count, by: period))
        let smooth = Loess(window: 7).smooth(
          rows.map { values[$0] }, weights: rows.map { weights[$0] }, beyond: 1)
        for (step, value) in smooth.enumerated() {
          let place = phase + step * period
          if place < extended.count { extended[place] = value }
        }
      }
      let slow = Loess(window: odd(period)).smooth(
        means(means(means(extended, period), period), 3), weights: nil)
      return values.indices.map { extended[$0 + period] - slow[$0] }
    }

    private func means(_ values: [Double], _ width: Int) -> [Double] {
      var sum = values.prefix(width).reduce(0, +)
      var result = [sum / Double(width)]
      for row in width..<max(width, values.count) {
        sum += values[row] - values[row - width]
        result.append(sum / Double(width))
      }
      return result
    }
  }
}

/// Local linear regression over evenly spaced numbers with tricube weights (Cleveland, 1979).
struct Loess {
  /// Numbers that a fit sees.
  let window: Int

  /// One value a number, and `beyond` more at both ends; every tenth of a window is fitted, others lie between.
  func smooth(_ values: [Double], weights: [Double]?, beyond: Int = 0) -> [Double] {
    let step = max(1, window / 10)
    let (first, last) = (-beyond, values.count - 1 + beyond)
    var result = [Double](repeating: 0, count: last - first + 1)
    var place = first
    var before: (place: Int, value: Double)?
    while true {
      let here = fit(values, weights, at: place)
      result[place - first] = here
      if let before {
        for between in before.place + 1..<place {
          let share = Double(between - before.place) / Double(place - before.place)
          result[between - first] = before.value + share * (here - before.value)
        }
      }
      if place == last { return result }
      before = (place, here)
      place = min(place + step, last)
    }
  }

  private func fit(_ values: [Double], _ weights: [Double]?, at place: Int) -> Double {
    let count = min(window, values.count)
    let start = max(0, min(place - count / 2, values.count - count))
    let rows = start..<start + count
    var reach = Double(max(place - rows.lowerBound, rows.upperBound - 1 - place))
    if window > values.count { reach += Double((window - values.count) / 2) }
    var (w, wx, wy, wxx, wxy) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for row in rows {
      let x = Double(row - place)
      let share = reach > 0 ? abs(x) / reach : 0
      if share > 0.999 { continue }
      let cube = share < 0.001 ? 1 : 1 - share * share * share
      let weight = cube * cube * cube * (weights?[row] ?? 1)
      w += weight
      wx += weight * x
      wy += weight * values[row]
      wxx += weight * x * x
      wxy += weight * x * values[row]
    }
    if !(w > 0) { return values[min(max(place, rows.lowerBound), rows.upperBound - 1)] }
    let spread = wxx - wx * wx / w
    // Nearly all weight in one place has no slope.
    if spread < 1e-6 * reach * reach * w { return wy / w }
    return (wy - (wxy - wx * wy / w) / spread * wx) / w
  }
}

import Numerics

/// Describes a window by the 22 canonical characteristics of time series, whatever its level and spread.
///
/// - Input: numbers at equal steps; they are standardised first (mean 0, deviation with *n* - 1). Constant windows give zeros, as
///   do characteristics that a window is too short for.
/// - Output: the 22 numbers of catch22 in the order of its reference, under its short names; times are in steps, frequencies in
///   radians a step.
/// - Complexity: O(*n* log *n* + 50 *n*), and 100 *n* times the largest deviation for the timing of outliers.
/// - Source: Lubba et al., *catch22: CAnonical Time-series CHaracteristics*, Data Mining and Knowledge Discovery 33, 2019, table 1; where the
///   table leaves a choice, that of the authors' implementation.
/// - Differs: a characteristic that the reference leaves undefined is 0.
enum Catch22 {
  static let names = [
    "mode_5", "mode_10", "outlier_timing_pos", "outlier_timing_neg", "acf_timescale", "acf_first_min",
    "low_freq_power", "median_freq", "forecast_error", "whiten_timescale", "high_fluctuation", "stretch_high",
    "stretch_decreasing", "entropy_pairs", "ami2", "trev", "ami_timescale", "transition_variance",
    "periodicity",
    "embedding_dist", "rs_range", "dfa",
  ]

  static func of(_ window: [Double]) -> [Double] {
    let count = window.count
    let mean = window.reduce(0) { $0 + $1 / Double(count) }
    let largest = window.map { abs($0 - mean) }.max() ?? 0
    // Rounding alone makes the mean of equal numbers differ from them.
    guard count > 3, largest > abs(mean) * 1e-14, largest > 0 else { return names.map { _ in 0 } }
    let centred = window.map { ($0 - mean) / largest }
    let deviation = (centred.reduce(0) { $0 + $1 * $1 } / Double(count - 1)).squareRoot()
    let z = centred.map { $0 / deviation }
    let acf = autocorrelation(z)
    let zero = firstZero(acf)
    let (area, median) = spectrum(z)
    let steps = zip(z, z.dropFirst()).map { $1 - $0 }
    let features = [
      mode(z, bins: 5), mode(z, bins: 10), outlierTiming(z), outlierTiming(z.map { -$0 }), fall(acf),
      firstMinimum(acf) ?? Double(count), area, median, forecastError(z),
      Double(firstZero(autocorrelation(steps))) / Double(max(1, zero)),
      Double(steps.count { abs($0) * 1000 > 40 }) / Double(count - 1),
      // The reference leaves out the last number.
      longestStretch(z.dropLast().map { $0 > 0 }), longestStretch(steps.map { $0 < 0 }), pairEntropy(z),
      histogramInformation(z), Statistics.mean(steps.map { $0 * $0 * $0 }), gaussianInformation(z),
      transitions(z, lag: zero), periodicity(z), embeddingDistance(z, lag: zero),
      fluctuation(z, lag: 1, isRange: true), fluctuation(z, lag: 2, isRange: false),
    ]
    return features.map { $0.isFinite ? $0 : 0 }
  }

  /// Equal bins over the range: how many values fall into each, and the borders.
  static func histogram(_ values: [Double], bins: Int) -> (counts: [Int], edges: [Double]) {
    let (low, high) = (values.min() ?? 0, values.max() ?? 0)
    let step = (high - low) / Double(bins)
    var counts = [Int](repeating: 0, count: bins)
    for value in values {
      let place = step > 0 ? (value - low) / step : 0
      counts[max(0, min(bins - 1, Int(place)))] += 1
    }
    return (counts, (0...bins).map { Double($0) * step + low })
  }

  /// The middle of the fullest bin; the mean of the middles if several are.
  private static func mode(_ z: [Double], bins: Int) -> Double {
    let (counts, edges) = histogram(z, bins: bins)
    let most = counts.max() ?? 0
    let middles = counts.indices.filter { counts[$0] == most }.map { (edges[$0] + edges[$0 + 1]) / 2 }
    return Statistics.mean(middles)
  }

  private static func longestStretch(_ bits: [Bool]) -> Double {
    var (best, run) = (0, 0)
    for bit in bits {
      run = bit ? run + 1 : 0
      best = max(best, run)
    }
    return Double(best)
  }

  /// When what exceeds a rising threshold happens: the median of the middles of all thresholds, from -1 (early) to 1.
  private static func outlierTiming(_ z: [Double]) -> Double {
    let increment = 0.01
    let (most, total) = (z.max() ?? 0, z.count { $0 >= 0 })
    guard most >= increment, total > 0 else { return 0 }
    let thresholds = min(Int(most / increment) + 1, 100_000)
    // In the order of size, so that each threshold keeps the first few.
    let order = z.indices.filter { z[$0] >= 0 }.sorted { (z[$1], $0) < (z[$0], $1) }
    var kept = order.count
    var (lastCommon, lastPair) = (0, thresholds - 1)
    var middles: [Double] = []
    for threshold in 0..<thresholds {
      while kept > 0, z[order[kept - 1]] < Double(threshold) * increment { kept -= 1 }
      let places = order[..<kept].map { Double($0 + 1) }
      middles.append((Selection.median(of: places) ?? 0) / (Double(z.count) / 2) - 1)
      if Double(kept - 1) * 100 / Double(total) > 2 { lastCommon = threshold }
      if kept == 1 {
        lastPair = threshold
        break
      }
    }
    return Selection.median(of: Array(middles.prefix(min(lastCommon, lastPair) + 1))) ?? 0
  }

  private static func forecastError(_ z: [Double]) -> Double {
    let errors = (3..<z.count).map { (place: Int) -> Double in
      let forecast: Double = (z[place - 1] + z[place - 2] + z[place - 3]) / 3
      return z[place] - forecast
    }
    return errors.count > 1 ? Statistics.standardDeviation(errors) : 0
  }

  /// Three groups of equal size, by number from 0.
  static func thirds(_ values: [Double]) -> [Int] {
    let sorted = values.sorted()
    let (first, second) = (quantile(sorted, 1 / 3), quantile(sorted, 2 / 3))
    return values.map { $0 <= first ? 0 : $0 <= second ? 1 : 2 }
  }

  /// Between the middles of the steps of the empirical distribution.
  private static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    let place = Double(sorted.count) * share - 0.5
    if place <= 0 { return sorted[0] }
    if place >= Double(sorted.count - 1) { return sorted[sorted.count - 1] }
    let left = Int(place)
    return sorted[left] + (place - Double(left)) * (sorted[left + 1] - sorted[left])
  }

  private static func pairEntropy(_ z: [Double]) -> Double {
    let groups = thirds(z)
    var pairs = [Double](repeating: 0, count: 9)
    for (one, other) in zip(groups, groups.dropFirst()) { pairs[one * 3 + other] += 1 }
    return pairs.reduce(0) { sum, count in
      let share = count / Double(z.count - 1)
      return share > 0 ? sum - share * logarithm(share) : sum
    }
  }

  /// How much the columns of the matrix of transitions between thirds vary, at the lag where the autocorrelation vanishes.
  private static func transitions(_ z: [Double], lag: Int) -> Double {
    let groups = thirds(stride(from: 0, to: z.count, by: max(1, lag)).map { z[$0] })
    guard groups.count > 1 else { return 0 }
    var matrix = [Double](repeating: 0, count: 9)
    for (one, other) in zip(groups, groups.dropFirst()) {
      matrix[one * 3 + other] += 1 / Double(groups.count - 1)
    }
    return (0..<3).reduce(0) { sum, column in
      sum + Statistics.variance((0..<3).map { matrix[$0 * 3 + column] })
    }
  }
}

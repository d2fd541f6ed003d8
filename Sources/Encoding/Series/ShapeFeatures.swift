import Numerics

/// Eleven numbers about the shape of a window, whatever its level and spread.
///
/// - Input: numbers at equal steps; they are standardised first (mean 0, deviation with *n* - 1), constant windows give zeros.
/// - Output: the mode of a histogram of 5 and of 10 bins, the first 1/e crossing and the first minimum of the autocorrelation, the
///   share of steps above 0.04, the longest stretch above the mean and of falling values, the low-frequency share and the
///   centroid of the power spectrum, the mean error of forecasts by the three last values, and time reversibility.
/// - Complexity: O(*n*²) in the worst case, for the autocorrelation.
/// - Source: Lubba et al., *catch22: CAnonical Time-series CHaracteristics*, Data Mining and Knowledge Discovery 33, 2019, of which these eleven
///   are taken: DN_HistogramMode_5 and _10, CO_f1ecac, CO_FirstMin_ac, MD_hrv_classic_pnn40, SB_BinaryStats_mean_longstretch1 and
///   _diff_longstretch0, SP_Summaries_welch_rect_area_5_1 and _centroid, FC_LocalSimple_mean3_stderr, CO_trev_1_num.
/// - Differs: the spectrum is that of the whole window padded to a power of two, as in the reference, with its first fifth as low frequencies.
enum ShapeFeatures {
  static let names = [
    "mode5", "mode10", "acf-fall", "acf-minimum", "jumps", "above", "falling", "lowfrequency", "centroid",
    "forecast-error", "reversal",
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
    let (area, centroid) = spectrum(z)
    let steps = zip(z, z.dropFirst()).map { $1 - $0 }
    return [
      mode(z, bins: 5), mode(z, bins: 10), fall(acf), minimum(acf),
      Double(steps.count { abs($0) * 1000 > 40 }) / Double(count - 1), longest(z.map { $0 > 0 }),
      longest(steps.map { $0 < 0 }), area, centroid, forecastError(z),
      steps.reduce(0) { $0 + $1 * $1 * $1 } / Double(steps.count),
    ]
  }

  /// The middle of the fullest bin; the mean of the middles if several are.
  static func mode(_ z: [Double], bins: Int) -> Double {
    let (low, high) = (z.min() ?? 0, z.max() ?? 0)
    let step = (high - low) / Double(bins)
    guard step > 0 else { return 0 }
    var counts = [Int](repeating: 0, count: bins)
    for value in z { counts[max(0, min(bins - 1, Int((value - low) / step)))] += 1 }
    let most = counts.max() ?? 0
    let middles = counts.indices.filter { counts[$0] == most }.map { low + (Double($0) + 0.5) * step }
    return middles.reduce(0, +) / Double(middles.count)
  }

  static func autocorrelation(_ z: [Double]) -> [Double] {
    let total = z.reduce(0) { $0 + $1 * $1 }
    return (0..<z.count).map { lag in
      (0..<z.count - lag).reduce(0.0) { $0 + z[$1] * z[$1 + lag] } / total
    }
  }

  /// Where it falls below 1/e, between lags.
  private static func fall(_ acf: [Double]) -> Double {
    let level = exponential(-1)
    for lag in 0..<acf.count - 1 where acf[lag + 1] < level {
      let slope = acf[lag + 1] - acf[lag]
      return Double(lag) + (level - acf[lag]) / slope
    }
    return Double(acf.count)
  }

  private static func minimum(_ acf: [Double]) -> Double {
    for lag in 1..<max(1, acf.count - 1) where acf[lag] < acf[lag - 1] && acf[lag] < acf[lag + 1] {
      return Double(lag)
    }
    return Double(acf.count)
  }

  private static func longest(_ bits: [Bool]) -> Double {
    var (best, run) = (0, 0)
    for bit in bits {
      run = bit ? run + 1 : 0
      best = max(best, run)
    }
    return Double(best)
  }

  /// The share of power in the lowest fifth of the frequencies, and the frequency below which half of it lies, in radians.
  private static func spectrum(_ z: [Double]) -> (area: Double, centroid: Double) {
    var length = 8
    while length < z.count { length *= 2 }
    let power = FourierTransform(length: length).power(z + [Double](repeating: 0, count: length - z.count))
    let half = Array(power.prefix(length / 2 + 1))
    let total = half.reduce(0, +)
    guard total > 0 else { return (0, 0) }
    let area = half.prefix(half.count / 5).reduce(0, +) / total
    var sum = 0.0
    for (bin, value) in half.enumerated() {
      sum += value
      if sum > total / 2 { return (area, 2 * .pi * Double(bin) / Double(length)) }
    }
    return (area, .pi)
  }

  private static func forecastError(_ z: [Double]) -> Double {
    let errors = (3..<z.count).map { (place: Int) -> Double in
      let forecast: Double = (z[place - 1] + z[place - 2] + z[place - 3]) / 3
      return z[place] - forecast
    }
    guard errors.count > 1 else { return 0 }
    let mean: Double = errors.reduce(0, +) / Double(errors.count)
    let squares: Double = errors.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
    return (squares / Double(errors.count - 1)).squareRoot()
  }
}

package import Numerics
import Values

/// Scores moments of a series by how unlike every earlier stretch they are, leaving out what cannot be the oddest.
///
/// - Input: one channel, complete, evenly spaced; at least two windows long to fit, one window to score.
/// - Output: for each row, of the window centered on it, the z-normalised distance in 0...2√m to its nearest earlier
///   window. The largest is exact and stands where it belongs; others are what the search had found when it could tell
///   that they are not the largest: too large, but below the largest of before. Rows before the search begins have 0.
/// - Complexity: O(*n* × 8 *m*²) where most windows soon find one like them, O(*n² m*) at worst; memory O(*n*).
/// - Source: Lu, Wu, Mueen, Zuluaga and Keogh, *Matrix profile XXIV: scaling time series anomaly detection to trillions of
///   datapoints and ultra-fast arriving data streams*, KDD 2022: DAMP with its backward search in doubling stretches
///   (first 8 windows, rounded up to a power of two), its pruning of the next stretch of one window's length, rounded
///   likewise, and a first best of 16 windows searched to the end.
/// - Differs: inner products are computed directly, not by Fourier transform; a window that was pruned has its distance
///   to the window that pruned it, in place of its forerunner's score.
package struct DiscordSearch: Detector, Equatable {
  package static let name = "damp"
  /// Rows that a window holds.
  package let window: Int

  package init(window: Int = 100) { self.window = window }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if window < 4 { throw .parameter(name: "window", reason: "must hold at least 4 rows") }
    if training.features.count != 1 { throw .notOneChannel(count: training.features.count) }
    try training.require(rows: 2 * window)
    try training.requireComplete()
    return Model(series: training.matrix.values, window: window)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = DiscordSearch.name
    package static let readsSeries = true
    let series: [Double]
    let window: Int

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let values = try channel(rows)
      // What was learned lies before the rows, unless they begin with it.
      let whole = values.starts(with: series) ? values : series + values
      let first = max(0, series.count - window + 1)
      return Array(try search(whole, from: first, work: work).suffix(values.count))
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      try search(channel(training), from: window, work: work)
    }

    private func channel(_ rows: Observations) throws(DetectionError) -> [Double] {
      if rows.features.count != 1 { throw .notOneChannel(count: rows.features.count) }
      try rows.require(rows: window)
      try rows.requireComplete()
      return rows.matrix.values
    }

    private func search(_ values: [Double], from first: Int, work: Work) throws(DetectionError) -> [Double] {
      let center = Selection.median(of: series) ?? 0
      let reach = series.reduce(0.0) { max($0, abs($1 - center)) }
      let windows = CenteredWindows(
        values.map { max(-farthestValue, min(($0 - center) / (reach > 0 ? reach : 1), farthestValue)) },
        window: window)
      let distances = try windows.leftDiscords(from: max(first, window), work: work)
      return WindowShape(window: window, form: .shape, channels: 1).spread(distances, over: values.count)
    }
  }
}

/// The windows of a series with their means and norms.
private struct CenteredWindows {
  let values: [Double]
  let window: Int
  let means: [Double]
  /// 1 / (√m · deviation); 0 for a window that never varies.
  let inverseNorms: [Double]

  init(_ values: [Double], window: Int) {
    self.values = values
    self.window = window
    let found = (0...values.count - window).map { start in
      let (mean, deviation) = moments(of: Array(values[start..<start + window]))
      let norm = deviation * Double(window).squareRoot()
      return (mean, deviation > 1e-12 * max(abs(mean), 1e-15) && norm > 0 ? 1 / norm : 0)
    }
    means = found.map(\.0)
    inverseNorms = found.map(\.1)
  }

  /// The distance of each window from `first` on to the nearest that ends before it begins, as far as it was searched.
  func leftDiscords(from first: Int, work: Work) throws(DetectionError) -> [Double] {
    let count = means.count
    var result = [Double](repeating: 0, count: count)
    var isPruned = [Bool](repeating: false, count: count)
    var best = 0.0
    let (stretch, ahead) = (Self.powerOfTwo(8 * window), Self.powerOfTwo(window))
    for place in first..<max(first, count) {
      if place % 64 == 0, work.isCancelled() { throw .cancelled }
      if place % 1024 == 0 { work.report(Double(place) / Double(count), "looking for discords") }
      if isPruned[place] { continue }
      let bound = place < first + 16 * window ? -1 : best
      let found = lookBack(from: place, bound: bound, stretch: stretch)
      result[place] = found.distance
      if found.isExact { best = max(best, found.distance) }
      for later in place + window..<max(place + window, min(count, place + window + ahead)) {
        if isPruned[later] { continue }
        let distance = distance(place, later)
        if distance < best { (isPruned[later], result[later]) = (true, distance) }
      }
    }
    return result
  }

  /// Searches older and older stretches until one holds a window nearer than the bound.
  private func lookBack(from place: Int, bound: Double, stretch: Int) -> (distance: Double, isExact: Bool) {
    var (upper, length, nearest) = (place - window + 1, stretch, Double.infinity)
    while upper > 0 {
      let lower = max(0, place - length)
      for other in stride(from: upper - 1, through: lower, by: -1) {
        nearest = min(nearest, distance(other, place))
      }
      if nearest < bound { return (nearest, false) }
      (upper, length) = (lower, 2 * length)
    }
    return (nearest.isFinite ? nearest : 0, true)
  }

  private func distance(_ one: Int, _ other: Int) -> Double {
    let (width, left, right) = (Double(window), inverseNorms[one], inverseNorms[other])
    if left == 0 || right == 0 { return left == right ? 0 : width.squareRoot() }
    let correlation = (product(one, other) - width * means[one] * means[other]) * left * right
    return (2 * width * (1 - max(-1, min(correlation, 1)))).squareRoot()
  }

  /// Four sums side by side, so that additions need not wait for one another.
  private func product(_ one: Int, _ other: Int) -> Double {
    var sums = SIMD4<Double>(repeating: 0)
    var step = 0
    while step + 4 <= window {
      let (i, j) = (one + step, other + step)
      let left = SIMD4<Double>(values[i], values[i + 1], values[i + 2], values[i + 3])
      let right = SIMD4<Double>(values[j], values[j + 1], values[j + 2], values[j + 3])
      sums += left * right
      step += 4
    }
    var sum = sums.sum()
    while step < window {
      sum += values[one + step] * values[other + step]
      step += 1
    }
    return sum
  }

  private static func powerOfTwo(_ least: Int) -> Int {
    var result = 1
    while result < least { result *= 2 }
    return result
  }
}

package import Chronology
package import Numerics

/// Finds how the clock of one recording must be read so that it moves together with another one.
///
/// Both are on one grid of equal steps. A lag of *l* says: what one shows at its time *t*, the other shows at *t* + *l*.
///
/// - Input: numbers, missing where nothing was measured.
/// - Complexity: a lag O(*n*); warping O(*n b*) for a band of *b* steps.
/// - Source: Knapp and Carter, *The generalized correlation method for estimation of time delay*, IEEE TASSP 1976 (without
///   weighting); Sakoe and Chiba, IEEE TASSP 1978 (warping within a band); Tormene et al., *Matching incomplete time series
///   with dynamic time warping*, Artificial Intelligence in Medicine 2009 (open ends).
package struct ClockMatching: Sendable {
  package struct Lag: Sendable, Equatable {
    /// In steps, with a fraction by the parabola through the neighbours.
    package let steps: Double
    package let correlation: Double
    /// The largest correlation farther away than the first minimum beside the peak.
    package let next: Double
  }

  package let step: TimeSpan
  package let own: [Double]
  package let other: [Double]
  /// The row of `other` that has the time of the first row of `own`.
  package let shift: Int

  package init(step: TimeSpan, own: [Double], other: [Double], shift: Int) {
    self.step = step
    self.own = own
    self.other = other
    self.shift = shift
  }

  /// Fewer pairs tell nothing.
  package static let fewest = 10
  /// Lags or cells beyond this are refused.
  package static let mostCells = 2_000_000_000

  /// Correlation of the rows of `own` in `rows` with `other`, `lag` steps later; nil with too few pairs or without change.
  func correlation(_ rows: Range<Int>, lag: Int) -> Double? {
    let first = max(rows.lowerBound, -shift - lag)
    let last = min(rows.upperBound, other.count - shift - lag)
    if last - first < Self.fewest { return nil }
    var (count, a, b, aa, bb, ab) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for row in first..<last {
      let (x, y) = (own[row], other[row + shift + lag])
      if x.isNaN || y.isNaN { continue }
      count += 1
      a += x
      b += y
      aa += x * x
      bb += y * y
      ab += x * y
    }
    if count < Double(Self.fewest) { return nil }
    let (varianceA, varianceB) = (aa - a * a / count, bb - b * b / count)
    if varianceA <= 1e-12 * aa || varianceB <= 1e-12 * bb { return nil }
    return (ab - a * b / count) / (varianceA * varianceB).squareRoot()
  }

  /// The lag within ±`reach` steps at which both move together most; nil if at none of them anything can be said.
  ///
  /// Lags that leave less than half of what the best covered lag has are not looked at.
  package func lag(
    _ rows: Range<Int>, reach: ClosedRange<Int>, work: Work
  ) throws(Cancelled) -> Lag? {
    let lags = Array(reach)
    let found = try work.map(lags.count, stage: "comparing") { correlation(rows, lag: lags[$0]) }
    func covered(_ lag: Int) -> Int {
      min(rows.upperBound, other.count - shift - lag) - max(rows.lowerBound, -shift - lag)
    }
    let widest = lags.map(covered).max() ?? 0
    let usable = lags.indices.filter { found[$0] != nil && 2 * covered(lags[$0]) >= widest }
    guard
      let best = usable.max(by: {
        (found[$0] ?? -2, -abs(lags[$0])) < (found[$1] ?? -2, -abs(lags[$1]))
      }), let peak = found[best]
    else { return nil }
    var steps = Double(lags[best])
    if best > 0, best + 1 < lags.count, let before = found[best - 1], let after = found[best + 1] {
      let bend = before - 2 * peak + after
      if bend < 0 { steps += min(max((before - after) / (2 * bend), -0.5), 0.5) }
    }
    var (low, high) = (best, best)
    while low > 0, let here = found[low], let below = found[low - 1], below <= here { low -= 1 }
    while high + 1 < lags.count, let here = found[high], let above = found[high + 1], above <= here {
      high += 1
    }
    let rest = usable.filter { $0 < low || $0 > high }.compactMap { found[$0] }.max() ?? -1
    return Lag(steps: steps, correlation: peak, next: rest)
  }

  /// Lags of windows of `length` rows that overlap by half, each near the lag of the whole; only those that fit well.
  ///
  /// - Output: the middle row of each window and its lag, of which no two disagree about what comes first.
  package func drift(
    length: Int, around center: Double, reach: Int, least: Double, work: Work
  ) throws(Cancelled) -> [(row: Double, lag: Lag)] {
    var knots: [(row: Double, lag: Lag)] = []
    let middle = Int(center.rounded())
    let starts = Array(stride(from: 0, to: max(1, own.count - length + 1), by: max(1, length / 2)))
    for (place, start) in starts.enumerated() {
      work.report(Double(place) / Double(starts.count), "following")
      let rows = start..<min(own.count, start + length)
      let quiet = Work(threads: work.threads, isCancelled: work.isCancelled)
      guard let lag = try lag(rows, reach: middle - reach...middle + reach, work: quiet),
        lag.correlation >= least
      else { continue }
      let row = Double(rows.lowerBound + rows.upperBound - 1) / 2
      if let last = knots.last, row + lag.steps <= last.row + last.lag.steps {
        if lag.correlation <= last.lag.correlation { continue }
        knots.removeLast()
        if let before = knots.last, row + lag.steps <= before.row + before.lag.steps { continue }
      }
      knots.append((row, lag))
    }
    return knots
  }

  /// For each row of `own` the mean row of `other` that warping matches with it, in rows of `own`; nil if no way leads through
  /// the band.
  ///
  /// The least sum of squared differences of standardised values over monotonous matchings within `band` steps of equal times. With
  /// open ends `own` is matched from end to end with a stretch of `other`.
  package func warped(band: Int, isOpen: Bool, work: Work) throws(Cancelled) -> (
    rows: [Double], cost: Double
  )? {
    let (a, b) = (Self.standardised(own), Self.standardised(other))
    let width = 2 * band + 1
    // Column c of row i is row i + shift + c - band of `other`.
    func place(_ row: Int, _ column: Int) -> Int { row + shift + column - band }
    var before = [Double](repeating: .infinity, count: width)
    var moves = [UInt8](repeating: 0, count: a.count * width)
    for row in a.indices {
      if row % 256 == 0 {
        try work.check()
        work.report(Double(row) / Double(a.count), "warping")
      }
      var now = [Double](repeating: .infinity, count: width)
      for column in 0..<width {
        let j = place(row, column)
        guard b.indices.contains(j) else { continue }
        let cost = (a[row] - b[j]) * (a[row] - b[j])
        var (best, move): (Double, UInt8) = (.infinity, 0)
        if row == 0, isOpen || j == 0 { best = 0 }
        if row > 0 {
          // From the row before: the same column is one step of both, the next column is a step of `own` alone.
          if before[column] < best { (best, move) = (before[column], 1) }
          if column + 1 < width, before[column + 1] < best { (best, move) = (before[column + 1], 2) }
        }
        if column > 0, now[column - 1] < best { (best, move) = (now[column - 1], 3) }
        now[column] = best + cost
        moves[row * width + column] = move
      }
      before = now
    }
    let ends = (0..<width).filter { before[$0].isFinite && (isOpen || place(a.count - 1, $0) == b.count - 1) }
    guard var column = ends.min(by: { (before[$0], $0) < (before[$1], $1) }) else { return nil }
    let cost = before[column]
    var sums = [Double](repeating: 0, count: a.count)
    var counts = sums
    var row = a.count - 1
    while true {
      sums[row] += Double(place(row, column) - shift)
      counts[row] += 1
      switch moves[row * width + column] {
      case 1: row -= 1
      case 2:
        row -= 1
        column += 1
      case 3: column -= 1
      default: return (zip(sums, counts).map { $0 / max(1, $1) }, cost)
      }
    }
  }

  /// Mean 0 and variance 1, gaps bridged by straight lines.
  private static func standardised(_ values: [Double]) -> [Double] {
    let known = values.indices.filter { !values[$0].isNaN }
    guard let first = known.first, let last = known.last else { return values.map { _ in 0 } }
    var filled = values
    for row in 0..<first { filled[row] = values[first] }
    for row in last + 1..<max(last + 1, values.count) { filled[row] = values[last] }
    for (left, right) in zip(known, known.dropFirst()) where right > left + 1 {
      for row in left + 1..<right {
        filled[row] =
          values[left] + (values[right] - values[left]) * Double(row - left) / Double(right - left)
      }
    }
    let mean = filled.reduce(0, +) / Double(filled.count)
    let deviation = (filled.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(filled.count)).squareRoot()
    return filled.map { deviation > 0 ? ($0 - mean) / deviation : 0 }
  }
}

/// How the times of one clock read on another: straight between knots, and at the pace of one beyond them.
package struct ClockMap: Sendable, Equatable {
  /// Nanoseconds, ascending in both.
  package let knots: [(own: Int64, other: Int64)]

  package init(_ knots: [(own: Int64, other: Int64)]) {
    precondition(!knots.isEmpty, "a map needs a knot")
    self.knots = knots
  }

  package static func == (a: ClockMap, b: ClockMap) -> Bool {
    a.knots.elementsEqual(b.knots) { $0.own == $1.own && $0.other == $1.other }
  }

  package func apply(_ time: Int64) -> Int64 {
    var (low, high) = (0, knots.count)
    while low < high {
      let middle = (low + high) / 2
      if knots[middle].own <= time { low = middle + 1 } else { high = middle }
    }
    if low == 0 { return time &+ (knots[0].other &- knots[0].own) }
    let left = knots[low - 1]
    guard low < knots.count else { return time &+ (left.other &- left.own) }
    let right = knots[low]
    let share = Double(time - left.own) / Double(max(1, right.own - left.own))
    return left.other &+ Int64((share * Double(right.other - left.other)).rounded())
  }
}

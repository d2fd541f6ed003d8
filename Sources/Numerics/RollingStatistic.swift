/// A statistic over windows that end in each row.
///
/// - Input: numbers, NaN where one is missing; windows whose starts never go back.
/// - Output: one number a row; NaN until the window is full, and where fewer than half of its rows (for `std` fewer
///   than two) have a value. `std` divides by n - 1; `mad` is the median distance from the median, not scaled;
///   `quantile` interpolates as `SortedSample.quantile` does.
/// - Complexity: moments and extremes O(*n*), whatever the window; order statistics O(*n w*) moves of memory for
///   windows of *w* rows up to `SortedWindow.mostRows`, beyond that O(*n* log² *n*).
package enum RollingStatistic: Sendable, Equatable {
  case mean, std, sum, min, max, median, mad
  case quantile(Double)

  package func values(of x: [Double], _ windows: WindowStarts, work: Work) throws(Cancelled) -> [Double] {
    precondition(x.count == windows.starts.count, "the windows do not fit the numbers")
    switch self {
    case .mean: return try Self.folded(x, windows, Total.self, least: 1, work) { $0.sum / Double($0.count) }
    case .std: return try Self.folded(x, windows, Moments.self, least: 2, work) { $0.standardDeviation() }
    case .sum: return try Self.folded(x, windows, Total.self, least: 1, work) { $0.sum }
    case .min: return try Self.folded(x, windows, Lowest.self, least: 1, work) { $0.value }
    case .max: return try Self.folded(x, windows, Highest.self, least: 1, work) { $0.value }
    case .median, .mad, .quantile: return try ordered(x, windows, work)
    }
  }

  /// The distance of each number from its window's mean in the window's standard deviations.
  package static func deviations(
    of x: [Double], _ windows: WindowStarts, work: Work
  ) throws(Cancelled) -> [Double] {
    let means = try RollingStatistic.mean.values(of: x, windows, work: work)
    let spreads = try RollingStatistic.std.values(of: x, windows, work: work)
    return try work.fill(x.count, size: 1 << 14, stage: "zscore") { rows, target in
      for row in rows {
        let spread = spreads[row]
        target[row - rows.lowerBound] = spread > 0 ? (x[row] - means[row]) / spread : .nan
      }
    }
  }

  static func isEnough(_ count: Int, of rows: Int, least: Int) -> Bool {
    count >= least && count * 2 >= rows
  }

  /// Long windows make long chunks, so that starting a chunk costs no more than the chunk itself.
  static func chunkSize(_ windows: WindowStarts) -> Int {
    var longest = 1
    for (row, start) in windows.starts.enumerated() where row - start >= longest { longest = row - start + 1 }
    return Swift.max(1 << 13, Swift.min(4 * longest, 1 << 20))
  }
}

/// What can be gathered number by number and put together from two neighbouring stretches.
private protocol Fold: Sendable {
  init()
  var count: Int { get }
  mutating func take(_ number: Double)
  /// Puts a later stretch behind this one.
  mutating func append(_ later: Self)
}

extension RollingStatistic {
  /// Folds a window out of a suffix of older rows, computed backwards once in a while, and a prefix of newer ones.
  ///
  /// Nothing is ever subtracted, so that a huge number leaves no trace once it has left the window. The two stacks
  /// of Tangwongsan, Hirzel and Schneider, *Low-latency sliding-window aggregation in worst-case constant time*,
  /// DEBS 2017, section 2.
  private static func folded<F: Fold>(
    _ x: [Double], _ windows: WindowStarts, _ type: F.Type, least: Int, _ work: Work,
    _ value: @Sendable (F) -> Double
  ) throws(Cancelled) -> [Double] {
    let size = chunkSize(windows)
    return try work.fill(x.count, size: size, stage: "rolling") { rows, target in
      var suffixes: [F] = []
      var base = 0
      var border = rows.lowerBound
      var newer = F()
      for row in rows {
        if row & 0xfff == 0, work.isCancelled() { return }
        let start = windows.starts[row]
        if start >= border || row == rows.lowerBound {
          base = start
          border = row + 1
          newer = F()
          suffixes = [F](repeating: F(), count: border - base)
          var suffix = F()
          for older in stride(from: row, through: base, by: -1) {
            if !x[older].isNaN { suffix.take(x[older]) }
            suffixes[older - base] = suffix
          }
        } else if !x[row].isNaN {
          newer.take(x[row])
        }
        guard windows.isFull[row] else {
          target[row - rows.lowerBound] = .nan
          continue
        }
        var whole = suffixes[start - base]
        whole.append(newer)
        target[row - rows.lowerBound] =
          isEnough(whole.count, of: row - start + 1, least: least) ? value(whole) : .nan
      }
    }
  }
}

extension Moments: Fold {}

private struct Total: Fold {
  var count = 0
  var sum = 0.0

  @inline(__always)
  mutating func take(_ number: Double) {
    count += 1
    sum += number
  }

  @inline(__always)
  mutating func append(_ later: Total) {
    count += later.count
    sum += later.sum
  }
}

private struct Lowest: Fold {
  var count = 0
  var value = Double.infinity

  @inline(__always)
  mutating func take(_ number: Double) {
    count += 1
    if number < value { value = number }
  }

  @inline(__always)
  mutating func append(_ later: Lowest) {
    count += later.count
    if later.value < value { value = later.value }
  }
}

private struct Highest: Fold {
  var count = 0
  var value = -Double.infinity

  @inline(__always)
  mutating func take(_ number: Double) {
    count += 1
    if number > value { value = number }
  }

  @inline(__always)
  mutating func append(_ later: Highest) {
    count += later.count
    if later.value > value { value = later.value }
  }
}

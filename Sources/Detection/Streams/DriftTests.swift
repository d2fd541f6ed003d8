import Numerics

/// A test that says when the numbers of a stream have changed.
package protocol DriftTest: Sendable {
  /// Takes a number; true if a change is seen, upon which the test goes on with the numbers since.
  mutating func take(_ value: Double) -> Bool
}

/// Keeps a window that shrinks whenever two parts of it differ in their means.
///
/// - Complexity: O(log *n*) memory, amortised O(log *n*) a number; cuts are tried every 32 numbers.
/// - Source: Bifet and Gavaldà, *Learning from time-changing data with adaptive windowing*, SDM 2007, sections 3.1 and
///   3.2 (ADWIN2): exponential histogram with M = 5, δ = 0.002; ε from the variance form of theorem 3.2's remark.
package struct AdaptiveWindow: DriftTest, Equatable {
  private struct Bucket: Sendable, Equatable {
    var count: Double
    var sum: Double
    /// Σ (x − mean)².
    var squares: Double

    func joined(_ other: Bucket) -> Bucket {
      let difference = sum / count - other.sum / other.count
      return Bucket(
        count: count + other.count, sum: sum + other.sum,
        squares: squares + other.squares
          + count * other.count / (count + other.count) * difference * difference)
    }
  }

  private let confidence: Double
  /// Oldest last; `levels[i]` holds buckets of 2^i numbers, newest first.
  private var levels: [[Bucket]] = []
  private var steps = 0
  private static let perLevel = 5
  private static let every = 32
  private static let leastPart = 5.0

  package init(confidence: Double = 0.002) { self.confidence = confidence }

  /// Numbers in the window.
  package var width: Int { Int(levels.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } }) }

  package mutating func take(_ value: Double) -> Bool {
    if levels.isEmpty { levels = [[]] }
    levels[0].insert(Bucket(count: 1, sum: value, squares: 0), at: 0)
    var level = 0
    while level < levels.count, levels[level].count > Self.perLevel {
      let older = levels[level].removeLast()
      let newer = levels[level].removeLast()
      if level + 1 == levels.count { levels.append([]) }
      levels[level + 1].insert(newer.joined(older), at: 0)
      level += 1
    }
    steps += 1
    if steps % Self.every != 0 { return false }
    var changed = false
    while cut() { changed = true }
    return changed
  }

  /// Drops the oldest bucket if some older part differs from the rest.
  private mutating func cut() -> Bool {
    let buckets = levels.reversed().flatMap { $0.reversed() }
    guard var rest = buckets.first, buckets.count > 1 else { return false }
    for bucket in buckets.dropFirst() { rest = rest.joined(bucket) }
    let total = rest.count
    let variance = rest.squares / total
    let logarithmic = logarithm(2 * logarithm(total) / confidence)
    var (count, sum) = (0.0, 0.0)
    for bucket in buckets.dropLast() {
      count += bucket.count
      sum += bucket.sum
      let other = total - count
      if count < Self.leastPart || other < Self.leastPart { continue }
      let m = 1 / (1 / (count - Self.leastPart + 1) + 1 / (other - Self.leastPart + 1))
      let bound = (2 / m * variance * logarithmic).squareRoot() + 2 / (3 * m) * logarithmic
      if abs(sum / count - (rest.sum - sum) / other) > bound {
        for level in levels.indices.reversed() where !levels[level].isEmpty {
          levels[level].removeLast()
          break
        }
        return true
      }
    }
    return false
  }
}

/// Compares the last numbers with those before them by the test of Kolmogorov and Smirnov.
///
/// - Complexity: O(*w* log *w*) a number, memory O(*w*).
/// - Source: Raab, Heusinger and Schleif, *Reactive soft prototype computing for concept drift streams*,
///   Neurocomputing 2020 (KSWIN): window 100, the last 30, α = 0.005.
/// - Differs: the older sample is evenly spaced in place of random; the critical value is the asymptotic one.
package struct WindowComparison: DriftTest, Equatable {
  private let window: Int
  private let recent: Int
  private let alpha: Double
  private var values: [Double] = []

  package init(window: Int = 100, recent: Int = 30, alpha: Double = 0.005) {
    precondition(recent >= 2 && window >= 2 * recent, "the window holds both samples")
    self.window = window
    self.recent = recent
    self.alpha = alpha
  }

  package mutating func take(_ value: Double) -> Bool {
    values.append(value)
    if values.count < window { return false }
    if values.count > window { values.removeFirst() }
    let older = (0..<recent).map { values[$0 * (window - recent) / recent] }.sorted()
    let newer = values.suffix(recent).sorted()
    let critical = (-logarithm(alpha / 2) / Double(recent)).squareRoot()
    if Self.distance(older, newer) <= critical { return false }
    values = Array(values.suffix(recent))
    return true
  }

  /// The largest difference of two empirical distributions.
  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    var (i, j, largest) = (0, 0, 0.0)
    while i < a.count, j < b.count {
      let place = min(a[i], b[j])
      while i < a.count, a[i] == place { i += 1 }
      while j < b.count, b[j] == place { j += 1 }
      largest = max(largest, abs(Double(i) / Double(a.count) - Double(j) / Double(b.count)))
    }
    return largest
  }
}

/// Page and Hinkley's test that starts again beyond its limit.
package struct RestartingSums: DriftTest, Equatable {
  private let limit: Double
  private var test = PageHinkleyTest()

  package init(limit: Double = 50) { self.limit = limit }

  package mutating func take(_ value: Double) -> Bool {
    test.take(value)
    if test.distance <= limit { return false }
    test = PageHinkleyTest()
    return true
  }
}

/// When a model in a stream is fitted anew.
package enum RetrainingPolicy: String, Sendable, Codable, CaseIterable {
  /// When ADWIN sees the scores change.
  case adwin
  /// When KSWIN does.
  case kswin
  /// When Page and Hinkley's test does.
  case pagehinkley
  /// After every so many rows as the memory holds.
  case always

  func test(memory: Int) -> any DriftTest {
    switch self {
    case .adwin: AdaptiveWindow()
    case .kswin: WindowComparison()
    case .pagehinkley: RestartingSums()
    case .always: Clock(every: memory)
    }
  }

  private struct Clock: DriftTest {
    let every: Int
    var passed = 0
    mutating func take(_ value: Double) -> Bool {
      passed += 1
      return passed % every == 0
    }
  }
}

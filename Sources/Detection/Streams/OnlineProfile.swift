package import Numerics

/// Judges a row by how unlike every earlier window the window that ends with it is.
///
/// - Input: see `StreamDetector`; each channel has a profile of its own.
/// - Output: the z-normalised distance in 0...2√m to the most similar of the remembered windows, for the channel where it
///   is largest.
/// - Complexity: O(*n d*) a row for *n* remembered rows, memory O(*n d*).
/// - Source: Yeh and others, *Matrix profile I*, ICDM 2016, algorithm STAMPI, with the running products of Zhu and others,
///   *Matrix profile II*, ICDM 2016, equation 2 (STUMPI in STUMPY).
/// - Differs: windows that start less than a quarter window away do not count; windows that never vary have distance 0
///   to each other and √m to others; the products are computed afresh once a window has passed, which bounds what
///   rounding adds. A spike of more than 1e6 deviations costs digits.
package struct OnlineProfile: StreamMethod {
  package static let name = "stumpi"
  /// Rows that a window holds.
  package let window: Int
  /// Rows that are remembered.
  package let memory: Int

  package init(window: Int = 100, memory: Int = 10_000) {
    self.window = window
    self.memory = memory
  }

  package func start(features: Int, using random: inout SeededGenerator) throws(DetectionError) -> State {
    if window < 4 { throw .parameter(name: "window", reason: "must hold at least 4 rows") }
    if memory < 3 * window { throw .parameter(name: "memory", reason: "must hold at least 3 windows") }
    return State(
      warmup: 2 * window,
      channels: [Channel](repeating: Channel(window: window, memory: memory), count: features))
  }

  package struct State: StreamState {
    package let warmup: Int
    private var channels: [Channel]
    private var seen = 0

    fileprivate init(warmup: Int, channels: [Channel]) {
      self.warmup = warmup
      self.channels = channels
    }

    package mutating func take(_ row: [Double]) -> StreamScore {
      var largest = 0.0
      for (place, value) in row.enumerated() { largest = max(largest, channels[place].take(value)) }
      seen += 1
      return seen <= warmup ? .learning(remaining: warmup - seen + 1) : .score(largest)
    }
  }

  fileprivate struct Channel: Sendable, Codable {
    let window: Int
    let memory: Int
    private var origin: Double?
    /// The last rows, from `memory` to twice as many.
    private var values: [Double] = []
    /// Of each window by its first row.
    private var means: [Double] = []
    /// 1 / (√m · deviation); 0 for a window that never varies.
    private var inverseNorms: [Double] = []
    /// The inner product of each window with the last one.
    private var products: [Double] = []
    private var sinceRefresh = 0

    init(window: Int, memory: Int) {
      self.window = window
      self.memory = memory
    }

    /// The distance of the window that ends here; 0 while there is none to compare it with.
    mutating func take(_ value: Double) -> Double {
      let start = origin ?? value
      origin = start
      if values.count == 2 * memory { forget(memory) }
      values.append(value - start)
      guard values.count >= window else { return 0 }
      measure()
      advance()
      return nearest()
    }

    private mutating func forget(_ count: Int) {
      values.removeFirst(count)
      means.removeFirst(count)
      inverseNorms.removeFirst(count)
      products.removeFirst(count)
    }

    private mutating func measure() {
      let (mean, deviation) = moments(of: Array(values[(values.count - window)...]))
      let norm = deviation * Double(window).squareRoot()
      means.append(mean)
      inverseNorms.append(deviation > 1e-12 * max(abs(mean), 1e-15) && norm > 0 ? 1 / norm : 0)
    }

    private mutating func advance() {
      let last = values.count - window
      if products.isEmpty || sinceRefresh >= window {
        sinceRefresh = 0
        products = (0...last).map { product($0, last) }
        return
      }
      sinceRefresh += 1
      let (left, right) = (values[last - 1], values[values.count - 1])
      products.append(0)
      var place = last
      while place > 0 {
        products[place] =
          products[place - 1] - values[place - 1] * left + values[place + window - 1] * right
        place -= 1
      }
      products[0] = product(0, last)
    }

    private func product(_ one: Int, _ other: Int) -> Double {
      var sum = 0.0
      for step in 0..<window { sum += values[one + step] * values[other + step] }
      return sum
    }

    private func nearest() -> Double {
      let last = values.count - window
      let exclusion = (window + 3) / 4 + 1
      let from = max(0, values.count - memory)
      guard last - exclusion >= from else { return 0 }
      let (width, mean, inverse) = (Double(window), means[last], inverseNorms[last])
      var best = -1.0
      for place in from...last - exclusion {
        let other = inverseNorms[place]
        let correlation =
          inverse == 0 || other == 0
          ? (inverse == other ? 1 : 0.5)
          : (products[place] - width * mean * means[place]) * inverse * other
        if correlation > best { best = correlation }
      }
      return (2 * width * (1 - min(best, 1))).squareRoot()
    }
  }
}

package import Numerics

/// Convolves windows with 84 fixed kernels at several dilations and tells how often each is exceeded.
///
/// - Input: windows of one length, at equal steps; biases are quantiles over windows to learn from.
/// - Output: shares of positive values, one a kernel, dilation and bias.
/// - Complexity: O(*n* · 84 · dilations) a window.
/// - Source: Dempster, Schmidt and Webb, *MiniRocket*, KDD 2021, section 3: kernels of length 9 with three weights of 2 and six of
///   -1, exponentially spaced dilations, quantiles of a low-discrepancy sequence, alternating padding.
/// - Differs: the windows whose convolutions give the biases are drawn by a seeded generator, and one bias a kernel and dilation
///   is learned.
package struct MiniRocket: Sendable, Equatable {
  package static let kernels: [[Int]] = {
    var kernels: [[Int]] = []
    for a in 0..<9 { for b in a + 1..<9 { for c in b + 1..<9 { kernels.append([a, b, c]) } } }
    return kernels
  }()

  package let length: Int
  package let dilations: [Int]
  /// One a kernel and dilation.
  package let biases: [Double]

  /// - Parameter windows: to learn from; all of one length.
  package init(windows: [[Double]], seed: UInt64, work: Work) throws(Cancelled) {
    let length = windows.first?.count ?? 0
    self.length = length
    dilations = Self.dilations(length: length)
    let dilations = dilations
    // The golden ratio spreads the quantiles evenly, whatever their number.
    let golden = (5.0.squareRoot() - 1) / 2
    biases = try work.map(dilations.count * 84, stage: "biases") { number in
      var random = SeededGenerator(seed: seed).stream(number)
      let window = windows[random.below(windows.count)]
      let values = Self.convolved(window, Self.kernels[number % 84], dilations[number / 84]).sorted()
      let share = (Double(number + 1) * golden).truncatingRemainder(dividingBy: 1)
      let place = share * Double(values.count - 1)
      let lower = Int(place)
      let upper = min(values.count - 1, lower + 1)
      return values[lower] + (values[upper] - values[lower]) * (place - Double(lower))
    }
  }

  /// 1, 2, 4… as long as nine taps fit into the window.
  static func dilations(length: Int) -> [Int] {
    var dilations = [1]
    while dilations[dilations.count - 1] * 2 * 8 < length {
      dilations.append(dilations[dilations.count - 1] * 2)
    }
    return dilations
  }

  /// The convolution, with zeros beyond both ends.
  package static func convolved(_ window: [Double], _ kernel: [Int], _ dilation: Int) -> [Double] {
    (0..<window.count).map { place in
      var (all, three) = (0.0, 0.0)
      for tap in 0..<9 {
        let at = place + (tap - 4) * dilation
        guard window.indices.contains(at) else { continue }
        all += window[at]
        if tap == kernel[0] || tap == kernel[1] || tap == kernel[2] { three += window[at] }
      }
      // -1 for all, and 3 more for three of them.
      return 3 * three - all
    }
  }

  package var names: [String] { (0..<biases.count).map { "rocket\($0 + 1)" } }

  package func vector(of window: [Double]) -> [Double] {
    let span = window.span
    return biases.indices.map { number in
      let (kernel, dilation) = (Self.kernels[number % 84], dilations[number / 84])
      // Every second kernel leaves out where it reaches beyond the ends.
      let margin = number % 2 == 0 ? 0 : min(4 * dilation, (window.count - 1) / 2)
      var above = 0
      for place in margin..<window.count - margin {
        var (all, three) = (0.0, 0.0)
        for tap in 0..<9 {
          let at = place + (tap - 4) * dilation
          guard at >= 0, at < span.count else { continue }
          all += span[at]
          if tap == kernel[0] || tap == kernel[1] || tap == kernel[2] { three += span[at] }
        }
        if 3 * three - all > biases[number] { above += 1 }
      }
      return Double(above) / Double(window.count - 2 * margin)
    }
  }
}

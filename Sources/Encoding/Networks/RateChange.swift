import Numerics

/// Sound at another rate: each sample is the sum of those around its moment, weighted by a windowed sinc.
///
/// - Complexity: O(samples of the result × 32), more where the rate falls.
/// - Source: Smith and Gossett, *A Flexible Sampling-Rate Conversion Method*, ICASSP 1984, with a Hann window over 16
///   zero crossings to each side.
package enum RateChange {
  private static let crossings = 16.0

  package static func samples(_ samples: [Float], from old: Double, to new: Double) -> [Float] {
    guard old != new, !samples.isEmpty, old > 0, new > 0 else { return samples }
    let step = old / new
    // Where the rate falls, what the new one cannot hold is taken away.
    let cut = min(1, new / old)
    let reach = crossings / cut
    let count = Int((Double(samples.count) / step).rounded(.down))
    return (0..<max(1, count)).map { place in
      let center = Double(place) * step
      let low = max(0, Int((center - reach).rounded(.up)))
      let high = min(samples.count - 1, Int((center + reach).rounded(.down)))
      guard low <= high else { return 0 }
      var sum = 0.0
      for at in low...high {
        let distance = Double(at) - center
        let window = 0.5 + 0.5 * cosine(Double.pi * distance / reach)
        sum += Double(samples[at]) * sinc(distance * cut) * cut * window
      }
      return Float(sum)
    }
  }

  private static func sinc(_ x: Double) -> Double {
    x == 0 ? 1 : sine(Double.pi * x) / (Double.pi * x)
  }
}

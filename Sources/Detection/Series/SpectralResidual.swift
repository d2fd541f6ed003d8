package import Numerics

/// Scores moments by the saliency that is left when the expected spectrum of the series is taken out.
///
/// - Input: see `ChannelDetector`; the whole stretch is transformed at once, so a row's score depends on all.
/// - Output: the saliency over its mean; about 1 is ordinary.
/// - Complexity: O(*n* log *n*), memory O(*n*).
/// - Source: Ren and others, *Time-series anomaly detection service at Microsoft*, KDD 2019, equations 1 to 7.
/// - Differs: as in TSB-AD, the spectrum is smoothed over 100 frequencies (3 in the paper), which it meets at its ends
///   with the first and the last value of the series, scaled to 0...1; the score is the saliency itself.
package struct SpectralResidual: ChannelMethod {
  package static let name = "spectral"
  package static let meaning = "saliency over its mean"
  /// Neighbouring frequencies whose mean is expected.
  package let filter: Int
  package var leastRows: Int { 4 }

  package init(filter: Int = 100) { self.filter = filter }

  package func fit(_ values: [Double], work: Work) throws(DetectionError) -> Fitted {
    if filter < 1 { throw .parameter(name: "filter", reason: "must be at least 1") }
    return Fitted(filter: filter)
  }

  package struct Fitted: FittedChannel {
    let filter: Int

    package func statistic(of values: [Double], work: Work) throws(DetectionError) -> [Double] {
      let count = values.count
      guard let low = values.min(), let high = values.max(), high > low, count >= 4 else {
        return [Double](repeating: 0, count: count)
      }
      let scaled = values.map { ($0 - low) / (high - low) }
      let transform = RealFourier(length: count)
      // The spectrum of a real series mirrors itself, and so does all that is made of its sizes.
      let spectrum = transform.forward(scaled)
      let smallest = 1e-15
      let logs = spectrum.real.indices.map { k in
        let squared = spectrum.real[k] * spectrum.real[k] + spectrum.imaginary[k] * spectrum.imaginary[k]
        return logarithm(max(squared, smallest * smallest)) / 2
      }
      // The size exp(log A − expected) over the amplitude A that it replaces: A cancels out.
      var factors = smoothed(logs, ends: (scaled[0], scaled[count - 1]))
      for k in factors.indices { factors[k] = -factors[k] }
      Elementary.exponentiate(&factors)
      let back = transform.backward(
        real: factors.indices.map { spectrum.real[$0] * factors[$0] },
        imaginary: factors.indices.map { spectrum.imaginary[$0] * factors[$0] })
      var sum = 0.0
      for value in back { sum += abs(value) }
      let share = sum > 0 ? Double(count) / sum : 0
      return back.map { abs($0) * share }
    }

    /// The mean log amplitude around each frequency; the constant keeps its own.
    private func smoothed(_ logs: [Double], ends: (first: Double, last: Double)) -> [Double] {
      let half = logs.count - 1
      let before = (filter - 1) / 2
      let padded =
        [Double](repeating: ends.first, count: before) + logs[1...half]
        + [Double](repeating: ends.last, count: filter - before - 1)
      var result = logs
      var sum = 0.0
      for place in 0..<filter - 1 { sum += padded[place] }
      for k in 0..<half {
        sum += padded[k + filter - 1]
        result[k + 1] = sum / Double(filter)
        sum -= padded[k]
      }
      return result
    }
  }
}

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
      let none = [Double](repeating: 0, count: count)
      guard let low = values.min(), let high = values.max(), high > low, count >= 4 else { return none }
      let scaled = values.map { ($0 - low) / (high - low) }
      let transform = FourierTransform(length: count)
      let spectrum = transform.forward(real: scaled, imaginary: none)
      let amplitudes = (0..<count).map { k in
        (spectrum.real[k] * spectrum.real[k] + spectrum.imaginary[k] * spectrum.imaginary[k]).squareRoot()
      }
      // The spectrum of a real series mirrors itself.
      var logs = amplitudes.prefix(count / 2 + 1).map { logarithm(max($0, 1e-15)) }
      for k in logs.count..<count { logs.append(logs[count - k]) }
      let expected = smoothed(logs, ends: (scaled[0], scaled[count - 1]))
      // The conjugate, so that the forward transform serves as the inverse one: only the size counts.
      var sizes = (0..<count).map { logs[$0] - expected[$0] }
      Elementary.exponentiate(&sizes)
      for k in 0..<count { sizes[k] /= max(amplitudes[k], 1e-15) }
      let back = transform.forward(
        real: (0..<count).map { spectrum.real[$0] * sizes[$0] },
        imaginary: (0..<count).map { -spectrum.imaginary[$0] * sizes[$0] })
      let saliency = (0..<count).map {
        (back.real[$0] * back.real[$0] + back.imaginary[$0] * back.imaginary[$0]).squareRoot()
      }
      let mean = Statistics.mean(saliency)
      return mean > 0 ? saliency.map { $0 / mean } : none
    }

    /// The mean log amplitude around each frequency; the constant keeps its own.
    private func smoothed(_ logs: [Double], ends: (first: Double, last: Double)) -> [Double] {
      let half = logs.count / 2
      let before = (filter - 1) / 2
      let padded =
        [Double](repeating: ends.first, count: before) + logs[1...half]
        + [Double](repeating: ends.last, count: filter - before - 1)
      var sums = [0.0]
      for value in padded { sums.append(sums[sums.count - 1] + value) }
      let means = (0..<half).map { (sums[$0 + filter] - sums[$0]) / Double(filter) }
      let mirrored = (logs.count % 2 == 0 ? means.dropLast() : means[...]).reversed()
      return [logs[0]] + means + mirrored
    }
  }
}

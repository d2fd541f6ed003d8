/// Turns the vectors of a clip's frames into one vector.
package enum ClipPooling: String, Sendable, CaseIterable {
  case mean, deviation = "sd", lowest = "min", highest = "max"
  /// The weighted mean of the sorted values, the largest weighing most: between the maximum and the mean.
  case ranked = "gwrp"
  /// The mean over a third of the frames: what comes first and what last is kept apart.
  case start, middle, end

  /// - Parameter decay: of the weights of `ranked`: 0 gives the maximum, 1 the mean.
  /// - Source: `ranked` is the global weighted rank pooling of Kolesnikov and Lampert, ECCV 2016, equation 4, used over time by Guan
  ///   et al., *Time-weighted frequency domain audio representation*, ICASSP 2023.
  package func pool(_ values: [Double], decay: Double) -> Double {
    guard !values.isEmpty else { return .nan }
    let count = Double(values.count)
    switch self {
    case .mean: return values.reduce(0, +) / count
    case .deviation:
      let mean = values.reduce(0, +) / count
      return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    case .lowest: return values.min() ?? .nan
    case .highest: return values.max() ?? .nan
    case .ranked:
      var (sum, total, weight) = (0.0, 0.0, 1.0)
      for value in values.sorted(by: >) {
        sum += weight * value
        total += weight
        weight *= decay
        if weight == 0 { break }
      }
      return sum / total
    case .start: return Self.meanOfThird(0, values)
    case .middle: return Self.meanOfThird(1, values)
    case .end: return Self.meanOfThird(2, values)
    }
  }

  /// Thirds of at least one frame; those of a clip of one or two frames share it.
  private static func meanOfThird(_ third: Int, _ values: [Double]) -> Double {
    let first = min(third * values.count / 3, values.count - 1)
    let last = max((third + 1) * values.count / 3, first + 1)
    return values[first..<last].reduce(0, +) / Double(last - first)
  }
}

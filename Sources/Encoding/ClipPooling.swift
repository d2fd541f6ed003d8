/// Turns the vectors of a clip's frames into one vector.
package enum ClipPooling: String, Sendable, CaseIterable {
  case mean, deviation = "sd", lowest = "min", highest = "max"
  /// The weighted mean of the sorted values, the largest weighing most: between the maximum and the mean.
  case ranked = "gwrp"

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
    }
  }
}

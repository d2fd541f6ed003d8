import Numerics
import Values

/// How one number is made out of a row's deviations.
package enum DeviationSummary: String, Sendable, Codable, CaseIterable {
  /// The largest: a row is as odd as its oddest feature.
  case largest
  /// The mean over the features that are there.
  case mean
  /// The root of the mean square.
  case rootMeanSquare
}

/// Which values are anomalous.
package enum DeviationSide: String, Sendable, Codable, CaseIterable {
  case high, low
}

/// How far values lie from each feature's center, in units of its scale: what `zscore`, `mad` and `iqr` share.
struct Deviations: Sendable, Codable, Equatable {
  let centers: [Double]
  let scales: [Double]
  let summary: DeviationSummary
  /// Distances from the center that do not count; none if empty.
  var reaches: [Double] = []
  /// Both sides if nil.
  var side: DeviationSide?

  /// 0 for a missing value.
  func deviation(_ value: Double, _ column: Int) -> Double {
    if value.isNaN { return 0 }
    let above = value - centers[column]
    // One side keeps its order beyond the center, where scores are negative.
    if let side {
      return max(-largestScore, min((side == .high ? above : -above) / scales[column], largestScore))
    }
    let distance = abs(above) - (reaches.isEmpty ? 0 : reaches[column])
    return max(0, min(distance / scales[column], largestScore))
  }

  func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
    try rows.require(features: centers.count)
    if side == nil, summary == .largest { return try largest(of: rows, work: work) }
    return try rows.scoreRows(work: work) { row in
      var total = side != nil && summary == .largest ? -largestScore : 0
      var present = 0
      for (column, value) in row.enumerated() where !value.isNaN {
        let deviation = deviation(value, column)
        present += 1
        switch summary {
        case .largest: total = max(total, deviation)
        case .mean: total += deviation
        case .rootMeanSquare: total += max(0, deviation) * max(0, deviation)
        }
      }
      if present == 0 { return 0 }
      switch summary {
      case .largest: return total
      case .mean: return total / Double(present)
      case .rootMeanSquare: return (total / Double(present)).squareRoot()
      }
    }
  }

  private func largest(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
    let reaches = reaches.isEmpty ? [Double](repeating: 0, count: centers.count) : reaches
    let size = max(16, 65_536 / max(1, centers.count))
    return try cancellable { () throws(Cancelled) in
      try work.fill(rows.rowCount, size: size, stage: "scoring") { range, target in
        rows.matrix.largestDeviations(
          range, centers: centers, reaches: reaches, scales: scales, limit: largestScore, into: &target)
      }
    }
  }

  func contributions(
    to rows: Observations, meaning: String, work: Work
  ) throws(DetectionError) -> Contributions {
    try rows.require(features: centers.count)
    let values = try rows.mapCells(work: work, stage: "contributions") { max(0, deviation($0, $1)) }
    return rows.contributions(values, meaning: meaning)
  }
}

/// The mean and the standard deviation (dividing by n); squares of large values do not overflow.
func moments(of values: [Double]) -> (mean: Double, deviation: Double) {
  if values.isEmpty { return (0, 0) }
  // Rounding alone makes the mean of equal numbers differ from them.
  if values.allSatisfy({ $0 == values[0] }) { return (values[0], 0) }
  let count = Double(values.count)
  let mean = sumInFours(values) { $0 } / count
  var (largest, other) = (0.0, 0.0)
  for pair in 0..<values.count / 2 {
    largest = max(largest, abs(values[2 * pair] - mean))
    other = max(other, abs(values[2 * pair + 1] - mean))
  }
  largest = max(largest, other, abs(values[values.count - 1] - mean))
  let factor = 1 / largest
  if !factor.isFinite { return (mean, largest) }
  let squares = sumInFours(values) { ($0 - mean) * factor * (($0 - mean) * factor) }
  return (mean, largest * (squares / count).squareRoot())
}

/// Four sums side by side, so that no addition waits for the one before.
@inline(__always)
private func sumInFours(_ values: [Double], _ term: (Double) -> Double) -> Double {
  var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
  let whole = values.count / 4 * 4
  for start in stride(from: 0, to: whole, by: 4) {
    a += term(values[start])
    b += term(values[start + 1])
    c += term(values[start + 2])
    d += term(values[start + 3])
  }
  for place in whole..<values.count { a += term(values[place]) }
  return (a + b) + (c + d)
}

/// The median and the scaled median absolute deviation.
func medianMoments(of values: [Double]) -> (median: Double, deviation: Double) {
  guard let median = Selection.median(of: values) else { return (0, 0) }
  let deviation = Selection.median(of: values.map { abs($0 - median) }) ?? 0
  return (median, Statistics.normalConsistency * deviation)
}

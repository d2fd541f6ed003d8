package import Numerics
package import Values

/// Scores rows by how much more alike the rows are without them.
///
/// - Input: `n` × `d`, complete. Columns are standardised.
/// - Output: the smoothing factor: the number of the other rows times the fall of the dissimilarity when the row is left out,
///   summed over the columns, in standard deviations (their squares for the variance). Of a row that was not fitted on: times
///   the rise when it is added. Negative where the row makes the rows more alike.
/// - Complexity: fit O(*n d* log *n*), score O(*d* log *n*) a row.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below three rows.
/// - Source: Arning, Agrawal and Raghavan, *A linear method for deviation detection in large databases*, KDD 1996, section 3
///   (dissimilarity, cardinality and smoothing factor).
/// - Differs: exception sets of one row, all of them, where the paper goes through the rows in some random orders.
package struct SmoothingFactor: Detector, Equatable {
  package static let name = "lmdd"

  package enum Dissimilarity: String, Sendable, Codable, CaseIterable {
    /// Mean distance from the mean.
    case aad
    case variance
    /// Third less first quartile.
    case iqr
  }

  package let dissimilarity: Dissimilarity
  package init(dissimilarity: Dissimilarity = .aad) { self.dissimilarity = dissimilarity }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    let rows = try ReferenceRows(training, atLeast: 3, scaling: .standard, work: work)
    let matrix = rows.matrix
    let columns = try cancellable { () throws(Cancelled) in
      try work.map(matrix.columns, stage: "sorting") { AlikeColumn(matrix.column($0)) }
    }
    return Model(rows: rows.keeping([]), columns: columns, dissimilarity: dissimilarity)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = SmoothingFactor.name
    package static let needsCompleteRows = true
    /// Only their scale.
    let rows: ReferenceRows
    let columns: [AlikeColumn]
    let dissimilarity: Dissimilarity

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try factors(rows, isTraining: false, work: work)
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      try factors(training, isTraining: true, work: work)
    }

    private func factors(
      _ rows: Observations, isTraining: Bool, work: Work
    ) throws(DetectionError) -> [Double] {
      try self.rows.scoreRows(rows, cost: 100 * columns.count, work: work) { _, values in
        var sum = 0.0
        for (value, column) in zip(values, columns) {
          sum += column.factor(of: value, dissimilarity, isTraining: isTraining)
        }
        return max(-largestScore, sum)
      }
    }

    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      let scaled = try self.rows.scaled(rows, work: work)
      let values = try cancellable { () throws(Cancelled) in
        try work.fill(scaled.rows, stride: columns.count, size: 256, stage: "contributions") {
          range, target in
          for cell in 0..<range.count * columns.count {
            let column = columns[cell % columns.count]
            let value = scaled.values[range.lowerBound * columns.count + cell]
            target[cell] = max(0, column.factor(of: value, dissimilarity, isTraining: false))
          }
        }
      }
      return rows.contributions(values, meaning: "smoothing factor of the column")
    }
  }
}

/// The sorted numbers of a column with their running sums.
struct AlikeColumn: Sendable, Codable, Equatable {
  private let sorted: [Double]
  private let sums: [Double]
  private let mean: Double
  private let variance: Double

  init(_ values: [Double]) {
    sorted = values.sorted()
    var sum = 0.0
    sums =
      [0]
      + sorted.map {
        sum += $0
        return sum
      }
    mean = sum / Double(values.count)
    let center = mean
    variance = values.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(values.count)
  }

  func factor(of value: Double, _ measure: SmoothingFactor.Dissimilarity, isTraining: Bool) -> Double {
    let n = Double(sorted.count)
    let own = dissimilarity(measure)
    return isTraining
      ? (n - 1) * (own - dissimilarity(measure, changed: value, by: -1))
      : n * (dissimilarity(measure, changed: value, by: 1) - own)
  }

  /// Of the column, with one value more or less.
  private func dissimilarity(
    _ measure: SmoothingFactor.Dissimilarity, changed value: Double = 0, by step: Int = 0
  ) -> Double {
    let n = Double(sorted.count)
    let count = n + Double(step)
    let shift = Double(step) * (value - mean) / count
    switch measure {
    case .variance:
      return max(0, (n * variance + Double(step) * (value - mean) * (value - mean)) / count - shift * shift)
    case .aad:
      let center = mean + shift
      let below = place(of: center)
      let left = center * Double(below) - sums[below]
      let right = (sums[sorted.count] - sums[below]) - center * (n - Double(below))
      return max(0, (left + right + Double(step) * abs(value - center)) / count)
    case .iqr:
      return quantile(0.75, changed: value, by: step) - quantile(0.25, changed: value, by: step)
    }
  }

  /// How many numbers lie below.
  private func place(of value: Double) -> Int {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Type 7, as everywhere.
  private func quantile(_ share: Double, changed value: Double, by step: Int) -> Double {
    let count = sorted.count + step
    let position = share * Double(count - 1)
    let below = Int(position)
    let border = step == 0 ? sorted.count : place(of: value)
    func at(_ rank: Int) -> Double {
      let rank = min(rank, count - 1)
      if step == 0 || rank < border { return sorted[rank] }
      if step > 0 { return rank == border ? value : sorted[rank - 1] }
      return sorted[rank + 1]
    }
    let rest = position - Double(below)
    return rest == 0 ? at(below) : at(below) + rest * (at(below + 1) - at(below))
  }
}

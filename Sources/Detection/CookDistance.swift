package import Numerics
package import Values

/// Scores rows by how far they would pull the regressions of each column on the others.
///
/// - Input: `n` × `d`, complete, any scale.
/// - Output: Cook's distance, the mean over the columns as response, ≥ 0; at most 1e100. Of a training row the distance when
///   it is left out, of another one when it is added.
/// - Complexity: fit O(*n d*² + *d*³), score O(*d*²) a row: all regressions follow from one inverse.
/// - Throws: `missing` for an incomplete row; `tooFewRows` unless there are at least two rows more than columns.
/// - Source: Cook, *Detection of influential observation in linear regression*, Technometrics 1977, equation 5; every column
///   in turn as response as in PyOD (`CD`).
/// - Differs: variances below 1e-9 of the largest are raised to it, so that constant and copied columns can be regressed.
package struct CookDistance: Detector, Equatable {
  package static let name = "cook"
  package init() {}

  private static let smallestShare = 1e-9

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    let d = training.matrix.columns
    let rows = try ReferenceRows(training, atLeast: d + 2, scaling: .standard, work: work)
    let (mean, covariance) = try cancellable { () throws(Cancelled) in
      try rows.matrix.weightedMoments([Double](repeating: 1, count: rows.matrix.rows), work: work)
    }
    var precision = Matrix(rows: d, columns: d)
    if let eigen = SymmetricEigen(covariance), let largest = eigen.values.first, largest > 0 {
      for i in 0..<d {
        for j in 0..<d {
          for l in 0..<d {
            precision[i, j] +=
              eigen.vectors[i, l] * eigen.vectors[j, l] / max(eigen.values[l], Self.smallestShare * largest)
          }
        }
      }
    } else {
      for i in 0..<d { precision[i, i] = 1 }
    }
    return Model(
      rows: rows.keeping([]), mean: mean, precision: precision, count: Double(training.rowCount))
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = CookDistance.name
    package static let needsCompleteRows = true
    /// Only their scale.
    let rows: ReferenceRows
    let mean: [Double]
    /// The inverse covariance (over n).
    let precision: Matrix
    let count: Double

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try scores(of: rows, isTraining: false, work: work)
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      try scores(of: training, isTraining: true, work: work)
    }

    private func scores(
      of rows: Observations, isTraining: Bool, work: Work
    ) throws(DetectionError) -> [Double] {
      let d = mean.count
      return try self.rows.scoreRows(rows, cost: 4 * d * d, work: work) { _, values in
        distances(values, isTraining: isTraining).reduce(0) { $0 + $1 / Double(d) }
      }
    }

    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      let scaled = try self.rows.scaled(rows, work: work)
      let values = try cancellable { () throws(Cancelled) in
        try work.fill(scaled.rows, stride: scaled.columns, size: 256, stage: "contributions") {
          range, target in
          for row in range {
            for (column, value) in distances(scaled.row(row), isTraining: false).enumerated() {
              target[(row - range.lowerBound) * scaled.columns + column] = value
            }
          }
        }
      }
      return rows.contributions(values, meaning: "Cook's distance with the column as response")
    }

    /// One a response. With P the inverse covariance and g = P (x − mean), the residual of column j is gⱼ / Pⱼⱼ, its variance
    /// 1 / Pⱼⱼ, and the squared distance of the other columns g · (x − mean) − gⱼ² / Pⱼⱼ.
    private func distances(_ values: ArraySlice<Double>, isTraining: Bool) -> [Double] {
      let d = mean.count
      let x = zip(values, mean).map { $0 - $1 }
      var g = [Double](repeating: 0, count: d)
      for i in 0..<d { for j in 0..<d { g[i] += precision[i, j] * x[j] } }
      let whole = zip(x, g).reduce(0) { $0 + $1.0 * $1.1 }
      let parameters = Double(d)
      return (0..<d).map { column in
        let explained = g[column] * g[column] / precision[column, column]
        let leverage = (1 + max(0, whole - explained)) / count
        // Squared residual over p times the residual variance of n − p degrees.
        let relative = explained * (count - parameters) / (count * parameters)
        let factor =
          isTraining
          ? leverage / max((1 - leverage) * (1 - leverage), 1e-12) : leverage / (1 + leverage)
        return min(relative * factor, largestScore)
      }
    }
  }
}

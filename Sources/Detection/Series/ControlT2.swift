package import Numerics
package import Values

/// Scores moments by Hotelling's T² of the mean of the last rows.
///
/// - Input: rows in order of time, complete.
/// - Output: *w* (x̄ - μ)ᵀ S⁻¹ (x̄ - μ) for the mean x̄ of the last *w* rows, in √ of it; about χ of the number of
///   channels under control. The first rows average what is there.
/// - Complexity: fit O(*n d²* + *d³*), score O(*n (w d + d²)*).
/// - Source: Hotelling, *Multivariate quality control*, 1947; subgroups of individual rows as in Montgomery,
///   *Introduction to statistical quality control*, equation 11.19.
/// - Differs: the covariance has a ridge of 1e-6 of its mean variance.
package struct ControlT2: Detector, Equatable {
  package static let name = "hotelling"
  package let window: Int

  package init(window: Int = 5) { self.window = window }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if window < 1 { throw .parameter(name: "window", reason: "must hold at least 1 row") }
    let channels = training.features.count
    let reference = try ReferenceRows(training, atLeast: channels + 2, scaling: .standard, work: work)
    let values = reference.matrix
    var covariance = Matrix(rows: channels, columns: channels)
    for row in 0..<values.rows {
      try work.pause(at: row)
      for a in 0..<channels {
        for b in 0..<channels { covariance[a, b] += values[row, a] * values[row, b] / Double(values.rows) }
      }
    }
    var identity = Matrix(rows: channels, columns: channels)
    for a in 0..<channels {
      covariance[a, a] += 1e-6
      identity[a, a] = 1
    }
    guard let factor = Cholesky(covariance) else {
      throw .parameter(name: "window", reason: "does not help: the covariance cannot be inverted")
    }
    return Model(reference: reference.keeping([0]), window: window, precision: factor.solve(identity))
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = ControlT2.name
    package static let readsSeries = true
    let reference: ReferenceRows
    let window: Int
    let precision: Matrix

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let parts = try terms(of: rows, work: work)
      return try parts.mapRows(cost: parts.columns, stage: "scoring", work: work) { _, terms in
        min(max(terms.reduce(0, +), 0).squareRoot(), largestScore)
      }
    }

    /// Each channel's term of T²; negative ones are shown as 0.
    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      rows.contributions(
        try terms(of: rows, work: work).values.map { min(max($0, 0), largestScore) }, meaning: "parts of T²")
    }

    private func terms(of rows: Observations, work: Work) throws(DetectionError) -> Matrix {
      let values = try reference.scaled(rows, work: work)
      let channels = values.columns
      let window = window
      let precision = precision
      let terms = try cancellable { () throws(Cancelled) in
        try work.fill(
          values.rows, stride: channels, size: max(1, 100_000 / (channels * (channels + window))),
          stage: "scoring"
        ) { range, target in
          for row in range {
            let first = max(0, row - window + 1)
            let mean = (0..<channels).map { c in
              (first...row).reduce(0.0) { $0 + values[$1, c] } / Double(row - first + 1)
            }
            for a in 0..<channels {
              var sum = 0.0
              for b in 0..<channels { sum += precision[a, b] * mean[b] }
              target[(row - range.lowerBound) * channels + a] = Double(row - first + 1) * mean[a] * sum
            }
          }
        }
      }
      return Matrix(rows: values.rows, columns: channels, values: terms)
    }
  }
}

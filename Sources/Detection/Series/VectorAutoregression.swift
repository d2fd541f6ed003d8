package import Numerics
package import Values

/// Scores moments by how far all channels together lie from what their last values foretell.
///
/// - Input: complete, evenly spaced rows; more training rows than lags × channels.
/// - Output: the Mahalanobis distance of the forecast errors from 0; the first rows score 0.
/// - Complexity: fit O(*n (p d)²* + (*p d*)³), score O(*n p d²*); memory O((*p d*)² + *n d*).
/// - Source: Sims, *Macroeconomics and reality*, Econometrica 1980; least squares channel by channel as in Lütkepohl,
///   *New introduction to multiple time series analysis*, equation 3.2.10.
/// - Differs: a ridge of 1e-6 of the mean square keeps channels that repeat each other harmless.
package struct VectorAutoregression: Detector, Equatable {
  package static let name = "var"
  package let order: Int

  package init(order: Int = 2) { self.order = order }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if !(1...100).contains(order) { throw .parameter(name: "order", reason: "must lie in 1...100") }
    let channels = training.features.count
    try training.require(rows: order * (channels + 1) + channels + 4)
    let reference = try ReferenceRows(training, atLeast: 4, scaling: .standard, work: work)
    let values = reference.matrix
    let width = order * channels + 1
    let normal = try Self.products(values, order: order, work: work)
    var left = Matrix(rows: width, columns: width)
    var right = Matrix(rows: width, columns: channels)
    for a in 0..<width {
      for b in 0..<width { left[a, b] = normal[a, b] }
      for b in 0..<channels { right[a, b] = normal[a, width + b] }
    }
    let ridge = 1e-6 * max((0..<width).reduce(0.0) { $0 + left[$1, $1] } / Double(width), 1)
    for a in 0..<width { left[a, a] += ridge }
    let weights = Cholesky(left)?.solve(right) ?? Matrix(rows: width, columns: channels)
    let blank = Model(
      reference: reference.keeping([0]), order: order, weights: weights,
      precision: Matrix(rows: 0, columns: 0))
    let misses = try blank.misses(of: values, work: work)
    var covariance = Matrix(rows: channels, columns: channels)
    for row in order..<misses.rows {
      for a in 0..<channels { for b in 0..<channels { covariance[a, b] += misses[row, a] * misses[row, b] } }
    }
    let count = Double(misses.rows - order)
    let trace = (0..<channels).reduce(0.0) { $0 + covariance[$1, $1] / count } / Double(channels)
    for a in 0..<channels {
      for b in 0..<channels { covariance[a, b] /= count }
      covariance[a, a] += max(1e-6 * trace, 1e-12)
    }
    var identity = Matrix(rows: channels, columns: channels)
    for a in 0..<channels { identity[a, a] = 1 }
    guard let factor = Cholesky(covariance) else {
      throw .parameter(name: "order", reason: "leaves forecast errors whose spread cannot be computed")
    }
    return Model(
      reference: reference.keeping([0]), order: order, weights: weights, precision: factor.solve(identity))
  }

  /// Sums of products of (1, lagged values) with (1, lagged values, values).
  private static func products(_ values: Matrix, order: Int, work: Work) throws(DetectionError) -> Matrix {
    let channels = values.columns
    let width = order * channels + 1
    var sums = Matrix(rows: width, columns: width + channels)
    var row = [Double](repeating: 1, count: width + channels)
    for t in order..<values.rows {
      try work.pause(at: t)
      for lag in 1...order {
        for c in 0..<channels { row[1 + (lag - 1) * channels + c] = values[t - lag, c] }
      }
      for c in 0..<channels { row[width + c] = values[t, c] }
      for a in 0..<width {
        for b in 0..<width + channels { sums.values[a * (width + channels) + b] += row[a] * row[b] }
      }
    }
    return sums
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = VectorAutoregression.name
    package static let readsSeries = true
    let reference: ReferenceRows
    let order: Int
    let weights: Matrix
    /// The inverse covariance of the errors.
    let precision: Matrix

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let misses = try misses(of: reference.scaled(rows, work: work), work: work)
      return try misses.mapRows(cost: weights.values.count, stage: "scoring", work: work) { _, miss in
        min(max(terms(miss).reduce(0, +), 0).squareRoot(), largestScore)
      }
    }

    /// Each channel's term of the squared distance; negative ones are shown as 0.
    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      let misses = try misses(of: reference.scaled(rows, work: work), work: work)
      return rows.contributions(
        (0..<misses.rows).flatMap { terms(misses.row($0)).map { min(max($0, 0), largestScore) } },
        meaning: "parts of the squared distance of the forecast error")
    }

    private func terms(_ miss: ArraySlice<Double>) -> [Double] {
      let miss = Array(miss)
      return miss.indices.map { a in
        miss[a] * miss.indices.reduce(0) { $0 + precision[a, $1] * miss[$1] }
      }
    }

    /// Values less their forecasts; 0 in the first rows. Beyond 1e40 deviations counts as that.
    func misses(of values: Matrix, work: Work) throws(DetectionError) -> Matrix {
      let channels = values.columns
      var result = Matrix(rows: values.rows, columns: channels)
      for t in order..<max(order, values.rows) {
        try work.pause(at: t)
        for c in 0..<channels {
          var miss = values[t, c] - weights[0, c]
          for lag in 1...order {
            for source in 0..<channels {
              miss -= weights[1 + (lag - 1) * channels + source, c] * values[t - lag, source]
            }
          }
          result[t, c] = max(-1e40, min(miss, 1e40))
        }
      }
      return result
    }
  }
}

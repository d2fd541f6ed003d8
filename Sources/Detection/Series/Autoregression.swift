package import Numerics

/// Scores moments by how far they lie from what the values before them foretell.
///
/// - Input: see `ChannelDetector`.
/// - Output: the miss of a linear forecast from the last *p* values, in usual misses; 0 for the first *p* rows.
/// - Complexity: fit O(*n p²* + *p³*), score O(*n p*).
/// - Source: Yule, 1927; least squares as in Box and Jenkins, *Time series analysis*, 1970, section 7.3.
/// - Differs: fitted twice, the second time without rows that the first fit missed by more than four usual misses, so
///   that anomalies among the training rows hardly bend the forecast.
package struct Autoregression: ChannelMethod {
  package static let name = "ar"
  package static let meaning = "forecast error in usual errors"
  package let order: Int
  package var leastRows: Int { 2 * order + 4 }

  package init(order: Int = 10) { self.order = order }

  /// Misses beyond this many usual ones are left out of the second fit.
  private static let trimming = 4.0

  package func fit(_ values: [Double], work: Work) throws(DetectionError) -> Fitted {
    if !(1...1000).contains(order) { throw .parameter(name: "order", reason: "must lie in 1...1000") }
    let all = Array(order..<values.count)
    let first = try Fitted(order: order, values: values, rows: all, work: work)
    let misses = first.residuals(of: values)
    let scale = ResidualScale(misses.dropFirst(order)).value
    let kept = all.filter { abs(misses[$0]) <= Self.trimming * scale }
    if kept.count < order + 2 || kept.count == all.count { return first }
    return try Fitted(order: order, values: values, rows: kept, work: work)
  }

  package struct Fitted: FittedChannel {
    let order: Int
    /// The constant, then the weights of the last value, the one before it and so on.
    let weights: [Double]
    let scale: ResidualScale

    init(order: Int, values: [Double], rows: [Int], work: Work) throws(DetectionError) {
      self.order = order
      var normal = Matrix(rows: order + 1, columns: order + 1)
      var right = Matrix(rows: order + 1, columns: 1)
      var regressors = [Double](repeating: 1, count: order + 1)
      for (step, row) in rows.enumerated() {
        try work.pause(at: step)
        for lag in 1...order { regressors[lag] = values[row - lag] }
        for a in 0...order {
          for b in 0...a { normal[a, b] += regressors[a] * regressors[b] }
          right[a, 0] += regressors[a] * values[row]
        }
      }
      let size = (0...order).reduce(0.0) { $0 + normal[$1, $1] } / Double(order + 1)
      for a in 0...order {
        for b in 0..<a { normal[b, a] = normal[a, b] }
        normal[a, a] += 1e-9 * max(size, 1)
      }
      weights = Cholesky(normal)?.solve(right).values ?? [Double](repeating: 0, count: order + 1)
      var misses: [Double] = []
      for row in rows { misses.append(Self.miss(weights, values, row)) }
      scale = ResidualScale(misses)
    }

    private static func miss(_ weights: [Double], _ values: [Double], _ row: Int) -> Double {
      var forecast = weights[0]
      for lag in 1..<weights.count { forecast += weights[lag] * values[row - lag] }
      return values[row] - forecast
    }

    /// 0 for the first rows.
    func residuals(of values: [Double]) -> [Double] {
      values.indices.map { $0 < order ? 0 : Self.miss(weights, values, $0) }
    }

    package func statistic(of values: [Double], work: Work) throws(DetectionError) -> [Double] {
      scale.deviations(residuals(of: values))
    }
  }
}

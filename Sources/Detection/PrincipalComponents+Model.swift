package import Numerics
package import Values

/// Centers and scales, one a column.
struct Standardisation: Sendable, Codable, Equatable {
  let centers: [Double]
  let scales: [Double]

  /// So far out that its square times the columns stays finite.
  private static let farthest = 1e120

  /// The rows of the range, standardised.
  func apply(_ matrix: Matrix, _ range: Range<Int>, within limit: Double = .infinity) -> [Double] {
    padded(matrix, range, within: limit, stride: matrix.columns)
  }

  private func padded(
    _ matrix: Matrix, _ range: Range<Int>, within limit: Double, stride: Int
  ) -> [Double] {
    var values = [Double](repeating: 0, count: range.count * stride)
    var target = values.mutableSpan
    matrix.standardise(
      range, centers: centers, scales: scales, limit: min(limit, Self.farthest), into: &target,
      stride: stride)
    return values
  }

  /// All rows, standardised.
  func apply(_ matrix: Matrix, within limit: Double, work: Work) throws(Cancelled) -> Matrix {
    let (columns, limit) = (matrix.columns, min(limit, Self.farthest))
    let size = max(16, 131_072 / max(1, columns))
    let values = try work.fill(matrix.rows, stride: columns, size: size, stage: "scaling") { range, target in
      matrix.standardise(
        range, centers: centers, scales: scales, limit: limit, into: &target, stride: columns)
    }
    return Matrix(rows: matrix.rows, columns: columns, values: values)
  }

  /// The mean and the covariance (over n) of the standardised rows, pulled in to `limit`; fixed chunks added in order.
  func moments(
    of matrix: Matrix, within limit: Double, work: Work
  ) throws(Cancelled) -> (mean: [Double], covariance: Matrix) {
    let d = matrix.columns
    let (found, sums) =
      try d <= Self.mostChunked
      ? chunkedProducts(of: matrix, within: limit, work: work)
      : wideProducts(of: matrix, within: limit, work: work)
    var products = found
    let n = Double(matrix.rows)
    for i in 0..<d {
      for j in 0..<d { products[i, j] = (products[i, j] - sums[i] * (sums[j] / n)) / n }
    }
    return (sums.map { $0 / n }, products)
  }

  /// Columns up to which a matrix of products a chunk of rows takes little room.
  private static let mostChunked = 512

  /// Σ row ⊗ row and Σ row of the standardised rows, chunk after chunk.
  private func chunkedProducts(
    of matrix: Matrix, within limit: Double, work: Work
  ) throws(Cancelled) -> (products: Matrix, sums: [Double]) {
    let d = matrix.columns
    let stride = Kernels.best.padded(d)
    let size = max(64, min(512, (1 << 22) / (d * d)))
    let chunks = (matrix.rows + size - 1) / size
    let parts = try work.map(chunks, stage: "covariance") { chunk in
      let range = chunk * size..<min(matrix.rows, (chunk + 1) * size)
      let rows = padded(matrix, range, within: limit, stride: stride)
      var sum = [Double](repeating: 0, count: d)
      for row in 0..<range.count {
        for column in 0..<d { sum[column] += rows[row * stride + column] }
      }
      return (Matrix.scatter(rows, stride: stride, columns: d), sum)
    }
    var products = Matrix(rows: d, columns: d)
    var sums = [Double](repeating: 0, count: d)
    for (scatter, sum) in parts {
      for cell in 0..<d * d { products.values[cell] += scatter.values[cell] }
      for column in 0..<d { sums[column] += sum[column] }
    }
    return (products, sums)
  }

  /// The same, some rows of the products after others.
  private func wideProducts(
    of matrix: Matrix, within limit: Double, work: Work
  ) throws(Cancelled) -> (products: Matrix, sums: [Double]) {
    let rows = try apply(matrix, within: limit, work: work)
    var sums = [Double](repeating: 0, count: rows.columns)
    for row in 0..<rows.rows {
      for column in 0..<rows.columns { sums[column] += rows.values[row * rows.columns + column] }
    }
    return (try rows.product(rows, turning: .yes, work: work), sums)
  }
}

extension PrincipalComponents {
  package struct Model: FittedDetector, Equatable {
    package static let method = PrincipalComponents.name
    package static let needsCompleteRows = true
    /// Variances below this share of the largest are rounding.
    static let negligible = 1e-12

    let standardisation: Standardisation
    /// Largest first.
    package let variances: [Double]
    /// One component a column.
    package let vectors: Matrix
    package let retained: Int
    package let limitOfT2: Double
    package let limitOfQ: Double
    package let score: Score

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try overRows(rows, stride: 1, stage: "scoring", work: work) { standardised, projected, place, target in
        target[place] = value(standardised, projected)
      }
    }

    /// T² and Q of each row, not divided by their limits.
    package func statistics(
      of rows: Observations, work: Work
    ) throws(DetectionError) -> (t2: [Double], q: [Double]) {
      let pairs = try overRows(rows, stride: 2, stage: "scoring", work: work) { _, projected, place, target in
        (target[place], target[place + 1]) = statistics(projected)
      }
      return ((0..<rows.rowCount).map { pairs[2 * $0] }, (0..<rows.rowCount).map { pairs[2 * $0 + 1] })
    }

    private func statistics(_ projected: ArraySlice<Double>) -> (t2: Double, q: Double) {
      var t2 = 0.0
      var q = 0.0
      let start = projected.startIndex
      for j in 0..<retained { t2 += projected[start + j] * projected[start + j] / variances[j] }
      for j in retained..<variances.count { q += projected[start + j] * projected[start + j] }
      return (t2, q)
    }

    private func value(_ standardised: ArraySlice<Double>, _ projected: ArraySlice<Double>) -> Double {
      if score == .vectors { return min(vectorScore(standardised, projected), largestScore) }
      let (t2, q) = statistics(projected)
      let value =
        switch score {
        case .limits: max(t2 / limitOfT2, q / limitOfQ)
        case .combined, .vectors: t2 / limitOfT2 + q / limitOfQ
        case .t2: t2 / limitOfT2
        case .q: q / limitOfQ
        }
      return min(value, largestScore)
    }

    private func vectorScore(_ standardised: ArraySlice<Double>, _ projected: ArraySlice<Double>) -> Double {
      let norm = standardised.reduce(0) { $0 + $1 * $1 }
      let total = variances.reduce(0) { $0 + max($1, 0) }
      var sum = 0.0
      for (j, variance) in variances.enumerated() where variance > Self.negligible * variances[0] {
        let squared = norm - 2 * projected[projected.startIndex + j] + 1
        sum += max(squared, 0).squareRoot() / (variance / total)
      }
      return sum
    }

    /// Each feature's part of the score: the complete decomposition of Alcala and Qin, *Analysis and generalization of
    /// fault diagnosis methods for process monitoring*, 2011, equation 13. The parts are squares of (M^½ z)ᵢ for the
    /// matrix M of the statistic, so none is negative and they add up to it. `vectors` has no such decomposition.
    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      if score == .vectors { return nil }
      let d = variances.count
      // Components back to features, half the power of each statistic's matrix.
      let back = RowProduct(vectors.transposed())
      let values = try overRows(rows, stride: d, stage: "contributions", work: work) {
        _, projected, place, target in
        let (t2, q) = statistics(projected)
        let usesT2: Bool
        let usesQ: Bool
        switch score {
        case .limits: (usesT2, usesQ) = t2 / limitOfT2 >= q / limitOfQ ? (true, false) : (false, true)
        case .t2: (usesT2, usesQ) = (true, false)
        case .q: (usesT2, usesQ) = (false, true)
        case .combined, .vectors: (usesT2, usesQ) = (true, true)
        }
        var halves = Array(projected.prefix(d))
        for j in 0..<d {
          let weight =
            j < retained ? (usesT2 ? 1 / (variances[j] * limitOfT2) : 0) : usesQ ? 1 / limitOfQ : 0
          halves[j] *= weight.squareRoot()
        }
        var parts = [Double](repeating: 0, count: back.stride)
        back.multiply(halves, into: &parts)
        for i in 0..<d { target[place + i] = min(parts[i] * parts[i], largestScore) }
      }
      return rows.contributions(values, meaning: "part of the score")
    }

    /// Calls `body` with each row, standardised and projected on all components, and with where its results start.
    private func overRows(
      _ rows: Observations, stride: Int, stage: String, work: Work,
      _ body: @Sendable (ArraySlice<Double>, ArraySlice<Double>, Int, inout MutableSpan<Double>) -> Void
    ) throws(DetectionError) -> [Double] {
      let d = variances.count
      try rows.require(features: d)
      try rows.requireComplete()
      let product = RowProduct(vectors)
      let size = max(4, min(256, (1 << 22) / (d * d)))
      return try cancellable { () throws(Cancelled) in
        try work.fill(rows.rowCount, stride: stride, size: size, stage: stage) { range, target in
          let standardised = standardisation.apply(rows.matrix, range)
          var projected = [Double](repeating: 0, count: range.count * product.stride)
          product.multiply(standardised, into: &projected)
          for row in 0..<range.count {
            body(
              standardised[row * d..<(row + 1) * d],
              projected[row * product.stride..<(row + 1) * product.stride], row * stride, &target)
          }
        }
      }
    }
  }
}

import KernelsBaseline
import KernelsV3
import KernelsV4

extension Matrix {
  /// Hands a kernel the rows of the range and where its results go.
  @inline(__always)
  func withRows(
    _ range: Range<Int>, into target: inout MutableSpan<Double>,
    _ kernel: (_ rows: UnsafePointer<Double>, _ target: UnsafeMutablePointer<Double>) -> Void
  ) {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "no such rows")
    unsafe values.withUnsafeBufferPointer { values in
      unsafe target.withUnsafeMutableBufferPointer { target in
        guard let values = values.baseAddress, let target = target.baseAddress else { return }
        unsafe kernel(values + range.lowerBound * columns, target)
      }
    }
  }

  /// Puts (value − center) / scale of complete rows, pulled in to `limit`, into `target`, rows `stride` numbers apart.
  package func standardise(
    _ range: Range<Int>, centers: [Double], scales: [Double], limit: Double,
    into target: inout MutableSpan<Double>, stride: Int, kernels: Kernels = .best
  ) {
    precondition(centers.count == columns && scales.count == columns, "one center and scale a column")
    precondition(stride >= columns && target.count >= range.count * stride, "no room for the rows")
    // SAFETY: the kernels read whole rows of the range, as many written `stride` apart; the arrays do not overlap.
    unsafe withRows(range, into: &target) { start, target in
      switch kernels {
      case .baseline:
        unsafe KernelsBaseline.standardiseRows(
          start, rowCount: range.count, columns: columns, centers: centers, scales: scales, limit: limit,
          into: target, stride: stride)
      case .v3:
        unsafe KernelsV3.standardiseRows(
          start, rowCount: range.count, columns: columns, centers: centers, scales: scales, limit: limit,
          into: target, stride: stride)
      case .v4:
        unsafe KernelsV4.standardiseRows(
          start, rowCount: range.count, columns: columns, centers: centers, scales: scales, limit: limit,
          into: target, stride: stride)
      }
    }
  }

  /// The largest of (|value − center| − reach) / scale in each row, pulled in to 0...`limit`; missing values count as 0.
  package func largestDeviations(
    _ range: Range<Int>, centers: [Double], reaches: [Double], scales: [Double], limit: Double,
    into target: inout MutableSpan<Double>, kernels: Kernels = .best
  ) {
    precondition(
      centers.count == columns && reaches.count == columns && scales.count == columns,
      "one center, reach and scale a column")
    precondition(target.count >= range.count, "no room for the rows")
    // SAFETY: the kernels read whole rows of the range, one number each written; the arrays do not overlap.
    unsafe withRows(range, into: &target) { start, target in
      switch kernels {
      case .baseline:
        unsafe KernelsBaseline.largestDeviations(
          start, rowCount: range.count, columns: columns, centers: centers, reaches: reaches,
          scales: scales, limit: limit, into: target)
      case .v3:
        unsafe KernelsV3.largestDeviations(
          start, rowCount: range.count, columns: columns, centers: centers, reaches: reaches,
          scales: scales, limit: limit, into: target)
      case .v4:
        unsafe KernelsV4.largestDeviations(
          start, rowCount: range.count, columns: columns, centers: centers, reaches: reaches,
          scales: scales, limit: limit, into: target)
      }
    }
  }

  /// Σ row ⊗ row over all rows.
  package func scatter(kernels: Kernels = .best) -> Matrix {
    let stride = kernels.padded(columns)
    if stride == columns { return Matrix.scatter(values, stride: stride, columns: columns, kernels: kernels) }
    var padded = [Double](repeating: 0, count: rows * stride)
    for row in 0..<rows {
      for column in 0..<columns { padded[row * stride + column] = values[row * columns + column] }
    }
    return Matrix.scatter(padded, stride: stride, columns: columns, kernels: kernels)
  }

  /// The same of rows that are padded with zeros to `stride`, a multiple of the kernels' width.
  package static func scatter(
    _ padded: [Double], stride: Int, columns: Int, kernels: Kernels = .best
  ) -> Matrix {
    precondition(stride % kernels.productWidth == 0 && stride >= columns, "rows are padded to whole panels")
    var sums = [Double](repeating: 0, count: stride * stride)
    let count = stride == 0 ? 0 : padded.count / stride
    // SAFETY: `count` rows of `stride` numbers are read, `stride` of them written; the arrays do not overlap.
    unsafe padded.withUnsafeBufferPointer { rows in
      unsafe sums.withUnsafeMutableBufferPointer { sums in
        guard let rows = rows.baseAddress, let sums = sums.baseAddress else { return }
        switch kernels {
        case .baseline:
          unsafe KernelsBaseline.sumOuterProducts(rows, rowCount: count, stride: stride, into: sums)
        case .v3: unsafe KernelsV3.sumOuterProducts(rows, rowCount: count, stride: stride, into: sums)
        case .v4: unsafe KernelsV4.sumOuterProducts(rows, rowCount: count, stride: stride, into: sums)
        }
      }
    }
    var result = Matrix(rows: columns, columns: columns)
    for i in 0..<columns {
      for j in 0..<columns {
        result.values[i * columns + j] = sums[min(i, j) * stride + max(i, j)]
      }
    }
    return result
  }
}

extension Kernels {
  /// The least multiple of a panel's width that holds so many columns.
  package func padded(_ columns: Int) -> Int { (columns + productWidth - 1) / productWidth * productWidth }
}

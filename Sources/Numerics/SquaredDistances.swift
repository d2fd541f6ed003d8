import KernelsBaseline
import KernelsV3
import KernelsV4

/// Rows kept column after column, from which any query's squared Euclidean distances are added up exactly.
///
/// - Complexity: O(*n d*) a query.
package struct SquaredDistances: Sendable {
  package let rowCount: Int
  package let dimensions: Int
  private let columns: [Double]
  private let kernels: Kernels

  package init(_ matrix: Matrix, kernels: Kernels = .best) {
    rowCount = matrix.rows
    dimensions = matrix.columns
    columns = matrix.transposedValues()
    self.kernels = kernels
  }

  /// The squared distances of the query to all rows.
  package func from(_ query: ArraySlice<Double>) -> [Double] {
    var result = [Double](repeating: 0, count: rowCount)
    fill(query: Array(query), at: 0, rows: 0..<rowCount, into: &result)
    return result
  }

  /// The same, large parts in parallel.
  package func from(_ query: ArraySlice<Double>, work: Work) throws(Cancelled) -> [Double] {
    let (query, size) = (Array(query), max(1024, 131_072 / max(1, dimensions)))
    if rowCount <= size {
      try work.check()
      return from(query[...])
    }
    return try work.fill(rowCount, size: size) { range, target in
      var part = [Double](repeating: 0, count: range.count)
      fill(query: query, at: 0, rows: range, into: &part)
      for place in 0..<range.count { target[place] = part[place] }
    }
  }

  /// The squared distances of the query that starts at `start` of the values to the given rows.
  func fill(query values: [Double], at start: Int, rows: Range<Int>, into result: inout [Double]) {
    precondition(
      start + dimensions <= values.count && rows.upperBound <= rowCount && rows.count <= result.count)
    // SAFETY: the query has `dimensions` values, the columns `rowCount` each, the result at least `rows.count`.
    unsafe values.withUnsafeBufferPointer { values in
      unsafe columns.withUnsafeBufferPointer { columns in
        unsafe result.withUnsafeMutableBufferPointer { result in
          guard let values = values.baseAddress, let columns = columns.baseAddress,
            let result = result.baseAddress
          else { return }
          switch kernels {
          case .v4:
            unsafe KernelsV4.squaredDistances(
              query: values + start, dimensions: dimensions, columns: columns, stride: rowCount, range: rows,
              into: result)
          case .v3:
            unsafe KernelsV3.squaredDistances(
              query: values + start, dimensions: dimensions, columns: columns, stride: rowCount, range: rows,
              into: result)
          case .baseline:
            unsafe KernelsBaseline.squaredDistances(
              query: values + start, dimensions: dimensions, columns: columns, stride: rowCount, range: rows,
              into: result)
          }
        }
      }
    }
  }
}

import CLapack

/// The thin singular value decomposition: matrix = left × diag(values) × rightᵀ, values in descending order.
///
/// The largest entry of each right vector is positive, so that the signs do not depend on the library.
package struct SingularValues: Sendable, Equatable {
  package let values: [Double]
  /// Rows × rank, orthonormal columns.
  package let left: Matrix
  /// Columns × rank, orthonormal columns.
  package let right: Matrix

  /// nil if LAPACK's iteration does not converge.
  package init?(_ matrix: Matrix) {
    let rank = min(matrix.rows, matrix.columns)
    if rank == 0 {
      values = []
      left = Matrix(rows: matrix.rows, columns: 0)
      right = Matrix(rows: matrix.columns, columns: 0)
      return
    }
    // Row after row is the transpose column after column: LAPACK decomposes that, and left and right change places.
    var m = Int32(matrix.columns)
    var n = Int32(matrix.rows)
    var k = Int32(rank)
    var a = matrix.values
    var s = [Double](repeating: 0, count: rank)
    var u = [Double](repeating: 0, count: matrix.columns * rank)
    var vt = [Double](repeating: 0, count: rank * matrix.rows)
    let large = max(matrix.rows, matrix.columns)
    var length = Int32(4 * rank * rank + 7 * rank + large * 2 + 64 * (rank + large))
    var work = [Double](repeating: 0, count: Int(length))
    var integers = [Int32](repeating: 0, count: 8 * rank)
    var info: Int32 = 0
    // SAFETY: the arrays have the lengths that DGESDD asks for with job "S"; the call keeps no pointer.
    inLibrary {
      unsafe dgesdd_("S", &m, &n, &a, &m, &s, &u, &m, &vt, &k, &work, &length, &integers, &info)
    }
    if info != 0 { return nil }
    values = s
    // `vt` column after column is rows × rank row after row; `u` is rank × columns.
    var left = Matrix(rows: matrix.rows, columns: rank, values: vt)
    var right = Matrix(rows: rank, columns: matrix.columns, values: u).transposed()
    for column in 0..<rank {
      let largest = (0..<right.rows).map { right[$0, column] }.max { abs($0) < abs($1) } ?? 1
      if largest >= 0 { continue }
      for row in 0..<right.rows { right[row, column].negate() }
      for row in 0..<left.rows { left[row, column].negate() }
    }
    self.left = left
    self.right = right
  }
}

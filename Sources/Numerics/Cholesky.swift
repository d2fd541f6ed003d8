import CLapack

/// A symmetric positive definite matrix, factored for solving systems with it.
package struct Cholesky: Sendable {
  private let factor: [Double]
  package let count: Int
  /// ln det of the matrix.
  package let logDeterminant: Double

  /// nil if the matrix is not positive definite.
  package init?(_ matrix: Matrix) {
    precondition(matrix.rows == matrix.columns, "the matrix is not square")
    count = matrix.rows
    var a = matrix.values
    var n = Int32(count)
    var info: Int32 = 0
    if count > 0 {
      // SAFETY: `a` holds n × n values; the call keeps no pointer.
      inLibrary { unsafe dpotrf_("L", &n, &a, &n, &info) }
    }
    if info != 0 { return nil }
    factor = a
    var sum = 0.0
    for place in 0..<count { sum += 2 * logarithm(a[place * count + place]) }
    logDeterminant = sum
  }

  /// The solution X of matrix × X = right.
  package func solve(_ right: Matrix) -> Matrix {
    precondition(right.rows == count, "the right side does not fit")
    if count == 0 || right.columns == 0 { return right }
    var columns = right.transposedValues()
    var n = Int32(count)
    var width = Int32(right.columns)
    var info: Int32 = 0
    // SAFETY: the factor holds n × n values, the right side n × width column after column; no pointer is kept.
    inLibrary { unsafe dpotrs_("L", &n, &width, factor, &n, &columns, &n, &info) }
    return Matrix(rows: right.columns, columns: count, values: columns).transposed()
  }
}

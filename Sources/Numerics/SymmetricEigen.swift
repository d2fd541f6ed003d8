import CLapack

/// Eigenvalues, largest first, and orthonormal eigenvectors of a symmetric matrix.
///
/// The largest entry of each vector is positive, so that the signs do not depend on the library.
package struct SymmetricEigen: Sendable, Equatable {
  package let values: [Double]
  /// One eigenvector a column, in the order of the values.
  package let vectors: Matrix

  /// nil if LAPACK's iteration does not converge.
  package init?(_ matrix: Matrix) {
    precondition(matrix.rows == matrix.columns, "the matrix is not square")
    let count = matrix.rows
    if count == 0 {
      values = []
      vectors = Matrix(rows: 0, columns: 0)
      return
    }
    var n = Int32(count)
    var a = matrix.values
    var eigenvalues = [Double](repeating: 0, count: count)
    var workLength = Int32(1 + 6 * count + 2 * count * count)
    var integerLength = Int32(3 + 5 * count)
    var work = [Double](repeating: 0, count: Int(workLength))
    var integers = [Int32](repeating: 0, count: Int(integerLength))
    var info: Int32 = 0
    // SAFETY: the arrays have the lengths that DSYEVD asks for with vectors; the call keeps no pointer.
    inLibrary {
      unsafe dsyevd_("V", "U", &n, &a, &n, &eigenvalues, &work, &workLength, &integers, &integerLength, &info)
    }
    if info != 0 { return nil }
    values = eigenvalues.reversed()
    var vectors = Matrix(rows: count, columns: count)
    for j in 0..<count {
      // Row `count - 1 - j` of the column-major result is the j-th largest one's vector.
      let vector = a[(count - 1 - j) * count..<(count - j) * count]
      let largest = vector.max { abs($0) < abs($1) } ?? 1
      for (i, entry) in vector.enumerated() { vectors[i, j] = largest < 0 ? -entry : entry }
    }
    self.vectors = vectors
  }
}

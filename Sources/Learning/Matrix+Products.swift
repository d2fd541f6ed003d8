import Numerics

extension Matrix {
  /// self × other.
  func times(_ other: Matrix, threads: Int = 1) -> Matrix { product(other, threads: threads) }

  /// The transpose of self × other.
  func transposedTimes(_ other: Matrix, threads: Int = 1) -> Matrix {
    product(other, turning: .yes, threads: threads)
  }

  /// self × the transpose of other.
  func timesTransposed(_ other: Matrix, threads: Int = 1) -> Matrix {
    product(other, other: .yes, threads: threads)
  }

  private func product(
    _ factor: Matrix, turning turned: Turned = .no, other: Turned = .no, threads: Int
  ) -> Matrix {
    // Batches are small: whoever trains asks between them whether to stop.
    do throws(Cancelled) {
      return try product(factor, turning: turned, other: other, work: Work(threads: threads))
    } catch {
      preconditionFailure("nobody can stop this product")
    }
  }

  /// The sum of each column, as one row.
  var columnSums: Matrix {
    var sums = Matrix(rows: 1, columns: columns)
    for i in 0..<rows { for j in 0..<columns { sums.values[j] += values[i * columns + j] } }
    return sums
  }

  func map(_ transform: (Double) -> Double) -> Matrix {
    Matrix(rows: rows, columns: columns, values: values.map(transform))
  }

  func combined(with other: Matrix, _ transform: (Double, Double) -> Double) -> Matrix {
    precondition(rows == other.rows && columns == other.columns, "the shapes differ")
    var result = self
    for cell in values.indices { result.values[cell] = transform(values[cell], other.values[cell]) }
    return result
  }
}

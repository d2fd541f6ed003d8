import Numerics

extension Matrix {
  /// self × other.
  func times(_ other: Matrix) -> Matrix {
    precondition(columns == other.rows, "the inner sides differ")
    var product = Matrix(rows: rows, columns: other.columns)
    for i in 0..<rows {
      for k in 0..<columns {
        let factor = values[i * columns + k]
        if factor == 0 { continue }
        Self.add(factor, other, row: k, to: &product.values, row: i)
      }
    }
    return product
  }

  /// The transpose of self × other.
  func transposedTimes(_ other: Matrix) -> Matrix {
    precondition(rows == other.rows, "the inner sides differ")
    var product = Matrix(rows: columns, columns: other.columns)
    for k in 0..<rows {
      for i in 0..<columns {
        let factor = values[k * columns + i]
        if factor == 0 { continue }
        Self.add(factor, other, row: k, to: &product.values, row: i)
      }
    }
    return product
  }

  /// self × the transpose of other.
  func timesTransposed(_ other: Matrix) -> Matrix { times(other.transposed) }

  var transposed: Matrix {
    var turned = Matrix(rows: columns, columns: rows)
    for i in 0..<rows { for j in 0..<columns { turned.values[j * rows + i] = values[i * columns + j] } }
    return turned
  }

  /// Adds a multiple of a row; the loop that all products spend their time in.
  private static func add(
    _ factor: Double, _ source: Matrix, row: Int, to target: inout [Double], row targetRow: Int
  ) {
    let width = source.columns
    let from = source.values[row * width..<(row + 1) * width].span
    var slice = target.mutableSpan
    let start = targetRow * width
    for j in 0..<width { slice[start + j] += factor * from[j] }
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

extension Matrix {
  /// The values column after column.
  package func transposedValues() -> [Double] {
    var result = [Double](repeating: 0, count: values.count)
    // Blocks of rows keep both sides in the cache.
    var start = 0
    while start < rows {
      let end = min(rows, start + 64)
      for column in 0..<columns {
        for row in start..<end { result[column * rows + row] = values[row * columns + column] }
      }
      start = end
    }
    return result
  }

  package func transposed() -> Matrix { Matrix(rows: columns, columns: rows, values: transposedValues()) }
}

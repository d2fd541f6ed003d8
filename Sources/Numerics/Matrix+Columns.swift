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

extension Matrix {
  /// The given columns, in the given order.
  package func selecting(columns chosen: [Int]) -> Matrix {
    var picked: [Double] = []
    picked.reserveCapacity(chosen.count * rows)
    for row in 0..<rows {
      for column in chosen { picked.append(values[row * columns + column]) }
    }
    return Matrix(rows: rows, columns: chosen.count, values: picked)
  }
}

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

  /// As `transposedValues()`, eight columns a chunk, so that every cache line is fetched once a chunk.
  package func transposedValues(work: Work) throws(Cancelled) -> [Double] {
    try work.fill(columns, stride: rows, size: 8, stage: "turning") { range, target in
      var start = 0
      while start < rows, !work.isCancelled() {
        let end = min(rows, start + 256)
        for column in range {
          let base = (column - range.lowerBound) * rows
          for row in start..<end { target[base + row] = values[row * columns + column] }
        }
        start = end
      }
    }
  }

  package func transposed() -> Matrix { Matrix(rows: columns, columns: rows, values: transposedValues()) }
}

extension Matrix {
  /// Where the first NaN is.
  package func firstMissing() -> Int? {
    // Sums of zeros stay 0 unless a value is NaN or infinite; four of them, so that none waits for the one before.
    var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
    let whole = values.count / 4 * 4
    var cell = 0
    while cell < whole {
      a += values[cell] * 0
      b += values[cell + 1] * 0
      c += values[cell + 2] * 0
      d += values[cell + 3] * 0
      cell += 4
    }
    if a + b + (c + d) == 0, !values[whole...].contains(where: \.isNaN) { return nil }
    return values.firstIndex(where: \.isNaN)
  }

  /// Where the first number beyond `largest` in size is; missing values do not count.
  package func firstOutside(largest limit: Double) -> Int? {
    var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
    let whole = values.count / 4 * 4
    var cell = 0
    while cell < whole {
      let (p, q, r, s) = (
        abs(values[cell]), abs(values[cell + 1]), abs(values[cell + 2]), abs(values[cell + 3])
      )
      // No comparison holds for a missing value.
      a = p > a ? p : a
      b = q > b ? q : b
      c = r > c ? r : c
      d = s > d ? s : d
      cell += 4
    }
    let largest = values[whole...].reduce(max(max(a, b), max(c, d))) { abs($1) > $0 ? abs($1) : $0 }
    return largest <= limit ? nil : values.firstIndex { abs($0) > limit }
  }

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

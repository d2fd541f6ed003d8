/// A dense matrix, row after row.
package struct Matrix: Sendable, Equatable, Codable {
  package let rows: Int
  package let columns: Int
  package var values: [Double]

  package init(rows: Int, columns: Int, values: [Double]) {
    precondition(values.count == rows * columns, "the values do not fill the matrix")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  package init(rows: Int, columns: Int, repeating value: Double = 0) {
    self.init(rows: rows, columns: columns, values: [Double](repeating: value, count: rows * columns))
  }

  package subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  package func row(_ row: Int) -> ArraySlice<Double> { values[row * columns..<(row + 1) * columns] }

  package func column(_ column: Int) -> [Double] {
    columns == 1 ? values : (0..<rows).map { values[$0 * columns + column] }
  }

  /// The given rows, in the given order.
  package func selecting(rows chosen: [Int]) -> Matrix {
    if chosen.elementsEqual(0..<rows) { return self }
    var picked: [Double] = []
    picked.reserveCapacity(chosen.count * columns)
    for row in chosen { picked.append(contentsOf: self.row(row)) }
    return Matrix(rows: chosen.count, columns: columns, values: picked)
  }
}

import Numerics
import Values

/// No score is larger: deviations from something that never varied would be infinite otherwise.
let largestScore = 1e100

extension Observations {
  package var rowCount: Int { matrix.rows }

  func require(rows needed: Int) throws(DetectionError) {
    if rowCount < needed { throw .tooFewRows(needed: needed, got: rowCount) }
  }

  func require(features count: Int) throws(DetectionError) {
    if features.count != count { throw .wrongFeatures(expected: count, got: features.count) }
  }

  /// Refuses missing values, naming the first.
  func requireComplete() throws(DetectionError) {
    for (cell, value) in matrix.values.enumerated() where value.isNaN {
      throw .missing(row: cell / matrix.columns, feature: features[cell % matrix.columns])
    }
  }

  /// The values of a feature that are there.
  func present(_ column: Int) -> [Double] {
    var values: [Double] = []
    values.reserveCapacity(rowCount)
    var cell = column
    for _ in 0..<rowCount {
      let value = matrix.values[cell]
      if !value.isNaN { values.append(value) }
      cell += matrix.columns
    }
    return values
  }

  /// Contributions that belong to these rows.
  func contributions(_ values: [Double], meaning: String) -> Contributions {
    Contributions(
      matrix: Matrix(rows: rowCount, columns: features.count, values: values), features: features,
      blocks: blocks,
      meaning: meaning)
  }

  /// One number a row, from the row's values; rows in parallel.
  func scoreRows(
    work: Work, _ score: @Sendable (ArraySlice<Double>) -> Double
  ) throws(DetectionError) -> [Double] {
    let size = max(16, min(4096, 65_536 / matrix.columns))
    return try cancellable { () throws(Cancelled) in
      try work.fill(rowCount, size: size, stage: "scoring") { range, target in
        for row in range { target[row - range.lowerBound] = score(matrix.row(row)) }
      }
    }
  }

  /// One number a cell, from the value and its column; rows in parallel.
  func mapCells(
    work: Work, stage: String, _ map: @Sendable (Double, Int) -> Double
  ) throws(DetectionError) -> [Double] {
    let columns = matrix.columns
    let size = max(16, min(4096, 65_536 / columns))
    return try cancellable { () throws(Cancelled) in
      try work.fill(rowCount, stride: columns, size: size, stage: stage) { range, target in
        for cell in 0..<range.count * columns {
          target[cell] = map(matrix.values[range.lowerBound * columns + cell], cell % columns)
        }
      }
    }
  }
}

/// Turns the wish to stop into the room's own error.
func cancellable<Result>(_ body: () throws(Cancelled) -> Result) throws(DetectionError) -> Result {
  do throws(Cancelled) { return try body() } catch { throw .cancelled }
}

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
    guard let cell = firstMissing else { return }
    throw .missing(row: cell / matrix.columns, feature: features[cell % matrix.columns])
  }

  /// Maps each feature's values, without missing ones; features in parallel, in order.
  ///
  /// Eight columns are gathered at a time, so that every cache line of the rows is fetched once.
  func mapFeatures<Result: Sendable>(
    work: Work, stage: String = "fitting", _ map: @Sendable ([Double]) -> Result
  ) throws(DetectionError) -> [Result] {
    try mapFeatures(0..<matrix.columns, work: work, stage: stage) { values, _ in map(values) }
  }

  /// The same for some of the features, which are told their number.
  func mapFeatures<Result: Sendable>(
    _ wanted: Range<Int>, work: Work, stage: String = "fitting",
    _ map: @Sendable (_ values: [Double], _ column: Int) -> Result
  ) throws(DetectionError) -> [Result] {
    let columns = matrix.columns
    let group = 8
    return try cancellable { () throws(Cancelled) in
      try work.map((wanted.count + group - 1) / group, stage: stage) { number -> [Result] in
        let first = wanted.lowerBound + number * group
        let chosen = first..<min(wanted.upperBound, first + group)
        var gathered = chosen.map { _ in [Double](repeating: 0, count: rowCount) }
        var kept = chosen.map { _ in 0 }
        var start = 0
        while start < rowCount, !work.isCancelled() {
          let end = min(rowCount, start + 256)
          for (place, column) in chosen.enumerated() {
            // Taken out, so that writing needs no look at the outer array.
            var values: [Double] = []
            swap(&values, &gathered[place])
            var count = kept[place]
            for row in start..<end {
              let value = matrix.values[row * columns + column]
              values[count] = value
              count += value.isNaN ? 0 : 1
            }
            kept[place] = count
            swap(&values, &gathered[place])
          }
          start = end
        }
        for place in chosen.indices.map({ $0 - chosen.lowerBound }) {
          gathered[place].removeLast(rowCount - kept[place])
        }
        // Results of a cancelled pass are thrown away, so it may end early.
        var results: [Result] = []
        for (values, column) in zip(gathered, chosen) where !work.isCancelled() {
          results.append(map(values, column))
        }
        return results
      }.flatMap(\.self)
    }
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

  /// One number a row, to which every column adds its part, in order; blocks of rows in parallel.
  ///
  /// A block goes column by column, so that what a column needs is fetched once for many rows.
  func sumColumns(
    work: Work, _ term: @Sendable (_ column: Int) -> (Double) -> Double
  ) throws(DetectionError) -> [Double] {
    let columns = matrix.columns
    return try cancellable { () throws(Cancelled) in
      try work.fill(rowCount, size: 2048, stage: "scoring") { range, target in
        for column in 0..<columns {
          let value = term(column)
          var cell = range.lowerBound * columns + column
          for row in 0..<range.count {
            target[row] += value(matrix.values[cell])
            cell += columns
          }
        }
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

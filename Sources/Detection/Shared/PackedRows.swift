import Numerics

/// A few rows, or many, packed so that the squared Euclidean distances of other rows to all of them come quickly.
///
/// Each distance is one sum in the order of the columns, so a row gets the same bits alone and among others.
struct PackedRows: Sendable {
  let count: Int
  private let columns: Int
  private let product: RowProduct

  init(_ matrix: Matrix) {
    count = matrix.rows
    columns = matrix.columns
    product = RowProduct(matrix, turned: .yes)
  }

  /// So many rows at once that their distances stay in the cache and take a few milliseconds.
  func blockSize(columns: Int) -> Int {
    max(1, min(1024, min(131_072 / max(1, count), 10_000_000 / max(1, count * columns))))
  }

  /// Squared distances of the given rows of a matrix, `count` a row.
  func squaredDistances(of matrix: Matrix, _ range: Range<Int>) -> [Double] {
    squaredDistances(
      of: matrix.values.span.extracting(range.lowerBound * columns..<range.upperBound * columns),
      rows: range.count)
  }

  /// Squared distances of rows that lie one behind the other.
  func squaredDistances(of values: Span<Double>, rows: Int) -> [Double] {
    var result = [Double](repeating: 0, count: rows * count)
    var target = result.mutableSpan
    product.squaredDistances(values, into: &target)
    return result
  }
}

extension ReferenceRows {
  /// One number a row from its squared distances to all packed rows; blocks of rows in parallel.
  func scoreDistances(
    of rows: Observations, to packed: PackedRows, work: Work,
    _ score: @Sendable (_ row: Int, _ squared: ArraySlice<Double>) -> Double
  ) throws(DetectionError) -> [Double] {
    let scaled = try scaled(rows, work: work)
    let size = packed.blockSize(columns: scaled.columns)
    return try cancellable { () throws(Cancelled) in
      try work.fill(scaled.rows, size: size, stage: "scoring") { range, target in
        let squared = packed.squaredDistances(of: scaled, range)
        for (place, row) in range.enumerated() {
          target[place] = min(
            score(row, squared[place * packed.count..<(place + 1) * packed.count]), largestScore)
        }
      }
    }
  }
}

import Numerics
package import Values

/// Cuts overlapping windows of a fixed number of rows; each becomes one vector of raw values.
///
/// - Input: the features of a frame; rows count, not time.
/// - Output: one vector a window, addressed by its last row; runs are never crossed.
/// - Complexity: O(*windows* · *width* · *columns*).
package struct Slices: Sendable, Equatable {
  package var width: Int
  package var hop: Int

  package init(width: Int, hop: Int) {
    precondition(width > 0 && hop > 0, "windows have rows and move on")
    self.width = width
    self.hop = hop
  }

  /// - Throws: `noRows` if no run is as long as a window.
  package func encode(_ frame: Frame) throws(EncodingError) -> Embedding {
    let columns = frame.features
    if columns.isEmpty { throw .noFeatures }
    var last: [Int] = []
    for run in frame.index.runs {
      last += stride(from: run.rows.lowerBound + width - 1, to: run.rows.upperBound, by: hop)
    }
    if last.isEmpty { throw .noRows }
    let numbers = columns.map { $0.numbers ?? [] }
    var values: [Double] = []
    values.reserveCapacity(last.count * columns.count * width)
    for row in last {
      for column in numbers { values += column[row - width + 1...row] }
    }
    let features = columns.flatMap { column in
      (0..<width).map { "\(column.name).lag\(width - 1 - $0)" }
    }
    return Embedding(
      index: frame.index.selecting(last),
      matrix: Matrix(rows: last.count, columns: features.count, values: values), features: features,
      blocks: columns.enumerated().map { place, column in
        Block(name: column.name, columns: place * width..<(place + 1) * width)
      })
  }
}

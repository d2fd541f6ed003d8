package import Numerics

/// A grid of vectors a row: what a picture looks like place by place.
package struct FeatureMap: Sendable, Equatable {
  package let index: Index
  package let gridHeight: Int
  package let gridWidth: Int
  /// The vectors of all cells: row after row of the index, then line after line of the grid.
  package let matrix: Matrix
  package let features: [String]
  /// Where the source is, so that scores can be laid over it.
  package let shapes: [PictureShape]

  package init(
    index: Index, gridHeight: Int, gridWidth: Int, matrix: Matrix, features: [String], shapes: [PictureShape]
  ) {
    precondition(
      matrix.rows == index.count * gridHeight * gridWidth && matrix.columns == features.count
        && shapes.count == index.count, "the map does not fit")
    self.index = index
    self.gridHeight = gridHeight
    self.gridWidth = gridWidth
    self.matrix = matrix
    self.features = features
    self.shapes = shapes
  }

  package var cellCount: Int { gridHeight * gridWidth }

  package func with(index: Index) -> FeatureMap {
    FeatureMap(
      index: index, gridHeight: gridHeight, gridWidth: gridWidth, matrix: matrix, features: features,
      shapes: shapes)
  }

  package func selecting(rows: [Int]) -> FeatureMap {
    FeatureMap(
      index: index.naming(rows), gridHeight: gridHeight, gridWidth: gridWidth,
      matrix: matrix.selecting(rows: rows.flatMap { $0 * cellCount..<($0 + 1) * cellCount }),
      features: features, shapes: rows.map { shapes[$0] })
  }
}

/// Several vectors a row, as many as it has pieces: words, patches, views.
package struct Tokens: Sendable, Equatable {
  package let index: Index
  /// `offsets[i]..<offsets[i + 1]` are the vectors of row `i`.
  package let offsets: [Int]
  package let matrix: Matrix
  package let features: [String]

  package init(index: Index, offsets: [Int], matrix: Matrix, features: [String]) {
    precondition(
      offsets.count == index.count + 1 && offsets.first == 0 && offsets.last == matrix.rows
        && matrix.columns == features.count, "the tokens do not fit")
    self.index = index
    self.offsets = offsets
    self.matrix = matrix
    self.features = features
  }

  package func with(index: Index) -> Tokens {
    Tokens(index: index, offsets: offsets, matrix: matrix, features: features)
  }

  package func selecting(rows: [Int]) -> Tokens {
    var ends = [0]
    for row in rows { ends.append(ends[ends.count - 1] + offsets[row + 1] - offsets[row]) }
    return Tokens(
      index: index.naming(rows), offsets: ends,
      matrix: matrix.selecting(rows: rows.flatMap { offsets[$0]..<offsets[$0 + 1] }), features: features)
  }
}

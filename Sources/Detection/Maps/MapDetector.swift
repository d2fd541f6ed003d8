package import Numerics
package import Values

/// Finds where pictures are unlike what is normal, from a vector a place.
package protocol MapDetector: Sendable {
  /// `patchcore`.
  static var name: String { get }
  /// - Parameter fit: rows of the map to learn from; they are scored without themselves.
  func judge(_ map: FeatureMap, fit: [Int], work: Work) throws(DetectionError) -> MapJudgement
}

/// How unusual each cell of each picture is, and each picture as a whole.
package struct MapJudgement: Sendable, Equatable {
  /// One a cell, in the order of the map; at least 0.
  package let cells: [Double]
  /// One a picture.
  package let pictures: [Double]

  package init(cells: [Double], pictures: [Double]) {
    self.cells = cells
    self.pictures = pictures
  }
}

extension FeatureMap {
  /// The rows of the matrix that belong to a picture.
  func cells(of row: Int) -> Range<Int> { row * cellCount..<(row + 1) * cellCount }

  /// Proves that there is something to work on.
  func require(fit: [Int], atLeast needed: Int) throws(DetectionError) {
    if features.isEmpty { throw .noFeatures }
    if fit.count < needed { throw .tooFewRows(needed: needed, got: fit.count) }
    for (cell, value) in matrix.values.enumerated() where !(abs(value) <= 1e150) {
      let (row, feature) = (cell / matrix.columns / max(1, cellCount), features[cell % matrix.columns])
      if value.isNaN { throw .missing(row: row, feature: feature) }
      throw .tooLarge(row: row, feature: feature)
    }
  }

  /// Every place described by the mean over a square of places around it, as far as the picture reaches.
  ///
  /// - Parameter side: of the square, odd.
  func averaged(side: Int, work: Work) throws(DetectionError) -> FeatureMap {
    let (reach, width) = (side / 2, matrix.columns)
    if reach == 0 { return self }
    let values = try cancellable { () throws(Cancelled) in
      try work.fill(matrix.rows, stride: width, size: 1024, stage: "averaging") { range, target in
        for row in range {
          let (picture, cell) = (row / cellCount, row % cellCount)
          let (y, x) = (cell / gridWidth, cell % gridWidth)
          let lines = max(0, y - reach)...min(gridHeight - 1, y + reach)
          let places = max(0, x - reach)...min(gridWidth - 1, x + reach)
          let share = 1 / Double(lines.count * places.count)
          let base = (row - range.lowerBound) * width
          for line in lines {
            for place in places {
              let from = ((picture * gridHeight + line) * gridWidth + place) * width
              for column in 0..<width { target[base + column] += matrix.values[from + column] * share }
            }
          }
        }
      }
    }
    return FeatureMap(
      index: index, gridHeight: gridHeight, gridWidth: gridWidth,
      matrix: Matrix(rows: matrix.rows, columns: width, values: values), features: features, shapes: shapes)
  }

  /// Every feature divided by its standard deviation over the cells of the fit pictures; constant ones become 0.
  func scaled(fit: [Int], work: Work) throws(DetectionError) -> Matrix {
    let width = matrix.columns
    let scales = try cancellable { () throws(Cancelled) in
      try work.map(width, stage: "scaling") { column -> (mean: Double, factor: Double) in
        var (sum, count, largest) = (0.0, 0.0, 0.0)
        for row in fit {
          for cell in self.cells(of: row) {
            sum += self.matrix[cell, column]
            largest = max(largest, abs(self.matrix[cell, column]))
            count += 1
          }
        }
        let mean = sum / count
        guard largest > 0 else { return (mean, 0) }
        var squares = 0.0
        for row in fit {
          for cell in self.cells(of: row) {
            let difference = (self.matrix[cell, column] - mean) / largest
            squares += difference * difference
          }
        }
        let deviation = (squares / count).squareRoot() * largest
        return (mean, deviation > largest * 1e-12 ? 1 / deviation : 0)
      }
    }
    let values = try cancellable { () throws(Cancelled) in
      try work.fill(matrix.rows, stride: width, size: 4096, stage: "scaling") { range, target in
        for row in range {
          for column in 0..<width {
            let value = (self.matrix[row, column] - scales[column].mean) * scales[column].factor
            // Far beyond what is normal a cell is as far as any.
            target[(row - range.lowerBound) * width + column] = max(-1e6, min(1e6, value))
          }
        }
      }
    }
    return Matrix(rows: matrix.rows, columns: width, values: values)
  }

  /// Every feature measured from its mean at the same place of the fit pictures, in standard deviations there.
  ///
  /// A variance counts as if ten more pictures had that of all places together, so that a few pictures are enough.
  ///
  /// - Complexity: O(cells × *d*).
  func scaledByPlace(fit: [Int], work: Work) throws(DetectionError) -> Matrix {
    let (scaled, width, prior) = (try scaled(fit: fit, work: work), matrix.columns, 10.0)
    let count = Double(fit.count)
    return try cancellable { () throws(Cancelled) in
      // Means of all features, then their squares around them.
      let moments = try work.fill(cellCount, stride: 2 * width, size: 16, stage: "places") { range, target in
        for place in range {
          let base = (place - range.lowerBound) * 2 * width
          let cells = fit.map { ($0 * self.cellCount + place) * width }
          for column in 0..<width {
            let mean = cells.reduce(0) { $0 + scaled.values[$1 + column] } / count
            target[base + column] = mean
            target[base + width + column] = cells.reduce(0) {
              let apart = scaled.values[$1 + column] - mean
              return $0 + apart * apart
            }
          }
        }
      }
      let pooled = (0..<width).map { column in
        (0..<cellCount).reduce(0) { $0 + moments[(2 * $1 + 1) * width + column] }
          / (count * Double(cellCount))
      }
      let values = try work.fill(matrix.rows, stride: width, size: 1024, stage: "scaling") { range, target in
        for row in range {
          let (base, place) = ((row - range.lowerBound) * width, 2 * (row % self.cellCount) * width)
          for column in 0..<width {
            let variance = (moments[place + width + column] + prior * pooled[column]) / (count + prior)
            let value = (scaled[row, column] - moments[place + column]) / variance.squareRoot()
            target[base + column] = variance > 1e-12 ? max(-1e6, min(1e6, value)) : scaled[row, column]
          }
        }
      }
      return Matrix(rows: matrix.rows, columns: width, values: values)
    }
  }

  /// Scaled features, freed of how they vary together over the cells of the fit pictures.
  ///
  /// - Complexity: O(cells × *d²* + *d³*).
  /// - Source: Kessy, Lewin and Strimmer, *Optimal whitening and decorrelation*, The American Statistician 2018, table 1
  ///   (ZCA); a hundredth of the variance is added to each feature.
  func whitened(_ scaled: Matrix, fit: [Int], work: Work) throws(DetectionError) -> Matrix {
    let width = scaled.columns
    var weights = [Double](repeating: 0, count: scaled.rows)
    for row in fit { for cell in cells(of: row) { weights[cell] = 1 } }
    let chosen = weights
    let ridge = 0.01
    return try cancellable { () throws(Cancelled) in
      let (mean, spread) = try scaled.weightedMoments(chosen, work: work)
      var covariance = spread
      for column in 0..<width { covariance[column, column] += ridge }
      let shape = GaussianShape(center: mean, covariance: covariance)
      let values = try work.fill(scaled.rows, stride: width, size: 1024, stage: "whitening") {
        range, target in
        for row in range {
          for (column, value) in shape.whitened(scaled.row(row)).enumerated() {
            target[(row - range.lowerBound) * width + column] = value
          }
        }
      }
      return Matrix(rows: scaled.rows, columns: width, values: values)
    }
  }
}

package import Numerics
package import Values

/// Scores places by their distance from the normal distribution of the same place in normal pictures (PaDiM).
///
/// - Input: a map without missing cells, of pictures that show the same thing in the same position; two to learn from at least.
/// - Output: Mahalanobis distances, at least 0; a picture scores as its highest place.
/// - Complexity: O(*p* (*n d*² + *d*³)) for *p* places, *n* pictures.
/// - Source: Defard, Setkov, Loesch and Audigier, *PaDiM*, ICPR 2020, section III: mean and covariance a place, with 0.01 on
///   the diagonal.
/// - Differs: features are divided by their standard deviation first; none is dropped at random; pictures to learn from
///   belong to the distributions that judge them.
package struct PositionGaussians: MapDetector, Equatable {
  package static let name = "padim"
  /// What is added to the variances.
  package let ridge: Double

  package init(ridge: Double = 0.01) { self.ridge = ridge }

  package func judge(_ map: FeatureMap, fit: [Int], work: Work) throws(DetectionError) -> MapJudgement {
    try map.require(fit: fit, atLeast: 2)
    let scaled = try map.scaled(fit: fit, work: work)
    let ridge = ridge
    let places = try cancellable { () throws(Cancelled) in
      try work.map(map.cellCount, stage: "distributions") { place -> [Double] in
        let normal = scaled.selecting(rows: fit.map { $0 * map.cellCount + place })
        let all = scaled.selecting(rows: (0..<map.index.count).map { $0 * map.cellCount + place })
        return CellGaussian(normal, ridge: ridge).distances(of: all)
      }
    }
    var cells = [Double](repeating: 0, count: scaled.rows)
    for (place, distances) in places.enumerated() {
      for (row, distance) in distances.enumerated() { cells[row * map.cellCount + place] = distance }
    }
    return MapJudgement(cells: cells, pictures: map.highest(cells))
  }
}

/// Scores places by how unlike the other places of the same picture they are, without any training (RX).
///
/// - Input: a map without missing cells.
/// - Output: Mahalanobis distances from the picture's own mean, at least 0; a picture scores as its highest place.
/// - Complexity: O(*n p d*²).
/// - Source: Reed and Yu, *Adaptive multiple-band CFAR detection of an optical pattern with unknown spectral
///   distribution*, IEEE TASSP 38(10), 1990, equation 31.
/// - Differs: the square root is taken; 0.01 is added to the variances of features scaled to unit variance.
package struct ReedXiaoli: MapDetector, Equatable {
  package static let name = "rx"
  package let ridge: Double

  package init(ridge: Double = 0.01) { self.ridge = ridge }

  package func judge(_ map: FeatureMap, fit: [Int], work: Work) throws(DetectionError) -> MapJudgement {
    let all = Array(0..<map.index.count)
    try map.require(fit: all, atLeast: 1)
    let scaled = try map.scaled(fit: all, work: work)
    let ridge = ridge
    let pictures = try cancellable { () throws(Cancelled) in
      try work.map(map.index.count, stage: "pictures") { row -> [Double] in
        let own = scaled.selecting(rows: Array(map.cells(of: row)))
        return CellGaussian(own, ridge: ridge).distances(of: own)
      }
    }
    let cells = pictures.flatMap { $0 }
    return MapJudgement(cells: cells, pictures: map.highest(cells))
  }
}

/// Mean and inverse covariance of a few vectors.
private struct CellGaussian {
  private let mean: [Double]
  private let vectors: Matrix
  private let inverses: [Double]

  init(_ rows: Matrix, ridge: Double) {
    let (count, width) = (rows.rows, rows.columns)
    var mean = [Double](repeating: 0, count: width)
    for row in 0..<count { for column in 0..<width { mean[column] += rows[row, column] / Double(count) } }
    var covariance = Matrix(rows: width, columns: width)
    for row in 0..<count {
      let difference = (0..<width).map { rows[row, $0] - mean[$0] }
      for i in 0..<width {
        for j in 0...i { covariance[i, j] += difference[i] * difference[j] / Double(max(1, count - 1)) }
      }
    }
    for i in 0..<width {
      for j in 0..<i { covariance[j, i] = covariance[i, j] }
      covariance[i, i] += ridge
    }
    self.mean = mean
    if let eigen = SymmetricEigen(covariance) {
      vectors = eigen.vectors
      inverses = eigen.values.map { 1 / max($0, ridge) }
    } else {
      // Without convergence features count as independent.
      var unit = Matrix(rows: width, columns: width)
      for i in 0..<width { unit[i, i] = 1 }
      vectors = unit
      inverses = (0..<width).map { 1 / max(covariance[$0, $0], ridge) }
    }
  }

  func distances(of rows: Matrix) -> [Double] {
    let width = rows.columns
    return (0..<rows.rows).map { row in
      let difference = (0..<width).map { rows[row, $0] - mean[$0] }
      var sum = 0.0
      for axis in 0..<width {
        var along = 0.0
        for column in 0..<width { along += difference[column] * vectors[column, axis] }
        sum += along * along * inverses[axis]
      }
      return sum.squareRoot()
    }
  }
}

extension FeatureMap {
  func highest(_ cells: [Double]) -> [Double] {
    (0..<index.count).map { row in self.cells(of: row).reduce(0) { max($0, cells[$1]) } }
  }
}

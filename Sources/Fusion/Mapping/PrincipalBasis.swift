package import Numerics

/// The directions in which centred rows vary: rows = left × diag(√variances) × rightᵀ.
///
/// - Complexity: O(*n d* min(*n, d*)).
package struct PrincipalBasis: Sendable {
  /// Squared singular values, largest first, only those that are not rounding errors.
  package let variances: [Double]
  /// Rows × rank.
  package let left: Matrix
  /// Columns × rank.
  package let right: Matrix

  private static let negligible = 1e-12

  package init(_ rows: Matrix, work: Work) throws(Cancelled) {
    let isTall = rows.rows > rows.columns
    let gram = try rows.product(
      rows, turning: isTall ? .yes : .no, other: isTall ? .no : .yes, work: work)
    try work.check()
    guard let eigen = SymmetricEigen(gram), let largest = eigen.values.first, largest > 0 else {
      variances = []
      left = Matrix(rows: rows.rows, columns: 0)
      right = Matrix(rows: rows.columns, columns: 0)
      return
    }
    let kept = eigen.values.prefix { $0 > Self.negligible * largest }
    variances = Array(kept)
    let vectors = eigen.vectors.selecting(columns: Array(kept.indices))
    let inverse = kept.map { 1 / $0.squareRoot() }
    if isTall {
      right = vectors
      left = try rows.product(vectors, work: work).scalingColumns { inverse[$0] }
    } else {
      left = vectors
      right = try rows.product(vectors, turning: .yes, work: work).scalingColumns { inverse[$0] }
    }
  }

  func shrinkage(_ place: Int, _ penalty: Double) -> Double {
    variances[place] / (variances[place] + penalty)
  }

  /// How much a learning row decides its own prediction.
  func leverage(_ row: Int, _ penalty: Double) -> Double {
    var sum = 0.0
    for place in variances.indices { sum += left[row, place] * left[row, place] * shrinkage(place, penalty) }
    return sum
  }
}

/// The mean of the learning rows, taken away.
package struct Centering: Sendable {
  package let means: [Double]

  package init(_ matrix: Matrix, rows: [Int]) {
    var means = [Double](repeating: 0, count: matrix.columns)
    for row in rows { for column in means.indices { means[column] += matrix[row, column] } }
    self.means = means.map { $0 / Double(max(1, rows.count)) }
  }

  package func apply(_ matrix: Matrix) -> Matrix {
    var result = matrix
    for cell in result.values.indices { result.values[cell] -= means[cell % matrix.columns] }
    return result
  }
}

extension Matrix {
  func scalingRows(_ factor: (Int) -> Double) -> Matrix {
    var result = self
    for row in 0..<rows {
      let scale = factor(row)
      for column in 0..<columns { result.values[row * columns + column] *= scale }
    }
    return result
  }

  func scalingColumns(_ factor: (Int) -> Double) -> Matrix {
    var result = self
    let scales = (0..<columns).map(factor)
    for cell in result.values.indices { result.values[cell] *= scales[cell % columns] }
    return result
  }
}

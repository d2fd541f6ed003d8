/// The largest eigenvalues of a symmetric operator without negative ones, and their vectors, where the matrix is too
/// large to be written down.
///
/// The largest entry of each vector is positive.
///
/// - Complexity: *turns* applications of the operator to a block of *count* + 10 vectors.
/// - Source: subspace iteration with a random beginning, Halko, Martinsson and Tropp, *Finding structure with
///   randomness*, SIAM Review 53 (2), 2011, algorithms 4.4 and 5.3.
package struct LeadingEigen: Sendable, Equatable {
  package let values: [Double]
  /// One vector a column; fewer than asked for if the operator has not so many directions.
  package let vectors: Matrix

  private static let spare = 10
  private static let mostTurns = 300
  /// What a vanishing direction keeps of the strongest one's square.
  private static let vanishing = 1e-13

  /// - Parameter apply: the operator on a block of `size` rows, a vector a column.
  /// - Parameter tolerance: turning ends when no value changes by more than this share of the largest.
  package init(
    _ count: Int, size: Int, tolerance: Double = 1e-10, work: Work,
    apply: (Matrix) throws(Cancelled) -> Matrix
  ) throws(Cancelled) {
    let width = min(size, count + Self.spare)
    var random = SeededGenerator(seed: 0)
    let start = Matrix(rows: size, columns: width, values: (0..<size * width).map { _ in random.normal() })
    var basis = try Self.orthonormal(start, work: work)
    var found = (values: [Double](), vectors: basis)
    for turn in 0..<Self.mostTurns {
      try work.check()
      work.report(Double(turn) / Double(Self.mostTurns), "turning towards the leading directions")
      let image = try apply(basis)
      let small = try basis.product(image, turning: .yes, work: work)
      guard let eigen = SymmetricEigen(Self.symmetric(small)) else { break }
      let last = found.values
      found = (eigen.values, try basis.product(eigen.vectors, work: work))
      let scale = max(eigen.values.first ?? 0, .leastNormalMagnitude)
      let kept = min(count, eigen.values.count)
      let isSettled =
        last.count == eigen.values.count
        && (0..<kept).allSatisfy { abs(eigen.values[$0] - last[$0]) <= tolerance * scale }
      if isSettled { break }
      let next = try Self.orthonormal(image, work: work)
      if next.columns == 0 { break }
      basis = next
    }
    let least = (found.values.first ?? 0) * Self.vanishing
    let kept = found.values.prefix(count).count { $0 > least }
    values = Array(found.values.prefix(kept))
    vectors = Self.pointed(found.vectors, kept)
  }

  private static func symmetric(_ matrix: Matrix) -> Matrix {
    var result = matrix
    for i in 0..<matrix.rows {
      for j in 0..<i {
        let mean = (matrix[i, j] + matrix[j, i]) / 2
        (result[i, j], result[j, i]) = (mean, mean)
      }
    }
    return result
  }

  /// A basis of what the columns span; columns that say nothing new vanish.
  private static func orthonormal(_ matrix: Matrix, work: Work) throws(Cancelled) -> Matrix {
    var result = matrix
    // Twice, since the first time loses digits where columns are almost alike.
    for _ in 0..<2 {
      let gram = symmetric(try result.product(result, turning: .yes, work: work))
      guard let eigen = SymmetricEigen(gram), let first = eigen.values.first, first > 0 else {
        return Matrix(rows: matrix.rows, columns: 0)
      }
      let kept = eigen.values.count { $0 > first * vanishing }
      var turn = Matrix(rows: gram.rows, columns: kept)
      for column in 0..<kept {
        let scale = 1 / eigen.values[column].squareRoot()
        for row in 0..<gram.rows { turn[row, column] = eigen.vectors[row, column] * scale }
      }
      result = try result.product(turn, work: work)
    }
    return result
  }

  private static func pointed(_ vectors: Matrix, _ count: Int) -> Matrix {
    var result = Matrix(rows: vectors.rows, columns: count)
    for column in 0..<count {
      var largest = 0.0
      for row in 0..<vectors.rows where abs(vectors[row, column]) > abs(largest) {
        largest = vectors[row, column]
      }
      for row in 0..<vectors.rows {
        result[row, column] = largest < 0 ? -vectors[row, column] : vectors[row, column]
      }
    }
    return result
  }
}

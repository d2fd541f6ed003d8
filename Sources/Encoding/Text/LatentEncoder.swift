package import Numerics
package import Values

/// Places documents by what their words have in common: words that occur together share a direction.
///
/// - Input: documents. Vocabulary, weights and directions come from fit rows, or from all rows if nothing was split.
/// - Output: at most *dimensions* numbers a document, those of the strongest direction first, rows of unit length unless
///   that is switched off: a document that has little in common with the others is short, not far. The sign of a direction
///   is that of its strongest word.
/// - Complexity: as `FrequencyEncoder`, and O(*n* · *terms* · *dimensions*) a turn of the iteration.
/// - Source: Deerwester, Dumais, Furnas, Landauer and Harshman, *Indexing by latent semantic analysis*, JASIS 41 (6), 1990,
///   on the weights of `FrequencyEncoder`: A V of the truncated A = U Σ Vᵀ, as scikit-learn's `TruncatedSVD` gives it.
package struct LatentEncoder: Sendable, Equatable {
  package var dimensions: Int
  package var most: Int
  /// Divides each row by its length.
  package var isUnit = true

  package init(dimensions: Int = 100, most: Int = 2000) {
    precondition(dimensions > 0 && most > 0, "a vector has numbers")
    self.dimensions = dimensions
    self.most = most
  }

  package func encode(_ documents: Documents, work: Work) throws(EncodingError) -> Encoded {
    let weighed = try FrequencyEncoder(most: most).encode(documents, work: work)
    let fit = weighed.matrix.selecting(rows: documents.frame.index.rows(in: .fit))
    return try orCancelled { () throws(Cancelled) in
      let directions = try LeadingEigen(dimensions, size: fit.columns, work: work) {
        block throws(Cancelled) in
        try fit.product(try fit.product(block, work: work), turning: .yes, work: work)
      }.vectors
      var matrix = try weighed.matrix.product(directions, work: work)
      for row in 0..<matrix.rows where isUnit {
        let length = matrix.row(row).reduce(0) { $0 + $1 * $1 }.squareRoot()
        for column in 0..<matrix.columns where length > 0 { matrix[row, column] /= length }
      }
      matrix.dropRounding()
      return Encoded(
        features: (0..<matrix.columns).map { "topic\($0 + 1)" }, matrix: matrix,
        presence: Mask(count: matrix.rows, repeating: true))
    }
  }
}

extension Matrix {
  /// Keeps 40 bits below the largest number, so that what differs by the order of additions alone is the same:
  /// detectors that rank or compare would see a difference, and another one on another processor.
  fileprivate mutating func dropRounding() {
    var largest = 0.0
    for row in 0..<rows { for value in self.row(row) { largest = max(largest, abs(value)) } }
    guard largest > 0, largest.isFinite else { return }
    let grid = Double(sign: .plus, exponent: largest.exponent - 40, significand: 1)
    for row in 0..<rows {
      for column in 0..<columns { self[row, column] = (self[row, column] / grid).rounded() * grid }
    }
  }
}

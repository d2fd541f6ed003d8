/// Whether a factor enters a product turned on its side.
package enum Turned: Sendable {
  case no, yes
}

extension Matrix {
  /// self × other, either of them turned on request.
  ///
  /// Each entry is one sum in a fixed order, so the bits depend neither on the number of threads nor on the other rows.
  ///
  /// - Complexity: O(*n m k*).
  package func product(
    _ other: Matrix, turning turned: Turned = .no, other otherTurned: Turned = .no, work: Work = Work()
  ) throws(Cancelled) -> Matrix {
    let (count, inner) = turned == .no ? (rows, columns) : (columns, rows)
    let (otherInner, width) =
      otherTurned == .no ? (other.rows, other.columns) : (other.columns, other.rows)
    precondition(inner == otherInner, "the inner sides differ")
    if count == 0 || width == 0 || inner == 0 { return Matrix(rows: count, columns: width) }
    let left = turned == .no ? values : transposedValues()
    let packed = RowProduct(other, turned: otherTurned)
    let filled = try work.fill(
      count, stride: width, size: ProductChunk.rows(inner: inner, width: width), stage: "multiplying"
    ) { range, target in
      packed.multiply(
        left.span.extracting(range.lowerBound * inner..<range.upperBound * inner), into: &target)
    }
    return Matrix(rows: count, columns: width, values: filled)
  }
}

enum ProductChunk {
  /// Some ten milliseconds on one core.
  private static let operations = 200_000_000

  /// A multiple of the four rows that the kernels take at once.
  static func rows(inner: Int, width: Int) -> Int {
    max(16, min(128, operations / (2 * inner * width) / 4 * 4))
  }
}

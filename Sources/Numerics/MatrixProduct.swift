import CLapack

/// Whether a factor enters a product turned on its side.
package enum Turned: Sendable {
  case no, yes
}

extension Matrix {
  /// self × other, either of them turned on request.
  ///
  /// Rows of the result are computed in chunks that depend on the shapes alone, each by one call of a library that uses
  /// one thread, so that the bits do not depend on the number of threads.
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
    let (a, b) = (values, other.values)
    let filled = try work.fill(
      count, stride: width, size: ProductChunk.rows(inner: inner, width: width), stage: "multiplying"
    ) { range, target in
      let start = turned == .no ? range.lowerBound * inner : range.lowerBound
      // SAFETY: the shapes were compared above; a chunk reads its rows of `a` and all of `b`, and writes `range.count`
      // rows of `width` values, which is what the target holds. Nothing keeps a pointer.
      unsafe a.withUnsafeBufferPointer { a in
        unsafe b.withUnsafeBufferPointer { b in
          unsafe target.withUnsafeMutableBufferPointer { c in
            guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
            unsafe cblas_dgemm(
              Int32(SondeRowMajor), turned.code, otherTurned.code, Int32(range.count), Int32(width),
              Int32(inner), 1, a + start, Int32(columns), b, Int32(other.columns), 0, c, Int32(width))
          }
        }
      }
    }
    return Matrix(rows: count, columns: width, values: filled)
  }
}

extension Turned {
  var code: Int32 {
    Int32(self == .no ? SondeNoTranspose : SondeTranspose)
  }
}

enum ProductChunk {
  /// About ten milliseconds on one core.
  private static let operations = 200_000_000

  static func rows(inner: Int, width: Int) -> Int {
    max(16, operations / (2 * inner * width) / 16 * 16)
  }
}

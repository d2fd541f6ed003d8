/// Multiplies rows by a matrix: `result[i][j] = Σ rows[i][l] * matrix[l][j]`, each sum in the order of l.
///
/// - `panels`: the matrix, `2 * DoubleLanes.scalarCount` columns interleaved and padded with zeros:
///   `[panel][l][width]`. - `result`: `rowCount` rows of `panelCount * width` values.
public func multiplyRows(
  _ rows: UnsafePointer<Double>, rowCount: Int, inner: Int, panels: UnsafePointer<Double>, panelCount: Int,
  into result: UnsafeMutablePointer<Double>
) {
  let width = productWidth
  let stride = panelCount * width
  var row = 0
  while row < rowCount {
    // The last rows of a short block are computed more than once rather than with another loop.
    let r0 = rows + row * inner
    let r1 = rows + min(row + 1, rowCount - 1) * inner
    let r2 = rows + min(row + 2, rowCount - 1) * inner
    let r3 = rows + min(row + 3, rowCount - 1) * inner
    for panel in 0..<panelCount {
      var column = UnsafeRawPointer(panels + panel * inner * width)
      var a0 = DoubleLanes.zero
      var b0 = DoubleLanes.zero
      var a1 = DoubleLanes.zero
      var b1 = DoubleLanes.zero
      var a2 = DoubleLanes.zero
      var b2 = DoubleLanes.zero
      var a3 = DoubleLanes.zero
      var b3 = DoubleLanes.zero
      for l in 0..<inner {
        let c0 = column.loadUnaligned(as: DoubleLanes.self)
        let c1 = column.loadUnaligned(fromByteOffset: width * 4, as: DoubleLanes.self)
        a0 = fusedDouble(a0, r0[l], c0)
        b0 = fusedDouble(b0, r0[l], c1)
        a1 = fusedDouble(a1, r1[l], c0)
        b1 = fusedDouble(b1, r1[l], c1)
        a2 = fusedDouble(a2, r2[l], c0)
        b2 = fusedDouble(b2, r2[l], c1)
        a3 = fusedDouble(a3, r3[l], c0)
        b3 = fusedDouble(b3, r3[l], c1)
        column += width * 8
      }
      let offset = panel * width
      put(a0, b0, result + row * stride + offset)
      if row + 1 < rowCount { put(a1, b1, result + (row + 1) * stride + offset) }
      if row + 2 < rowCount { put(a2, b2, result + (row + 2) * stride + offset) }
      if row + 3 < rowCount { put(a3, b3, result + (row + 3) * stride + offset) }
    }
    row += 4
  }
}

/// Columns that one panel of `multiplyRows` interleaves.
public var productWidth: Int { 2 * DoubleLanes.scalarCount }

#if FUSED
  @inline(__always) private func fusedDouble(_ sum: DoubleLanes, _ a: Double, _ b: DoubleLanes) -> DoubleLanes
  {
    sum.addingProduct(DoubleLanes(repeating: a), b)
  }
#else
  @inline(__always) private func fusedDouble(_ sum: DoubleLanes, _ a: Double, _ b: DoubleLanes) -> DoubleLanes
  {
    sum + DoubleLanes(repeating: a) * b
  }
#endif

@inline(__always) private func put(_ a: DoubleLanes, _ b: DoubleLanes, _ target: UnsafeMutablePointer<Double>)
{
  let raw = UnsafeMutableRawPointer(target)
  raw.storeBytes(of: a, as: DoubleLanes.self)
  raw.storeBytes(of: b, toByteOffset: DoubleLanes.scalarCount * 8, as: DoubleLanes.self)
}

/// Multiplies rows of single precision by a matrix: `result[i][j] = Σ rows[i][l] * matrix[l][j]`, each sum in the order of l.
///
/// - `panels`: the matrix, `2 * Lanes.scalarCount` columns interleaved and padded with zeros:
///   `[panel][l][width]`. - `result`: `panelCount * width` values a row, rows `stride` apart.
public func multiplySingleRows(
  _ rows: UnsafePointer<Float>, rowCount: Int, inner: Int, panels: UnsafePointer<Float>, panelCount: Int,
  into result: UnsafeMutablePointer<Float>, stride: Int
) {
  let width = singleProductWidth
  var row = 0
  while row < rowCount {
    // The last rows of a short block are computed more than once rather than with another loop.
    let r0 = rows + row * inner
    let r1 = rows + min(row + 1, rowCount - 1) * inner
    let r2 = rows + min(row + 2, rowCount - 1) * inner
    let r3 = rows + min(row + 3, rowCount - 1) * inner
    for panel in 0..<panelCount {
      var column = UnsafeRawPointer(panels + panel * inner * width)
      var a0 = Lanes.zero
      var b0 = Lanes.zero
      var a1 = Lanes.zero
      var b1 = Lanes.zero
      var a2 = Lanes.zero
      var b2 = Lanes.zero
      var a3 = Lanes.zero
      var b3 = Lanes.zero
      for l in 0..<inner {
        let c0 = column.loadUnaligned(as: Lanes.self)
        let c1 = column.loadUnaligned(fromByteOffset: width * 2, as: Lanes.self)
        a0 = fusedSingle(a0, r0[l], c0)
        b0 = fusedSingle(b0, r0[l], c1)
        a1 = fusedSingle(a1, r1[l], c0)
        b1 = fusedSingle(b1, r1[l], c1)
        a2 = fusedSingle(a2, r2[l], c0)
        b2 = fusedSingle(b2, r2[l], c1)
        a3 = fusedSingle(a3, r3[l], c0)
        b3 = fusedSingle(b3, r3[l], c1)
        column += width * 4
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

/// Columns that one panel of `multiplySingleRows` interleaves.
public var singleProductWidth: Int { 2 * Lanes.scalarCount }

#if FUSED
  @inline(__always) private func fusedSingle(_ sum: Lanes, _ a: Float, _ b: Lanes) -> Lanes {
    sum.addingProduct(Lanes(repeating: a), b)
  }
#else
  @inline(__always) private func fusedSingle(_ sum: Lanes, _ a: Float, _ b: Lanes) -> Lanes {
    sum + Lanes(repeating: a) * b
  }
#endif

@inline(__always) private func put(_ a: Lanes, _ b: Lanes, _ target: UnsafeMutablePointer<Float>) {
  let raw = UnsafeMutableRawPointer(target)
  raw.storeBytes(of: a, as: Lanes.self)
  raw.storeBytes(of: b, toByteOffset: Lanes.scalarCount * 4, as: Lanes.self)
}

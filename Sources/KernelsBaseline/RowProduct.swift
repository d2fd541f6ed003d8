/// Multiplies rows by a matrix: `result[i][j] = Σ rows[i][l] * matrix[l][j]`, each sum in the order of l.
///
/// - `panels`: the matrix, `2 * DoubleLanes.scalarCount` columns interleaved and padded with zeros:
///   `[panel][l][width]`. - `result`: `panelCount * width` values a row, rows `stride` apart.
public func multiplyRows(
  _ rows: UnsafePointer<Double>, rowCount: Int, inner: Int, panels: UnsafePointer<Double>, panelCount: Int,
  into result: UnsafeMutablePointer<Double>, stride: Int
) {
  accumulate(ProductTerms.self, rows, rowCount, inner, panels, panelCount, result, stride)
}

/// Squared distances of rows to the columns of a matrix: `result[i][j] = Σ (rows[i][l] − matrix[l][j])²`, each sum in
/// the order of l; the rest as for `multiplyRows`.
public func squaredDistancesOfRows(
  _ rows: UnsafePointer<Double>, rowCount: Int, inner: Int, panels: UnsafePointer<Double>, panelCount: Int,
  into result: UnsafeMutablePointer<Double>, stride: Int
) {
  accumulate(DistanceTerms.self, rows, rowCount, inner, panels, panelCount, result, stride)
}

/// Wrap-around products of rows with the columns of a matrix: `result[i][j] = Π (3/2 − a + a²)` where
/// a = |rows[i][l] − matrix[l][j]|; the rest as for `multiplyRows`.
public func wrapAroundProductsOfRows(
  _ rows: UnsafePointer<Double>, rowCount: Int, inner: Int, panels: UnsafePointer<Double>, panelCount: Int,
  into result: UnsafeMutablePointer<Double>, stride: Int
) {
  accumulate(WrapAroundFactors.self, rows, rowCount, inner, panels, panelCount, result, stride)
}

/// |z M|² of rows, where z = (row − center) / scale, pulled in to `limit`, less an offset.
///
/// - `panels`: the matrix M as for `multiplyRows`; `scratch`: room for four rows; `result`: one number a row.
public func squaredNormsOfProducts(
  _ rows: UnsafePointer<Double>, rowCount: Int, inner: Int, centers: UnsafePointer<Double>,
  scales: UnsafePointer<Double>, limit: Double, offsets: UnsafePointer<Double>, panels: UnsafePointer<Double>,
  panelCount: Int, scratch: UnsafeMutablePointer<Double>, into result: UnsafeMutablePointer<Double>
) {
  let width = productWidth
  for row in stride(from: 0, to: rowCount, by: 4) {
    let count = min(4, rowCount - row)
    standardiseRows(
      rows + row * inner, rowCount: count, columns: inner, centers: centers, scales: scales, limit: limit,
      into: scratch, stride: inner)
    // With fewer than four rows the others keep what stood there.
    let (r0, r1, r2, r3) = (scratch, scratch + inner, scratch + 2 * inner, scratch + 3 * inner)
    var (s0, s1, s2, s3) = (DoubleLanes.zero, DoubleLanes.zero, DoubleLanes.zero, DoubleLanes.zero)
    for panel in 0..<panelCount {
      var column = UnsafeRawPointer(panels + panel * inner * width)
      var (a0, a1, a2, a3) = (DoubleLanes.zero, DoubleLanes.zero, DoubleLanes.zero, DoubleLanes.zero)
      var (b0, b1, b2, b3) = (DoubleLanes.zero, DoubleLanes.zero, DoubleLanes.zero, DoubleLanes.zero)
      for l in 0..<inner {
        let c0 = column.loadUnaligned(as: DoubleLanes.self)
        let c1 = column.loadUnaligned(fromByteOffset: width * 4, as: DoubleLanes.self)
        let offset = offsets[l]
        let v0 = DoubleLanes(repeating: r0[l] - offset)
        a0 = fusedDouble(a0, v0, c0)
        b0 = fusedDouble(b0, v0, c1)
        let v1 = DoubleLanes(repeating: r1[l] - offset)
        a1 = fusedDouble(a1, v1, c0)
        b1 = fusedDouble(b1, v1, c1)
        let v2 = DoubleLanes(repeating: r2[l] - offset)
        a2 = fusedDouble(a2, v2, c0)
        b2 = fusedDouble(b2, v2, c1)
        let v3 = DoubleLanes(repeating: r3[l] - offset)
        a3 = fusedDouble(a3, v3, c0)
        b3 = fusedDouble(b3, v3, c1)
        column += width * 8
      }
      s0 = fusedDouble(fusedDouble(s0, a0, a0), b0, b0)
      s1 = fusedDouble(fusedDouble(s1, a1, a1), b1, b1)
      s2 = fusedDouble(fusedDouble(s2, a2, a2), b2, b2)
      s3 = fusedDouble(fusedDouble(s3, a3, a3), b3, b3)
    }
    result[row] = s0.sum()
    if count > 1 { result[row + 1] = s1.sum() }
    if count > 2 { result[row + 2] = s2.sum() }
    if count > 3 { result[row + 3] = s3.sum() }
  }
}

/// Σ row ⊗ row over rows of `stride` values, a multiple of `productWidth`; each entry is one sum in the order of the rows.
///
/// - `result`: `stride` × `stride`; what lies more than a panel left of the diagonal stays as it was.
public func sumOuterProducts(
  _ rows: UnsafePointer<Double>, rowCount: Int, stride: Int, into result: UnsafeMutablePointer<Double>
) {
  let width = productWidth
  for panel in 0..<stride / width {
    let start = UnsafeRawPointer(rows + panel * width)
    for i in Swift.stride(from: 0, to: (panel + 1) * width, by: 4) {
      var (a0, b0) = (DoubleLanes.zero, DoubleLanes.zero)
      var (a1, b1) = (DoubleLanes.zero, DoubleLanes.zero)
      var (a2, b2) = (DoubleLanes.zero, DoubleLanes.zero)
      var (a3, b3) = (DoubleLanes.zero, DoubleLanes.zero)
      var column = start
      var value = rows + i
      for _ in 0..<rowCount {
        let c0 = column.loadUnaligned(as: DoubleLanes.self)
        let c1 = column.loadUnaligned(fromByteOffset: width * 4, as: DoubleLanes.self)
        a0 = fusedDouble(a0, DoubleLanes(repeating: value[0]), c0)
        b0 = fusedDouble(b0, DoubleLanes(repeating: value[0]), c1)
        a1 = fusedDouble(a1, DoubleLanes(repeating: value[1]), c0)
        b1 = fusedDouble(b1, DoubleLanes(repeating: value[1]), c1)
        a2 = fusedDouble(a2, DoubleLanes(repeating: value[2]), c0)
        b2 = fusedDouble(b2, DoubleLanes(repeating: value[2]), c1)
        a3 = fusedDouble(a3, DoubleLanes(repeating: value[3]), c0)
        b3 = fusedDouble(b3, DoubleLanes(repeating: value[3]), c1)
        column += stride * 8
        value += stride
      }
      let target = result + i * stride + panel * width
      put(a0, b0, target)
      put(a1, b1, target + stride)
      put(a2, b2, target + 2 * stride)
      put(a3, b3, target + 3 * stride)
    }
  }
}

/// What becomes of a value and a column of the matrix, and how it joins those before.
private protocol Terms {
  static var start: Double { get }
  static func joined(_ sum: DoubleLanes, _ value: Double, _ column: DoubleLanes) -> DoubleLanes
}

private enum ProductTerms: Terms {
  @inline(__always) static var start: Double { 0 }
  @inline(__always) static func joined(
    _ sum: DoubleLanes, _ value: Double, _ column: DoubleLanes
  ) -> DoubleLanes {
    fusedDouble(sum, DoubleLanes(repeating: value), column)
  }
}

private enum DistanceTerms: Terms {
  @inline(__always) static var start: Double { 0 }
  @inline(__always) static func joined(
    _ sum: DoubleLanes, _ value: Double, _ column: DoubleLanes
  ) -> DoubleLanes {
    let difference = column - DoubleLanes(repeating: value)
    return fusedDouble(sum, difference, difference)
  }
}

private enum WrapAroundFactors: Terms {
  @inline(__always) static var start: Double { 1 }
  @inline(__always) static func joined(
    _ product: DoubleLanes, _ value: Double, _ column: DoubleLanes
  ) -> DoubleLanes {
    let difference = column - DoubleLanes(repeating: value)
    // 3/2 − a + a² = 3/2 − (a − a²); the sign bit alone makes the difference a distance.
    let apart = unsafeBitCast(
      unsafeBitCast(difference, to: IntegerLanes.self) & Int64.max, to: DoubleLanes.self)
    return product * (fusedDouble(DoubleLanes(repeating: 1.5), difference, difference) - apart)
  }
}

@inline(__always) private func accumulate<T: Terms>(
  _ terms: T.Type, _ rows: UnsafePointer<Double>, _ rowCount: Int, _ inner: Int,
  _ panels: UnsafePointer<Double>,
  _ panelCount: Int, _ result: UnsafeMutablePointer<Double>, _ stride: Int
) {
  let width = productWidth
  var row = 0
  while row < rowCount {
    // The last rows of a short block are computed more than once rather than with another loop.
    let r0 = rows + row * inner
    let r1 = rows + min(row + 1, rowCount - 1) * inner
    let r2 = rows + min(row + 2, rowCount - 1) * inner
    let r3 = rows + min(row + 3, rowCount - 1) * inner
    for panel in 0..<panelCount {
      var column = UnsafeRawPointer(panels + panel * inner * width)
      var a0 = DoubleLanes(repeating: T.start)
      var b0 = DoubleLanes(repeating: T.start)
      var a1 = DoubleLanes(repeating: T.start)
      var b1 = DoubleLanes(repeating: T.start)
      var a2 = DoubleLanes(repeating: T.start)
      var b2 = DoubleLanes(repeating: T.start)
      var a3 = DoubleLanes(repeating: T.start)
      var b3 = DoubleLanes(repeating: T.start)
      for l in 0..<inner {
        let c0 = column.loadUnaligned(as: DoubleLanes.self)
        let c1 = column.loadUnaligned(fromByteOffset: width * 4, as: DoubleLanes.self)
        a0 = T.joined(a0, r0[l], c0)
        b0 = T.joined(b0, r0[l], c1)
        a1 = T.joined(a1, r1[l], c0)
        b1 = T.joined(b1, r1[l], c1)
        a2 = T.joined(a2, r2[l], c0)
        b2 = T.joined(b2, r2[l], c1)
        a3 = T.joined(a3, r3[l], c0)
        b3 = T.joined(b3, r3[l], c1)
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
  @inline(__always) private func fusedDouble(
    _ sum: DoubleLanes, _ a: DoubleLanes, _ b: DoubleLanes
  ) -> DoubleLanes {
    sum.addingProduct(a, b)
  }
#else
  @inline(__always) private func fusedDouble(
    _ sum: DoubleLanes, _ a: DoubleLanes, _ b: DoubleLanes
  ) -> DoubleLanes {
    sum + a * b
  }
#endif

@inline(__always) private func put(_ a: DoubleLanes, _ b: DoubleLanes, _ target: UnsafeMutablePointer<Double>)
{
  let raw = UnsafeMutableRawPointer(target)
  raw.storeBytes(of: a, as: DoubleLanes.self)
  raw.storeBytes(of: b, toByteOffset: DoubleLanes.scalarCount * 8, as: DoubleLanes.self)
}

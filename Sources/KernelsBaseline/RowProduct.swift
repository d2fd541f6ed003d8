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

/// Adds wrap-around products of rows with the columns of a matrix, Π (3/2 − a + a²) where a = |row[l] − matrix[l][j]|, to
/// sums for the rows and for the columns.
///
/// Every sum has `productWidth` parts, which take its terms in turn: the products of column j go to part j % `productWidth`
/// of each row, those of row i to part i % `productWidth` of each column. So a row's sum over some columns has the same
/// bits as a column's over the same rows.
///
/// - `panels`: as for `multiplyRows`; `columns`: those that are not padding.
/// - `own`: `productWidth` parts a row; `others`: for each part a value for each column, padding among them, or nil.
public func addWrapAroundProducts(
  _ rows: UnsafePointer<Double>, rowCount: Int, inner: Int, panels: UnsafePointer<Double>, columns: Int,
  own: UnsafeMutablePointer<Double>, others: UnsafeMutablePointer<Double>?
) {
  let width = productWidth
  let panelCount = (columns + width - 1) / width
  for panel in 0..<panelCount {
    let used = columns - panel * width
    for row in stride(from: 0, to: rowCount, by: 4) {
      var tile = Tile(WrapAroundFactors.self, rows, row, rowCount, inner, panels + panel * inner * width)
      if used < width { tile.clear(from: used) }
      for place in 0..<min(4, rowCount - row) {
        let (a, b) = tile[place]
        add(a, b, own + (row + place) * width)
        if let others { add(a, b, others + ((row + place) % width * panelCount + panel) * width) }
      }
    }
  }
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

/// What four rows and the columns of a panel come to.
private struct Tile {
  private var a0, b0, a1, b1, a2, b2, a3, b3: DoubleLanes

  /// The rows from `row` on; the last ones of a short block are computed more than once rather than with another loop.
  @inline(__always)
  init<T: Terms>(
    _ terms: T.Type, _ rows: UnsafePointer<Double>, _ row: Int, _ rowCount: Int, _ inner: Int,
    _ panel: UnsafePointer<Double>
  ) {
    let r0 = rows + row * inner
    let r1 = rows + min(row + 1, rowCount - 1) * inner
    let r2 = rows + min(row + 2, rowCount - 1) * inner
    let r3 = rows + min(row + 3, rowCount - 1) * inner
    var column = UnsafeRawPointer(panel)
    a0 = DoubleLanes(repeating: T.start)
    b0 = DoubleLanes(repeating: T.start)
    a1 = DoubleLanes(repeating: T.start)
    b1 = DoubleLanes(repeating: T.start)
    a2 = DoubleLanes(repeating: T.start)
    b2 = DoubleLanes(repeating: T.start)
    a3 = DoubleLanes(repeating: T.start)
    b3 = DoubleLanes(repeating: T.start)
    for l in 0..<inner {
      let c0 = column.loadUnaligned(as: DoubleLanes.self)
      let c1 = column.loadUnaligned(fromByteOffset: productWidth * 4, as: DoubleLanes.self)
      a0 = T.joined(a0, r0[l], c0)
      b0 = T.joined(b0, r0[l], c1)
      a1 = T.joined(a1, r1[l], c0)
      b1 = T.joined(b1, r1[l], c1)
      a2 = T.joined(a2, r2[l], c0)
      b2 = T.joined(b2, r2[l], c1)
      a3 = T.joined(a3, r3[l], c0)
      b3 = T.joined(b3, r3[l], c1)
      column += productWidth * 8
    }
  }

  @inline(__always)
  subscript(place: Int) -> (DoubleLanes, DoubleLanes) {
    switch place {
    case 0: (a0, b0)
    case 1: (a1, b1)
    case 2: (a2, b2)
    default: (a3, b3)
    }
  }

  /// Puts zeros into the columns from `used` on.
  @inline(__always)
  mutating func clear(from used: Int) {
    for lane in 0..<DoubleLanes.scalarCount {
      if lane >= used { (a0[lane], a1[lane], a2[lane], a3[lane]) = (0, 0, 0, 0) }
      if lane + DoubleLanes.scalarCount >= used { (b0[lane], b1[lane], b2[lane], b3[lane]) = (0, 0, 0, 0) }
    }
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
    for panel in 0..<panelCount {
      let tile = Tile(terms, rows, row, rowCount, inner, panels + panel * inner * width)
      for place in 0..<min(4, rowCount - row) {
        let (a, b) = tile[place]
        put(a, b, result + (row + place) * stride + panel * width)
      }
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

@inline(__always) private func add(_ a: DoubleLanes, _ b: DoubleLanes, _ target: UnsafeMutablePointer<Double>)
{
  let raw = UnsafeRawPointer(target)
  put(
    raw.loadUnaligned(as: DoubleLanes.self) + a,
    raw.loadUnaligned(fromByteOffset: DoubleLanes.scalarCount * 8, as: DoubleLanes.self) + b, target)
}

/// Rows of references that one panel interleaves.
public var panelWidth: Int { 2 * Lanes.scalarCount }
/// Queries that one tile interleaves.
public var tileHeight: Int { 4 }

#if FUSED
  @inline(__always) private func fused(_ sum: Lanes, _ a: Lanes, _ b: Lanes) -> Lanes {
    sum.addingProduct(a, b)
  }
#else
  @inline(__always) private func fused(_ sum: Lanes, _ a: Lanes, _ b: Lanes) -> Lanes { sum + a * b }
#endif

/// Squared distances of the four queries of a tile to the two vectors of references of a panel.
private struct TileDistances {
  var a0, b0, a1, b1, a2, b2, a3, b3: Lanes

  /// |q|² + |r|² − 2 q·r, dimension after dimension.
  @inline(__always)
  init(
    tile: UnsafePointer<Float>, queryNorms: UnsafePointer<Float>, panel: UnsafePointer<Float>,
    norms: UnsafePointer<Float>, dimensions: Int
  ) {
    let width = Lanes.scalarCount
    let norm = UnsafeRawPointer(norms)
    let first = norm.loadUnaligned(as: Lanes.self)
    let second = norm.loadUnaligned(fromByteOffset: 4 * width, as: Lanes.self)
    a0 = first + queryNorms[0]
    b0 = second + queryNorms[0]
    a1 = first + queryNorms[1]
    b1 = second + queryNorms[1]
    a2 = first + queryNorms[2]
    b2 = second + queryNorms[2]
    a3 = first + queryNorms[3]
    b3 = second + queryNorms[3]
    var reference = UnsafeRawPointer(panel)
    var q = tile
    for _ in 0..<dimensions {
      let r0 = reference.loadUnaligned(as: Lanes.self)
      let r1 = reference.loadUnaligned(fromByteOffset: 4 * width, as: Lanes.self)
      let q0 = Lanes(repeating: q[0])
      a0 = fused(a0, q0, r0)
      b0 = fused(b0, q0, r1)
      let q1 = Lanes(repeating: q[1])
      a1 = fused(a1, q1, r0)
      b1 = fused(b1, q1, r1)
      let q2 = Lanes(repeating: q[2])
      a2 = fused(a2, q2, r0)
      b2 = fused(b2, q2, r1)
      let q3 = Lanes(repeating: q[3])
      a3 = fused(a3, q3, r0)
      b3 = fused(b3, q3, r1)
      reference += 8 * width
      q += 4
    }
  }
}

/// Offers every reference of some panels to every query of some tiles, and keeps the `capacity` smallest squared distances a query.
///
/// - `tiles`: queries times −2, four interleaved: `[tile][dimension][4]`; `queryNorms`: |q|², four a tile.
/// - `panels`: references from panel `firstPanel` on, `panelWidth` interleaved: `[panel][dimension][panelWidth]`; `norms`:
///   |r|² of all references, infinite for padding.
/// - `heapValues`, `heapRows`: for each query a binary max-heap of `capacity` values, filled with infinity before the
///   first call, and the reference rows that they belong to.
/// - `selfOffset`: query q is reference `selfOffset + q` and must not find itself; a large negative number for none.
/// - `scratch`: room for `panelWidth` values.
public func offerNeighbors(
  tiles: UnsafePointer<Float>, queryNorms: UnsafePointer<Float>, tileCount: Int, dimensions: Int,
  panels: UnsafePointer<Float>, firstPanel: Int, norms: UnsafePointer<Float>, panelRange: Range<Int>,
  capacity: Int, heapValues: UnsafeMutablePointer<Float>, heapRows: UnsafeMutablePointer<Int32>,
  selfOffset: Int,
  scratch: UnsafeMutablePointer<Float>
) {
  let width = Lanes.scalarCount
  for tile in 0..<tileCount {
    let heaps = heapValues + tile * 4 * capacity
    var limit0 = Lanes(repeating: heaps[0])
    var limit1 = Lanes(repeating: heaps[capacity])
    var limit2 = Lanes(repeating: heaps[2 * capacity])
    var limit3 = Lanes(repeating: heaps[3 * capacity])
    for panel in panelRange {
      let d = TileDistances(
        tile: tiles + tile * dimensions * 4, queryNorms: queryNorms + 4 * tile,
        panel: panels + (panel - firstPanel) * dimensions * panelWidth,
        norms: norms + panel * panelWidth,
        dimensions: dimensions)
      // A value below its query's limit leaves a sign bit.
      let hits0 = signs(d.a0 - limit0) | signs(d.b0 - limit0)
      let hits1 = signs(d.a1 - limit1) | signs(d.b1 - limit1)
      let hits2 = signs(d.a2 - limit2) | signs(d.b2 - limit2)
      let hits3 = signs(d.a3 - limit3) | signs(d.b3 - limit3)
      if !hasSign((hits0 | hits1) | (hits2 | hits3)) { continue }
      let row = panel * panelWidth
      func offer(_ a: Lanes, _ b: Lanes, _ j: Int) -> Lanes {
        let spill = UnsafeMutableRawPointer(scratch)
        spill.storeBytes(of: a, as: Lanes.self)
        spill.storeBytes(of: b, toByteOffset: 4 * width, as: Lanes.self)
        let own = selfOffset + tile * 4 + j - row
        let values = heaps + j * capacity
        let rows = heapRows + (tile * 4 + j) * capacity
        for lane in 0..<2 * width {
          let value = scratch[lane]
          if value < values[0], lane != own {
            replaceLargest(values, rows, capacity, value, Int32(truncatingIfNeeded: row + lane))
          }
        }
        return Lanes(repeating: values[0])
      }
      if hasSign(hits0) { limit0 = offer(d.a0, d.b0, 0) }
      if hasSign(hits1) { limit1 = offer(d.a1, d.b1, 1) }
      if hasSign(hits2) { limit2 = offer(d.a2, d.b2, 2) }
      if hasSign(hits3) { limit3 = offer(d.a3, d.b3, 3) }
    }
  }
}

/// Offers the rows of some tiles and those of some panels to each other, as `offerNeighbors` does in one direction.
///
/// The rows of the tiles begin at `firstRow` and are not among those of the panels. Heaps hold `capacity` values for each of
/// all rows; `limits` holds the largest of each heap, or minus infinity for a row that looks for no neighbours.
public func offerBothWays(
  tiles: UnsafePointer<Float>, tileCount: Int, firstRow: Int, dimensions: Int, panels: UnsafePointer<Float>,
  firstPanel: Int, norms: UnsafePointer<Float>, panelRange: Range<Int>, capacity: Int,
  limits: UnsafeMutablePointer<Float>,
  heapValues: UnsafeMutablePointer<Float>, heapRows: UnsafeMutablePointer<Int32>,
  scratch: UnsafeMutablePointer<Float>
) {
  let width = Lanes.scalarCount
  for tile in 0..<tileCount {
    let first = firstRow + 4 * tile
    for panel in panelRange {
      let d = TileDistances(
        tile: tiles + tile * dimensions * 4, queryNorms: norms + first,
        panel: panels + (panel - firstPanel) * dimensions * panelWidth,
        norms: norms + panel * panelWidth,
        dimensions: dimensions)
      let row = panel * panelWidth
      let own = UnsafeRawPointer(limits + row)
      let limitA = own.loadUnaligned(as: Lanes.self)
      let limitB = own.loadUnaligned(fromByteOffset: 4 * width, as: Lanes.self)
      let (limit0, limit1) = (limits[first], limits[first + 1])
      let (limit2, limit3) = (limits[first + 2], limits[first + 3])
      let hits0 =
        (signs(d.a0 - limit0) | signs(d.b0 - limit0)) | (signs(d.a0 - limitA) | signs(d.b0 - limitB))
      let hits1 =
        (signs(d.a1 - limit1) | signs(d.b1 - limit1)) | (signs(d.a1 - limitA) | signs(d.b1 - limitB))
      let hits2 =
        (signs(d.a2 - limit2) | signs(d.b2 - limit2)) | (signs(d.a2 - limitA) | signs(d.b2 - limitB))
      let hits3 =
        (signs(d.a3 - limit3) | signs(d.b3 - limit3)) | (signs(d.a3 - limitA) | signs(d.b3 - limitB))
      if !hasSign((hits0 | hits1) | (hits2 | hits3)) { continue }
      func put(_ value: Float, _ other: Int, into row: Int) {
        let values = heapValues + row * capacity
        replaceLargest(
          values, heapRows + row * capacity, capacity, value, Int32(truncatingIfNeeded: other))
        limits[row] = values[0]
      }
      func offer(_ a: Lanes, _ b: Lanes, _ query: Int) {
        let spill = UnsafeMutableRawPointer(scratch)
        spill.storeBytes(of: a, as: Lanes.self)
        spill.storeBytes(of: b, toByteOffset: 4 * width, as: Lanes.self)
        for lane in 0..<2 * width {
          let value = scratch[lane]
          if value < limits[query] { put(value, row + lane, into: query) }
          if value < limits[row + lane] { put(value, query, into: row + lane) }
        }
      }
      if hasSign(hits0) { offer(d.a0, d.b0, first) }
      if hasSign(hits1) { offer(d.a1, d.b1, first + 1) }
      if hasSign(hits2) { offer(d.a2, d.b2, first + 2) }
      if hasSign(hits3) { offer(d.a3, d.b3, first + 3) }
    }
  }
}

/// Lowers the values of rows to their squared distance to one more center.
///
/// - `panels`: as for `offerNeighbors`; `nearest`: `panelWidth` values a panel.
public func lowerDistances(
  center: UnsafePointer<Float>, dimensions: Int, panels: UnsafePointer<Float>, panelRange: Range<Int>,
  nearest: UnsafeMutablePointer<Float>
) {
  let width = Lanes.scalarCount
  for panel in panelRange {
    var reference = UnsafeRawPointer(panels + panel * dimensions * panelWidth)
    var (a, b) = (Lanes.zero, Lanes.zero)
    for dimension in 0..<dimensions {
      let value = Lanes(repeating: center[dimension])
      let c = reference.loadUnaligned(as: Lanes.self) - value
      let d = reference.loadUnaligned(fromByteOffset: 4 * width, as: Lanes.self) - value
      a = fused(a, c, c)
      b = fused(b, d, d)
      reference += 8 * width
    }
    let known = UnsafeMutableRawPointer(nearest + panel * panelWidth)
    let first = known.loadUnaligned(as: Lanes.self)
    let second = known.loadUnaligned(fromByteOffset: 4 * width, as: Lanes.self)
    known.storeBytes(of: first.replacing(with: a, where: a .< first), as: Lanes.self)
    known.storeBytes(
      of: second.replacing(with: b, where: b .< second), toByteOffset: 4 * width, as: Lanes.self)
  }
}

#if LANES16
  @inline(__always) private func signs(_ value: Lanes) -> SIMD8<UInt64> {
    unsafeBitCast(value, to: SIMD8<UInt64>.self)
  }
  @inline(__always) private func hasSign(_ bits: SIMD8<UInt64>) -> Bool {
    let half = bits.lowHalf | bits.highHalf
    let quarter = half.lowHalf | half.highHalf
    return (quarter[0] | quarter[1]) & 0x8000_0000_8000_0000 != 0
  }
#elseif LANES8
  @inline(__always) private func signs(_ value: Lanes) -> SIMD4<UInt64> {
    unsafeBitCast(value, to: SIMD4<UInt64>.self)
  }
  @inline(__always) private func hasSign(_ bits: SIMD4<UInt64>) -> Bool {
    let half = bits.lowHalf | bits.highHalf
    return (half[0] | half[1]) & 0x8000_0000_8000_0000 != 0
  }
#else
  @inline(__always) private func signs(_ value: Lanes) -> SIMD2<UInt64> {
    unsafeBitCast(value, to: SIMD2<UInt64>.self)
  }
  @inline(__always) private func hasSign(_ bits: SIMD2<UInt64>) -> Bool {
    (bits[0] | bits[1]) & 0x8000_0000_8000_0000 != 0
  }
#endif

/// Puts a value in the place of the heap's largest and restores the order.
@inline(__always) private func replaceLargest(
  _ values: UnsafeMutablePointer<Float>, _ rows: UnsafeMutablePointer<Int32>, _ count: Int, _ value: Float,
  _ row: Int32
) {
  var hole = 0
  while true {
    var child = 2 * hole + 1
    if child >= count { break }
    if child + 1 < count, values[child + 1] > values[child] { child += 1 }
    if values[child] <= value { break }
    values[hole] = values[child]
    rows[hole] = rows[child]
    hole = child
  }
  values[hole] = value
  rows[hole] = row
}

/// Squared distances of one query to rows `range`, added up dimension by dimension in double precision.
///
/// - `columns`: references, column after column, each of `stride` values.
public func squaredDistances(
  query: UnsafePointer<Double>, dimensions: Int, columns: UnsafePointer<Double>, stride: Int,
  range: Range<Int>,
  into result: UnsafeMutablePointer<Double>
) {
  let width = DoubleLanes.scalarCount
  // Sums of a few rows stay in registers while the dimensions pass.
  var i = 0
  while i + 4 * width <= range.count {
    var (a, b) = (DoubleLanes.zero, DoubleLanes.zero)
    var (c, d) = (DoubleLanes.zero, DoubleLanes.zero)
    var column = UnsafeRawPointer(columns + range.lowerBound + i)
    for dimension in 0..<dimensions {
      let value = DoubleLanes(repeating: query[dimension])
      let e = column.loadUnaligned(as: DoubleLanes.self) - value
      let f = column.loadUnaligned(fromByteOffset: 8 * width, as: DoubleLanes.self) - value
      let g = column.loadUnaligned(fromByteOffset: 16 * width, as: DoubleLanes.self) - value
      let h = column.loadUnaligned(fromByteOffset: 24 * width, as: DoubleLanes.self) - value
      a += e * e
      b += f * f
      c += g * g
      d += h * h
      column += 8 * stride
    }
    let target = UnsafeMutableRawPointer(result + i)
    target.storeBytes(of: a, as: DoubleLanes.self)
    target.storeBytes(of: b, toByteOffset: 8 * width, as: DoubleLanes.self)
    target.storeBytes(of: c, toByteOffset: 16 * width, as: DoubleLanes.self)
    target.storeBytes(of: d, toByteOffset: 24 * width, as: DoubleLanes.self)
    i += 4 * width
  }
  while i < range.count {
    var sum = 0.0
    for dimension in 0..<dimensions {
      let difference = columns[dimension * stride + range.lowerBound + i] - query[dimension]
      sum += difference * difference
    }
    result[i] = sum
    i += 1
  }
}

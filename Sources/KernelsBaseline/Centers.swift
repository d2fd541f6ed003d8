/// The nearest and the second nearest of some centers, for chosen rows.
///
/// - `places`: numbers of the rows, `count` of them, one at least.
/// - `panels`: centers, as many interleaved as there are lanes: `[panel][dimension][lane]`, infinite where there is none.
/// - `scratch`: room for 8 × `panelCount` × lanes values.
/// - `labels`: the nearest center of each place; of equals the lower one. `squared`: the squared distances to the nearest and to the
///   second, two a place.
public func nearestCenters(
  _ rows: UnsafePointer<Double>, places: UnsafePointer<Int32>, count: Int, dimensions: Int,
  panels: UnsafePointer<Double>, panelCount: Int, scratch: UnsafeMutablePointer<Double>,
  labels: UnsafeMutablePointer<Int32>, squared: UnsafeMutablePointer<Double>
) {
  let width = DoubleLanes.scalarCount
  let centers = panelCount * width
  var start = 0
  while start < count {
    // The last few rows are looked at more than once rather than with another loop.
    func row(_ number: Int) -> UnsafePointer<Double> {
      rows + Int(places[min(start + number, count - 1)]) * dimensions
    }
    let (r0, r1, r2, r3) = (row(0), row(1), row(2), row(3))
    let (r4, r5, r6, r7) = (row(4), row(5), row(6), row(7))
    for panel in 0..<panelCount {
      var center = UnsafeRawPointer(panels + panel * dimensions * width)
      var (a0, a1, a2, a3) = (DoubleLanes.zero, DoubleLanes.zero, DoubleLanes.zero, DoubleLanes.zero)
      var (a4, a5, a6, a7) = (DoubleLanes.zero, DoubleLanes.zero, DoubleLanes.zero, DoubleLanes.zero)
      for j in 0..<dimensions {
        let value = center.loadUnaligned(as: DoubleLanes.self)
        a0 = addSquare(a0, value - r0[j])
        a1 = addSquare(a1, value - r1[j])
        a2 = addSquare(a2, value - r2[j])
        a3 = addSquare(a3, value - r3[j])
        a4 = addSquare(a4, value - r4[j])
        a5 = addSquare(a5, value - r5[j])
        a6 = addSquare(a6, value - r6[j])
        a7 = addSquare(a7, value - r7[j])
        center += 8 * width
      }
      let target = UnsafeMutableRawPointer(scratch + panel * width)
      target.storeBytes(of: a0, as: DoubleLanes.self)
      target.storeBytes(of: a1, toByteOffset: 8 * centers, as: DoubleLanes.self)
      target.storeBytes(of: a2, toByteOffset: 16 * centers, as: DoubleLanes.self)
      target.storeBytes(of: a3, toByteOffset: 24 * centers, as: DoubleLanes.self)
      target.storeBytes(of: a4, toByteOffset: 32 * centers, as: DoubleLanes.self)
      target.storeBytes(of: a5, toByteOffset: 40 * centers, as: DoubleLanes.self)
      target.storeBytes(of: a6, toByteOffset: 48 * centers, as: DoubleLanes.self)
      target.storeBytes(of: a7, toByteOffset: 56 * centers, as: DoubleLanes.self)
    }
    for number in 0..<min(8, count - start) {
      let distances = scratch + number * centers
      var (nearest, second, label) = (Double.infinity, Double.infinity, 0)
      for center in 0..<centers {
        let distance = distances[center]
        let isNearer = distance < nearest
        let other = isNearer ? nearest : distance
        second = other < second ? other : second
        label = isNearer ? center : label
        nearest = isNearer ? distance : nearest
      }
      labels[start + number] = Int32(truncatingIfNeeded: label)
      squared[2 * (start + number)] = nearest
      squared[2 * (start + number) + 1] = second
    }
    start += 8
  }
}

#if FUSED
  @inline(__always) private func addSquare(_ sum: DoubleLanes, _ value: DoubleLanes) -> DoubleLanes {
    sum.addingProduct(value, value)
  }
#else
  @inline(__always) private func addSquare(_ sum: DoubleLanes, _ value: DoubleLanes) -> DoubleLanes {
    sum + value * value
  }
#endif

/// Adds chosen rows to the sums of their centers, or takes them away with a `sign` of −1.
public func addRows(
  _ rows: UnsafePointer<Double>, dimensions: Int, places: UnsafePointer<Int32>, labels: UnsafePointer<Int32>,
  count: Int,
  sign: Double, sums: UnsafeMutablePointer<Double>
) {
  let width = DoubleLanes.scalarCount
  for place in 0..<count {
    let row = UnsafeRawPointer(rows + Int(places[place]) * dimensions)
    let sum = UnsafeMutableRawPointer(sums + Int(labels[place]) * dimensions)
    var j = 0
    while j + width <= dimensions {
      let value = sum.loadUnaligned(fromByteOffset: 8 * j, as: DoubleLanes.self)
      sum.storeBytes(
        of: value + sign * row.loadUnaligned(fromByteOffset: 8 * j, as: DoubleLanes.self),
        toByteOffset: 8 * j,
        as: DoubleLanes.self)
      j += width
    }
    while j < dimensions {
      sums[Int(labels[place]) * dimensions + j] += sign * rows[Int(places[place]) * dimensions + j]
      j += 1
    }
  }
}

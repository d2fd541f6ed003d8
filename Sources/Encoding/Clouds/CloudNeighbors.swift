import Numerics
import Values

/// Points with their neighbours and the normals of the surface that they lie on.
struct CloudNeighbors: Sendable {
  let count: Int
  let neighbors: Int
  /// Three coordinates a point, centred.
  let points: [Double]
  /// `neighbors` a point, nearest first, without the point itself.
  let rows: [Int32]
  let distances: [Double]
  /// Three numbers a point.
  let normals: [Double]
  /// Share of the smallest spread among all three: 0 on a plane, a third in a ball.
  let variations: [Double]

  /// What coordinates were multiplied by.
  let scale: Double

  /// - Parameter rows: of the cloud; each cloud of several is looked at by itself.
  init(_ points: [[Double]], neighbors wanted: Int, work: Work) throws(Cancelled) {
    let count = points[0].count
    self.count = count
    let neighbors = min(wanted, count - 1)
    self.neighbors = neighbors
    // Centred and scaled, so that squares neither overflow nor lose the small differences.
    let centers = points.map { axis in Selection.median(of: axis) ?? 0 }
    let largest = zip(points, centers).flatMap { axis, center in axis.map { abs($0 - center) } }.max() ?? 0
    let scale = largest > 0 ? 1 / largest : 1
    self.scale = scale
    var flat = [Double](repeating: 0, count: count * 3)
    for row in 0..<count {
      for axis in 0..<3 { flat[row * 3 + axis] = (points[axis][row] - centers[axis]) * scale }
    }
    let coordinates = flat
    let matrix = Matrix(rows: count, columns: 3, values: coordinates)
    let found = try NeighborIndex(matrix, work: work).nearest(
      neighbors, to: matrix, excludingSelf: true, work: work)
    self.points = flat
    rows = found.rows
    distances = found.squaredDistances.map { $0.squareRoot() }
    let nearest = found.rows
    let facts = try work.fill(count, stride: 4, size: 512, stage: "normals") { range, target in
      for row in range {
        let own = [row] + (0..<neighbors).map { Int(nearest[row * neighbors + $0]) }
        let (normal, variation) = Self.plane(of: own, coordinates)
        for axis in 0..<3 { target[(row - range.lowerBound) * 4 + axis] = normal[axis] }
        target[(row - range.lowerBound) * 4 + 3] = variation
      }
    }
    normals = (0..<count).flatMap { facts[$0 * 4..<$0 * 4 + 3] }
    variations = (0..<count).map { facts[$0 * 4 + 3] }
  }

  /// The direction of least spread, pointing up (to positive z, then y, then x), and its share of the spread.
  private static func plane(of rows: [Int], _ points: [Double]) -> ([Double], Double) {
    var mean = [0.0, 0, 0]
    for row in rows { for axis in 0..<3 { mean[axis] += points[row * 3 + axis] / Double(rows.count) } }
    var covariance = Matrix(rows: 3, columns: 3)
    for row in rows {
      for i in 0..<3 {
        for j in 0..<3 {
          covariance[i, j] += (points[row * 3 + i] - mean[i]) * (points[row * 3 + j] - mean[j])
        }
      }
    }
    let size = covariance.values.map(abs).max() ?? 0
    guard size > 0 else { return ([0, 0, 1], 0) }
    covariance.values = covariance.values.map { $0 / size }
    let (values, vector) = SmallestAxis.of(covariance)
    let sum = values.reduce(0) { $0 + max(0, $1) }
    var normal = vector
    let sign = [normal[2], normal[1], normal[0]].first { abs($0) > 1e-12 } ?? 1
    if sign < 0 { normal = normal.map { -$0 } }
    return (normal, sum > 0 ? max(0, values.min() ?? 0) / sum : 0)
  }
}

/// Eigenvalues of a symmetric 3 × 3 matrix by Jacobi's rotations, and the vector of the smallest.
enum SmallestAxis {
  static func of(_ matrix: Matrix) -> (values: [Double], vector: [Double]) {
    var a = matrix
    var v = Matrix(rows: 3, columns: 3)
    for i in 0..<3 { v[i, i] = 1 }
    for _ in 0..<30 {
      let off = abs(a[0, 1]) + abs(a[0, 2]) + abs(a[1, 2])
      if off < 1e-15 { break }
      for (p, q) in [(0, 1), (0, 2), (1, 2)] where abs(a[p, q]) > 1e-300 {
        let theta = (a[q, q] - a[p, p]) / (2 * a[p, q])
        let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
        let c = 1 / (t * t + 1).squareRoot()
        let s = t * c
        for k in 0..<3 {
          let (x, y) = (a[k, p], a[k, q])
          a[k, p] = c * x - s * y
          a[k, q] = s * x + c * y
        }
        for k in 0..<3 {
          let (x, y) = (a[p, k], a[q, k])
          a[p, k] = c * x - s * y
          a[q, k] = s * x + c * y
        }
        for k in 0..<3 {
          let (x, y) = (v[k, p], v[k, q])
          v[k, p] = c * x - s * y
          v[k, q] = s * x + c * y
        }
      }
    }
    let values = (0..<3).map { a[$0, $0] }
    let least = values.indices.min { values[$0] < values[$1] } ?? 0
    return (values, (0..<3).map { v[$0, least] })
  }
}

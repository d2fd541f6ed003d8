import Numerics

extension CloudNeighbors {
  /// Mean, Gaussian and the two principal curvatures of the quadric that fits a point and its neighbours best.
  func curvature(of row: Int) -> [Double] {
    let normal = Array(normals[row * 3..<row * 3 + 3])
    let (along, across) = Self.tangents(normal)
    var (products, right) = (Matrix(rows: 5, columns: 5), Matrix(rows: 5, columns: 1))
    // Over the farthest neighbour, so that the equations do not depend on the unit.
    let reach = distances[row * neighbors..<(row + 1) * neighbors].max() ?? 0
    guard reach > 0 else { return [0, 0, 0, 0] }
    for rank in 0..<neighbors {
      let other = Int(rows[row * neighbors + rank])
      let line = (0..<3).map { (points[other * 3 + $0] - points[row * 3 + $0]) / reach }
      func dot(_ axis: [Double]) -> Double { zip(axis, line).reduce(0) { $0 + $1.0 * $1.1 } }
      let (u, v, height) = (dot(along), dot(across), dot(normal))
      let terms = [u * u, u * v, v * v, u, v]
      for one in 0..<5 {
        right[one, 0] += terms[one] * height
        for two in 0..<5 { products[one, two] += terms[one] * terms[two] }
      }
    }
    for one in 0..<5 { products[one, one] += Self.ridge * Double(neighbors) }
    guard let solver = Cholesky(products) else { return [0, 0, 0, 0] }
    let w = solver.solve(right).values
    let (xx, xy, yy, x, y) = (2 * w[0], w[1], 2 * w[2], w[3], w[4])
    let steep = 1 + x * x + y * y
    let gaussian = (xx * yy - xy * xy) / (steep * steep)
    let mean =
      ((1 + y * y) * xx - 2 * x * y * xy + (1 + x * x) * yy) / (2 * steep * steep.squareRoot())
    let root = max(0, mean * mean - gaussian).squareRoot()
    let unit = scale / reach
    return [mean * unit, gaussian * unit * unit, (mean + root) * unit, (mean - root) * unit]
  }

  /// Keeps a point whose neighbours lie on a line flat across it.
  private static let ridge = 1e-9

  /// Two directions that stand on each other and on the normal.
  private static func tangents(_ normal: [Double]) -> ([Double], [Double]) {
    let least = (0..<3).min { abs(normal[$0]) < abs(normal[$1]) } ?? 0
    var along = [0.0, 0, 0]
    along[least] = 1
    for axis in 0..<3 { along[axis] -= normal[least] * normal[axis] }
    let length = along.reduce(0) { $0 + $1 * $1 }.squareRoot()
    along = along.map { $0 / length }
    let across = [
      normal[1] * along[2] - normal[2] * along[1], normal[2] * along[0] - normal[0] * along[2],
      normal[0] * along[1] - normal[1] * along[0],
    ]
    return (along, across)
  }
}

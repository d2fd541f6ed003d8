import Numerics

// Points of hyperbolic space as rows x with x₀ > 0 and −x₀² + x₁² + … = −1 (curvature −1). The first column is computed from
// the others wherever a point is made, so that no operation leaves the manifold.
//
// Source: Nickel and Kiela, *Learning continuous hierarchies in the Lorentz model*, ICML 2018, section 3; layers as in Chen et
// al., *Fully hyperbolic neural networks*, ACL 2022, equations 3 and 6.
extension Tape {
  /// [√(1 + ‖x‖²), x]: the point above each row.
  package mutating func lorentzLifted(_ a: Node) -> Node {
    let x = value(of: a)
    let times = (0..<x.rows).map { row in (1 + x.row(row).reduce(0) { $0 + $1 * $1 }).squareRoot() }
    return record([a], x.withFirst(times)) { g in
      var back = x.zeros
      for row in 0..<x.rows {
        for c in 0..<x.columns { back[row, c] = g[row, c + 1] + g[row, 0] * x[row, c] / times[row] }
      }
      return [back]
    }
  }

  /// The exponential map at the origin: where a walk along each row ends, [cosh ‖v‖, sinh ‖v‖ v / ‖v‖].
  package mutating func lorentzExponential(_ a: Node) -> Node {
    lorentzLifted(
      radial(a) { length in
        // sinh r / r and its derivative over r; both by their series near 0.
        if length < 1e-4 { return (1 + length * length / 6, 1 / 3.0) }
        let (up, down) = (exponential(length), exponential(-length))
        let (sinh, cosh) = ((up - down) / 2, (up + down) / 2)
        return (sinh / length, (cosh * length - sinh) / (length * length * length))
      })
  }

  /// The logarithm at the origin: the walk that ends at each point; undoes `lorentzExponential`.
  package mutating func lorentzLogarithm(_ point: Node) -> Node {
    let width = value(of: point).columns
    return radial(columns(point, 1..<width)) { length in
      if length < 1e-4 { return (1 - length * length / 6, -1 / 3.0) }
      let root = (1 + length * length).squareRoot()
      let angle = logarithm(length + root)
      return (angle / length, (length / root - angle) / (length * length * length))
    }
  }

  /// Each row times a factor of its length r; `factor` gives f(r) and f′(r) / r.
  private mutating func radial(
    _ a: Node, _ factor: @Sendable (Double) -> (value: Double, slope: Double)
  ) -> Node {
    let x = value(of: a)
    let factors = (0..<x.rows).map { row in factor(x.row(row).reduce(0) { $0 + $1 * $1 }.squareRoot()) }
    return record([a], x.weighting(rows: factors.map(\.value))) { g in
      var back = x.zeros
      for row in 0..<x.rows {
        let along = zip(g.row(row), x.row(row)).reduce(0) { $0 + $1.0 * $1.1 }
        for c in 0..<x.columns {
          back[row, c] = factors[row].value * g[row, c] + factors[row].slope * along * x[row, c]
        }
      }
      return [back]
    }
  }

  /// A dense layer from points to points: the space part is point × weights + bias, the time part follows from it.
  package mutating func lorentzDense(
    _ point: Node, _ layer: ParameterBook.Dense, _ parameters: [Node]
  ) -> Node { lorentzLifted(dense(point, layer, parameters)) }

  /// −x₀y₀ + x₁y₁ + … of equal rows.
  package mutating func lorentzInner(_ a: Node, _ b: Node) -> Node {
    let (x, y) = (value(of: a), value(of: b))
    precondition(x.rows == y.rows && x.columns == y.columns, "the shapes differ")
    let inner = (0..<x.rows).map { row in
      zip(x.row(row), y.row(row)).reduce(0) { $0 + $1.0 * $1.1 } - 2 * x[row, 0] * y[row, 0]
    }
    return record([a, b], Matrix(rows: x.rows, columns: 1, values: inner)) { g in
      var (backX, backY) = (y.weighting(rows: g.values), x.weighting(rows: g.values))
      for row in 0..<x.rows {
        backX[row, 0] = -backX[row, 0]
        backY[row, 0] = -backY[row, 0]
      }
      return [backX, backY]
    }
  }

  /// The squared Lorentzian distance −2 − 2⟨x, y⟩ of equal rows: 0 at the same point, smooth everywhere.
  ///
  /// - Source: Law et al., *Lorentzian distance learning for hyperbolic representations*, ICML 2019, equation 3.
  package mutating func lorentzDistance(_ a: Node, _ b: Node) -> Node {
    let inner = scaled(lorentzInner(a, b), by: -2)
    let rows = value(of: inner).rows
    return sum(inner, leaf(Matrix(rows: rows, columns: 1, repeating: -2)))
  }

  /// The centre of several points a row, one matrix a point: Σ wₘ xₘ brought back to the manifold.
  ///
  /// - Source: Law et al. 2019, theorem 3.3.
  package mutating func lorentzCentre(_ points: [Node], weights: [Double]) -> Node {
    let parts = zip(points, weights).map { scaled($0, by: $1) }
    let mean = parts.dropFirst().reduce(parts[0]) { sum($0, $1) }
    let x = value(of: mean)
    let lengths = (0..<x.rows).map { row in
      max(2 * x[row, 0] * x[row, 0] - x.row(row).reduce(0) { $0 + $1 * $1 }, 1e-12).squareRoot()
    }
    let space = (0..<x.rows).map { row in x.row(row).dropFirst().map { $0 / lengths[row] } }
    let flat = Matrix(rows: x.rows, columns: x.columns - 1, values: space.flatMap { $0 })
    let unit = record([mean], flat) { g in
      var back = x.zeros
      for row in 0..<x.rows {
        // d(x/l) with l² = x₀² − Σ xᵢ².
        let along = zip(g.row(row), space[row]).reduce(0) { $0 + $1.0 * $1.1 }
        let length = lengths[row]
        back[row, 0] = -along * x[row, 0] / (length * length)
        for c in 1..<x.columns {
          back[row, c] = g[row, c - 1] / length + along * x[row, c] / (length * length)
        }
      }
      return [back]
    }
    return lorentzLifted(unit)
  }
}

extension Matrix {
  /// With a column more in front.
  fileprivate func withFirst(_ first: [Double]) -> Matrix {
    Matrix(rows: rows, columns: columns + 1, values: (0..<rows).flatMap { [first[$0]] + row($0) })
  }
}

package import Numerics

// How far rows are from what they should be, one number a row.
extension Tape {
  /// Keeps the slope of a distance finite where it is 0.
  private static let smallestSquare = 1e-12

  /// The Euclidean distance of each row to its target, one column.
  package mutating func rowDistances(_ a: Node, target: Matrix) -> Node {
    let differences = value(of: a).combined(with: target, -)
    let distances = (0..<differences.rows).map { row in
      (differences.row(row).reduce(0) { $0 + $1 * $1 } + Self.smallestSquare).squareRoot()
    }
    return record([a], Matrix(rows: distances.count, columns: 1, values: distances)) { g in
      [differences.weighting(rows: zip(g.values, distances).map { $0 / $1 })]
    }
  }

  /// The Euclidean distance between each row of the matrix of edges and what inner products of rows make of it, one column.
  ///
  /// ‖aᵢ − Z zᵢ‖, without any matrix of all pairs: Σⱼ aᵢⱼ² − 2 zᵢ·(AZ)ᵢ + zᵢᵀ(ZᵀZ)zᵢ.
  ///
  /// - Complexity: O((edges + rows · columns) · columns).
  package mutating func edgeDistances(_ a: Node, to edges: Edges) -> Node {
    let z = value(of: a)
    precondition(z.rows == edges.rows, "a row a node of the graph")
    let heard = edges.heard(z)
    let gram = z.transposedTimes(z, threads: threads)
    let spread = z.times(gram, threads: threads)
    var squares = [Double](repeating: Self.smallestSquare, count: z.rows)
    for edge in edges.edges { squares[edge.to] += edge.weight * edge.weight }
    for row in 0..<z.rows {
      let (own, other, all) = (z.row(row), heard.row(row), spread.row(row))
      for ((one, two), three) in zip(zip(own, other), all) { squares[row] += one * (three - 2 * two) }
    }
    // Rounding can leave a little less than nothing.
    let distances = squares.map { max($0, Self.smallestSquare).squareRoot() }
    let threads = threads
    return record([a], Matrix(rows: z.rows, columns: 1, values: distances)) { g in
      let weights = zip(g.values, distances).map { $0 / (2 * $1) }
      let weighted = z.weighting(rows: weights)
      var slope = spread.weighting(rows: weights.map { 2 * $0 })
      let across = z.times(weighted.transposedTimes(z, threads: threads), threads: threads)
      slope = slope.combined(with: across) { $0 + 2 * $1 }
      slope = slope.combined(with: heard.weighting(rows: weights)) { $0 - 2 * $1 }
      return [slope.combined(with: edges.said(weighted)) { $0 - 2 * $1 }]
    }
  }

  /// The mean of all cells.
  package mutating func mean(_ a: Node) -> Node {
    let x = value(of: a)
    let count = Double(max(1, x.values.count))
    return record([a], Matrix(rows: 1, columns: 1, values: [x.values.reduce(0, +) / count])) { g in
      [x.map { _ in g.values[0] / count }]
    }
  }
}

extension Edges {
  /// What each row hears from the rows that speak to it.
  fileprivate func heard(_ x: Matrix) -> Matrix {
    var result = Matrix(rows: x.rows, columns: x.columns)
    for edge in edges {
      for c in 0..<x.columns {
        result.values[edge.to * x.columns + c] += edge.weight * x.values[edge.from * x.columns + c]
      }
    }
    return result
  }

  /// What each row is told by the rows that it speaks to.
  fileprivate func said(_ x: Matrix) -> Matrix {
    var result = Matrix(rows: x.rows, columns: x.columns)
    for edge in edges {
      for c in 0..<x.columns {
        result.values[edge.from * x.columns + c] += edge.weight * x.values[edge.to * x.columns + c]
      }
    }
    return result
  }
}

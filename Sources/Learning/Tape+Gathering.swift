import Numerics

// Cells fetched by their place. Convolution, pooling, shifts in time and turning rows into columns are all made of it.
extension Tape {
  /// In each row the cells at the given places, 0 where a place is nil.
  package mutating func gathered(_ a: Node, places: [Int?]) -> Node {
    let x = value(of: a)
    var result = Matrix(rows: x.rows, columns: places.count)
    for row in 0..<x.rows {
      for (cell, place) in places.enumerated() {
        if let place { result.values[row * places.count + cell] = x.values[row * x.columns + place] }
      }
    }
    return record([a], result) { g in
      var back = x.zeros
      for row in 0..<x.rows {
        for (cell, place) in places.enumerated() {
          if let place { back.values[row * x.columns + place] += g.values[row * places.count + cell] }
        }
      }
      return [back]
    }
  }

  /// Whole rows at the given places, as often as they are named; what a look-up in a table of vectors is.
  package mutating func selected(_ a: Node, rows: [Int]) -> Node {
    let x = value(of: a)
    return record([a], x.selecting(rows: rows)) { g in
      var back = x.zeros
      for (row, place) in rows.enumerated() {
        for column in 0..<x.columns {
          back.values[place * x.columns + column] += g.values[row * x.columns + column]
        }
      }
      return [back]
    }
  }

  /// In each row the mean of its `count` greatest cells; the greatest alone for a count of 1.
  ///
  /// With a row a bag of instances it is the score of the bag in learning from many instances.
  ///
  /// - Source: Li and Vasconcelos, *Multiple instance learning for soft bags via top instances*, CVPR 2015, equation 4.
  package mutating func topMean(_ a: Node, count: Int) -> Node {
    let x = value(of: a)
    let count = min(max(1, count), max(1, x.columns))
    // Ties go to the earlier cell.
    let chosen = (0..<x.rows).map { row in
      (0..<x.columns).sorted {
        x[row, $0] != x[row, $1] ? x[row, $0] > x[row, $1] : $0 < $1
      }.prefix(count)
    }
    let means = chosen.enumerated().map { row, cells in
      cells.reduce(0) { $0 + x[row, $1] } / Double(count)
    }
    return record([a], Matrix(rows: x.rows, columns: 1, values: means)) { g in
      var back = x.zeros
      for (row, cells) in chosen.enumerated() {
        for cell in cells { back[row, cell] += g.values[row] / Double(count) }
      }
      return [back]
    }
  }

  /// A product of two small matrices in each row: a row of `a` holds `rows` × k cells, one of `b` holds k × m.
  ///
  /// With `turnsOther` a row of `b` holds m × k cells and is transposed first.
  package mutating func batchedProduct(_ a: Node, _ b: Node, rows: Int, turnsOther: Bool = false) -> Node {
    let (x, y) = (value(of: a), value(of: b))
    precondition(x.rows == y.rows && x.columns % rows == 0, "one small matrix a row")
    let inner = x.columns / rows
    precondition(inner > 0 && y.columns % inner == 0, "the small matrices do not fit each other")
    let width = y.columns / inner
    /// Where cell (k, m) of the second matrix stands.
    @Sendable func place(_ k: Int, _ m: Int) -> Int { turnsOther ? m * inner + k : k * width + m }
    var result = Matrix(rows: x.rows, columns: rows * width)
    for batch in 0..<x.rows {
      for row in 0..<rows {
        for k in 0..<inner {
          let left = x.values[batch * x.columns + row * inner + k]
          for m in 0..<width {
            result.values[batch * result.columns + row * width + m] +=
              left * y.values[batch * y.columns + place(k, m)]
          }
        }
      }
    }
    return record([a, b], result) { g in
      var (backX, backY) = (x.zeros, y.zeros)
      for batch in 0..<x.rows {
        for row in 0..<rows {
          for k in 0..<inner {
            let left = batch * x.columns + row * inner + k
            for m in 0..<width {
              let slope = g.values[batch * g.columns + row * width + m]
              let right = batch * y.columns + place(k, m)
              backX.values[left] += slope * y.values[right]
              backY.values[right] += slope * x.values[left]
            }
          }
        }
      }
      return [backX, backY]
    }
  }
}

extension Matrix {
  var zeros: Matrix { Matrix(rows: rows, columns: columns) }
}

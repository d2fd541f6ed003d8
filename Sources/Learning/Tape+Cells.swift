package import Numerics

// Operations cell by cell and row by row. Each adjoint stands in its pullback.
extension Tape {
  /// The product of equal cells.
  package mutating func cellProduct(_ a: Node, _ b: Node) -> Node {
    let (x, y) = (value(of: a), value(of: b))
    return record([a, b], x.combined(with: y, *)) { g in [g.combined(with: y, *), g.combined(with: x, *)] }
  }

  package mutating func difference(_ a: Node, _ b: Node) -> Node {
    record([a, b], value(of: a).combined(with: value(of: b), -)) { g in [g, g.map { -$0 }] }
  }

  package mutating func scaled(_ a: Node, by factor: Double) -> Node {
    record([a], value(of: a).map { $0 * factor }) { g in [g.map { $0 * factor }] }
  }

  /// Each row times a constant: 0 leaves a row out, also its gradient.
  package mutating func weighted(_ a: Node, rows weights: [Double]) -> Node {
    let value = value(of: a)
    precondition(weights.count == value.rows, "one weight a row")
    return record([a], value.weighting(rows: weights)) { g in [g.weighting(rows: weights)] }
  }

  /// Matrices side by side.
  package mutating func joined(_ parts: [Node]) -> Node {
    let values = parts.map { value(of: $0) }
    let rows = values.first?.rows ?? 0
    let widths = values.map(\.columns)
    var result = Matrix(rows: rows, columns: widths.reduce(0, +))
    var start = 0
    for value in values {
      for i in 0..<rows {
        for j in 0..<value.columns {
          result.values[i * result.columns + start + j] = value.values[i * value.columns + j]
        }
      }
      start += value.columns
    }
    return record(parts, result) { g in
      var start = 0
      return widths.map { width in
        defer { start += width }
        return g.selecting(columns: Array(start..<start + width))
      }
    }
  }

  /// Some columns.
  package mutating func columns(_ a: Node, _ range: Range<Int>) -> Node {
    let value = value(of: a)
    return record([a], value.selecting(columns: Array(range))) { g in
      var back = Matrix(rows: value.rows, columns: value.columns)
      for i in 0..<value.rows {
        for (k, j) in range.enumerated() { back.values[i * value.columns + j] = g.values[i * g.columns + k] }
      }
      return [back]
    }
  }

  /// The same row again and again.
  package mutating func repeated(_ row: Node, count: Int) -> Node {
    let value = value(of: row)
    precondition(value.rows == 1, "only one row is repeated")
    let many = Matrix(
      rows: count, columns: value.columns, values: (0..<count).flatMap { _ in value.values })
    return record([row], many) { g in [g.columnSums] }
  }

  /// Draws from normal distributions: mean + exp(logarithm of the variance / 2) × noise.
  ///
  /// Source: Kingma and Welling, *Auto-encoding variational Bayes*, ICLR 2014, section 2.4.
  package mutating func drawn(mean: Node, logVariance: Node, noise: Matrix) -> Node {
    let deviation = value(of: logVariance).map { exponential($0 / 2) }.combined(with: noise, *)
    return record([mean, logVariance], value(of: mean).combined(with: deviation, +)) { g in
      [g, g.combined(with: deviation) { $0 * $1 / 2 }]
    }
  }

  /// Shares along each row: e^x over their sum.
  package mutating func softmax(_ a: Node) -> Node {
    let shares = Self.shares(of: value(of: a))
    return record([a], shares) { g in
      var back = g
      for i in 0..<g.rows {
        let along = zip(g.row(i), shares.row(i)).reduce(0) { $0 + $1.0 * $1.1 }
        for j in 0..<g.columns {
          let cell = i * g.columns + j
          back.values[cell] = shares.values[cell] * (g.values[cell] - along)
        }
      }
      return [back]
    }
  }

  /// Cells held between bounds; beyond them there is no slope.
  package mutating func held(_ a: Node, within bounds: ClosedRange<Double>) -> Node {
    let x = value(of: a)
    return record([a], x.map { min(max($0, bounds.lowerBound), bounds.upperBound) }) { g in
      [g.combined(with: x) { bounds.contains($1) ? $0 : 0 }]
    }
  }

  /// x Φ(x), smooth where the rectifier has a corner.
  ///
  /// Source: Hendrycks and Gimpel, *Gaussian error linear units*, 2016, equation 2, exact.
  package mutating func gelu(_ a: Node) -> Node {
    let x = value(of: a)
    return record([a], x.map { $0 * Gelu.share($0) }) { g in [g.combined(with: x) { $0 * Gelu.slope($1) }] }
  }

  /// sign(x) √|x|, as after bilinear pooling; the slope is bounded near 0.
  package mutating func signedRoot(_ a: Node) -> Node {
    let floor = 1e-4
    let x = value(of: a)
    // √(|x| + ε) − √ε has a slope everywhere.
    let offset = floor.squareRoot()
    return record([a], x.map { ($0 < 0 ? -1 : 1) * ((abs($0) + floor).squareRoot() - offset) }) { g in
      [g.combined(with: x) { $0 / (2 * (abs($1) + floor).squareRoot()) }]
    }
  }

  /// Rows brought to length one; a row of zeros stays.
  package mutating func normalised(_ a: Node) -> Node {
    let x = value(of: a)
    let lengths = (0..<x.rows).map { row in
      max(x.row(row).reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-12)
    }
    let unit = x.weighting(rows: lengths.map { 1 / $0 })
    return record([a], unit) { g in
      var back = g
      for i in 0..<g.rows {
        var along = 0.0
        for j in 0..<g.columns { along += g.values[i * g.columns + j] * unit.values[i * g.columns + j] }
        for j in 0..<g.columns {
          let cell = i * g.columns + j
          back.values[cell] = (g.values[cell] - along * unit.values[cell]) / lengths[i]
        }
      }
      return [back]
    }
  }

  /// Columns brought to length one within each group of rows; a column of zeros stays.
  package mutating func normalisedWithin(_ a: Node, group: Int) -> Node {
    let x = value(of: a)
    precondition(x.rows % group == 0, "groups are complete")
    let width = x.columns
    var lengths = Matrix(rows: x.rows / group, columns: width)
    for cell in x.values.indices {
      lengths.values[cell / width / group * width + cell % width] += x.values[cell] * x.values[cell]
    }
    for cell in lengths.values.indices {
      lengths.values[cell] = max(lengths.values[cell].squareRoot(), 1e-12)
    }
    var unit = x
    for cell in x.values.indices {
      unit.values[cell] /= lengths.values[cell / width / group * width + cell % width]
    }
    let (normal, spans) = (unit, lengths)
    return record([a], normal) { g in
      var along = Matrix(rows: spans.rows, columns: width)
      for cell in g.values.indices {
        along.values[cell / width / group * width + cell % width] += g.values[cell] * normal.values[cell]
      }
      var back = g
      for cell in g.values.indices {
        let place = cell / width / group * width + cell % width
        back.values[cell] = (g.values[cell] - along.values[place] * normal.values[cell]) / spans.values[place]
      }
      return [back]
    }
  }

  /// Rows with mean 0 and variance 1.
  ///
  /// Source: Ba, Kiros and Hinton, *Layer normalization*, 2016, equation 4, without gain and bias.
  package mutating func layerNormalised(_ a: Node) -> Node {
    let x = value(of: a)
    let width = Double(max(1, x.columns))
    var unit = x
    var inverse = [Double](repeating: 1, count: x.rows)
    for i in 0..<x.rows {
      let mean = x.row(i).reduce(0, +) / width
      let variance = x.row(i).reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / width
      inverse[i] = 1 / (variance + 1e-5).squareRoot()
      for j in 0..<x.columns { unit.values[i * x.columns + j] = (x[i, j] - mean) * inverse[i] }
    }
    let (normal, slopes) = (unit, inverse)
    return record([a], unit) { g in
      var back = g
      for i in 0..<g.rows {
        let row = g.row(i)
        let mean = row.reduce(0, +) / width
        let along = zip(row, normal.row(i)).reduce(0) { $0 + $1.0 * $1.1 } / width
        for j in 0..<g.columns {
          let cell = i * g.columns + j
          back.values[cell] = (g.values[cell] - mean - normal.values[cell] * along) * slopes[i]
        }
      }
      return [back]
    }
  }

  /// For each row all products of a cell of `a` with a cell of `b`.
  package mutating func outerProduct(_ a: Node, _ b: Node) -> Node {
    let (x, y) = (value(of: a), value(of: b))
    precondition(x.rows == y.rows, "one row for each")
    var result = Matrix(rows: x.rows, columns: x.columns * y.columns)
    for i in 0..<x.rows {
      for j in 0..<x.columns {
        for k in 0..<y.columns { result[i, j * y.columns + k] = x[i, j] * y[i, k] }
      }
    }
    return record([a, b], result) { g in
      var (backX, backY) = (
        Matrix(rows: x.rows, columns: x.columns), Matrix(rows: y.rows, columns: y.columns)
      )
      for i in 0..<x.rows {
        for j in 0..<x.columns {
          for k in 0..<y.columns {
            let slope = g[i, j * y.columns + k]
            backX[i, j] += slope * y[i, k]
            backY[i, k] += slope * x[i, j]
          }
        }
      }
      return [backX, backY]
    }
  }
}

/// The normal distribution inside GELU.
enum Gelu {
  /// 1 / √(2π).
  private static let peak = 0.3989422804014327

  static func share(_ x: Double) -> Double { complementaryErrorFunction(-x / 2.0.squareRoot()) / 2 }
  static func slope(_ x: Double) -> Double { share(x) + x * peak * exponential(-x * x / 2) }
}

extension Matrix {
  func weighting(rows weights: [Double]) -> Matrix {
    var result = self
    for i in 0..<rows { for j in 0..<columns { result.values[i * columns + j] *= weights[i] } }
    return result
  }
}

extension Tape {
  /// The same cells in rows of another length.
  package mutating func reshaped(_ a: Node, columns: Int) -> Node {
    let x = value(of: a)
    precondition(x.values.count % columns == 0, "the cells do not fill rows of that length")
    let result = Matrix(rows: x.values.count / columns, columns: columns, values: x.values)
    return record([a], result) { g in [Matrix(rows: x.rows, columns: x.columns, values: g.values)] }
  }
}

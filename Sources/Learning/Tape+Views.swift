package import Numerics

extension Tape {
  /// How badly each view of a row is told to be of that row and not one of its other views; the mean over rows and views.
  ///
  /// All rows should have length one; the likeness is their inner product over `temperature`.
  ///
  /// - Source: Qiu, Pfrommer, Kloft, Mandt and Rudolph, *Neural transformation learning for deep anomaly detection beyond
  ///   images*, ICML 2021, equation 2.
  package mutating func contrastViews(_ original: Node, _ views: [Node], temperature: Double) -> Node {
    let (x, y) = (value(of: original), views.map { value(of: $0) })
    let found = Self.viewContrasts(x, y, temperature: temperature)
    let count = Double(max(1, x.rows * y.count))
    let mean = found.values.reduce(0, +) / count
    return record([original] + views, Matrix(rows: 1, columns: 1, values: [mean])) { g in
      var backX = Matrix(rows: x.rows, columns: x.columns)
      var back = y.map { Matrix(rows: $0.rows, columns: $0.columns) }
      let factor = g.values[0] / (count * temperature)
      let width = x.columns
      for row in 0..<x.rows {
        for k in y.indices {
          for other in y.indices {
            let slope = factor * (found.shares[row * y.count + k, other] - (other == k ? 1 : 0))
            for c in row * width..<(row + 1) * width {
              back[k].values[c] += slope * (other == k ? x.values[c] : y[other].values[c])
              if other == k {
                backX.values[c] += slope * y[k].values[c]
              } else {
                back[other].values[c] += slope * y[k].values[c]
              }
            }
          }
        }
      }
      return [backX] + back
    }
  }

  /// The cross-entropy of each view, views of a row one behind the other, and the shares that a view gives to the others and, in its
  /// own place, to the row.
  package static func viewContrasts(
    _ original: Matrix, _ views: [Matrix], temperature: Double
  ) -> (values: [Double], shares: Matrix) {
    let (width, count) = (original.columns, views.count)
    var likeness = Matrix(rows: original.rows * count, columns: count)
    for row in 0..<original.rows {
      for k in 0..<count {
        for other in 0..<count {
          var sum = 0.0
          for c in row * width..<(row + 1) * width {
            sum += views[k].values[c] * (other == k ? original.values[c] : views[other].values[c])
          }
          likeness.values[(row * count + k) * count + other] = sum / temperature
        }
      }
    }
    let shares = shares(of: likeness)
    return ((0..<likeness.rows).map { -logarithm(max(shares[$0, $0 % count], 1e-300)) }, shares)
  }
}

package import Numerics

// Losses: one number, the mean over rows.
extension Tape {
  private mutating func loss(
    _ inputs: [Node], _ value: Double, pullback: @escaping @Sendable (Double) -> [Matrix?]
  ) -> Node {
    record(inputs, Matrix(rows: 1, columns: 1, values: [value])) { g in pullback(g.values[0]) }
  }

  /// The sum of numbers.
  package mutating func total(_ losses: [Node]) -> Node {
    let sum = losses.reduce(0) { $0 + value(of: $1).values[0] }
    return loss(losses, sum) { g in
      losses.map { _ in Matrix(rows: 1, columns: 1, values: [g]) }
    }
  }

  /// The mean squared difference over the cells of the rows that count.
  package mutating func squaredError(_ a: Node, target: Matrix, rows: [Bool]) -> Node {
    let x = value(of: a)
    let cells = Double(max(1, rows.count { $0 } * x.columns))
    var differences = x.combined(with: target, -)
    for cell in differences.values.indices where !rows[cell / x.columns] { differences.values[cell] = 0 }
    let found = differences
    return loss([a], found.values.reduce(0) { $0 + $1 * $1 } / cells) { g in
      [found.map { 2 * g * $0 / cells }]
    }
  }

  /// 1 − cosine between each row and its target, over the rows.
  package mutating func cosineDistance(_ a: Node, target: Matrix) -> Node {
    let unit = normalised(a)
    let x = value(of: unit)
    let lengths = (0..<target.rows).map { row in
      let length = target.row(row).reduce(0) { $0 + $1 * $1 }.squareRoot()
      return length > 1e-12 ? 1 / length : 0
    }
    let goal = target.weighting(rows: lengths)
    let rows = Double(max(1, x.rows))
    let dot = zip(x.values, goal.values).reduce(0) { $0 + $1.0 * $1.1 }
    return loss([unit], 1 - dot / rows) { g in [goal.map { -g * $0 / rows }] }
  }

  /// Cross-entropy of telling which row of `b` belongs to each row of `a`, and the other way round, mean of both.
  ///
  /// Rows should have length one; the likeness is their inner product over `temperature`.
  ///
  /// - Source: van den Oord, Li and Vinyals, *Representation learning with contrastive predictive coding*, 2018, equation 4;
  ///   symmetric as in Radford et al., *Learning transferable visual models* (CLIP), ICML 2021, figure 3.
  package mutating func contrast(_ a: Node, _ b: Node, temperature: Double) -> Node {
    let (x, y) = (value(of: a), value(of: b))
    let likeness = x.timesTransposed(y, threads: threads).map { $0 / temperature }
    let rows = likeness.rows
    let forward = Self.shares(of: likeness)
    let backward = Self.shares(of: likeness.transposed()).transposed()
    var sum = 0.0
    for row in 0..<rows {
      sum -= logarithm(max(forward[row, row], 1e-300)) + logarithm(max(backward[row, row], 1e-300))
    }
    let count = Double(2 * max(1, rows))
    let threads = threads
    return loss([a, b], sum / count) { g in
      var slope = forward.combined(with: backward, +)
      for row in 0..<rows { slope[row, row] -= 2 }
      slope = slope.map { g * $0 / (count * temperature) }
      return [slope.times(y, threads: threads), slope.transposedTimes(x, threads: threads)]
    }
  }

  /// The mean over rows of weight × (squared distance to the center)^exponent, the exponents 1 or −1.
  ///
  /// - Source: Ruff et al., *Deep semi-supervised anomaly detection*, ICLR 2020, equation 7: known anomalies are pushed away
  ///   by the inverse distance.
  package mutating func centerLoss(
    _ a: Node, center: [Double], exponents: [Double], weights: [Double]
  ) -> Node {
    let floor = 1e-6
    let x = value(of: a)
    precondition(center.count == x.columns && exponents.count == x.rows, "one center, one exponent a row")
    let count = Double(max(1, x.rows))
    var slopes = x
    var sum = 0.0
    for row in 0..<x.rows {
      var squared = floor
      for column in 0..<x.columns {
        let difference = x[row, column] - center[column]
        squared += difference * difference
      }
      let isInverse = exponents[row] < 0
      sum += weights[row] * (isInverse ? 1 / squared : squared)
      let factor = 2 * weights[row] * (isInverse ? -1 / (squared * squared) : 1) / count
      for column in 0..<x.columns { slopes[row, column] = factor * (x[row, column] - center[column]) }
    }
    let found = slopes
    return loss([a], sum / count) { g in [found.map { g * $0 }] }
  }

  /// How far normal distributions with these means and logarithms of variances are from the standard one, mean over rows.
  ///
  /// - Source: Kingma and Welling, *Auto-encoding variational Bayes*, ICLR 2014, appendix B.
  package mutating func normalDivergence(mean: Node, logVariance: Node) -> Node {
    let (mu, spread) = (value(of: mean), value(of: logVariance))
    let count = Double(max(1, mu.rows))
    var sum = 0.0
    for (m, s) in zip(mu.values, spread.values) { sum += (m * m + exponential(s) - s - 1) / 2 }
    return loss([mean, logVariance], sum / count) { g in
      [mu.map { g * $0 / count }, spread.map { g * (exponential($0) - 1) / (2 * count) }]
    }
  }

  /// Cross-entropy of telling, within each group of rows, which row of `b` belongs to each row of `a`; the mean over rows.
  ///
  /// Rows should have length one; the likeness is their inner product over `temperature`.
  ///
  /// - Source: Shenkar and Wolf, *Anomaly detection for tabular data with internal contrastive learning*, ICLR 2022,
  ///   equation 2.
  package mutating func contrastWithin(_ a: Node, _ b: Node, group: Int, temperature: Double) -> Node {
    let (x, y) = (value(of: a), value(of: b))
    let losses = Self.contrasts(x, y, group: group, temperature: temperature)
    let count = Double(max(1, x.rows))
    let width = x.columns
    return record([a, b], Matrix(rows: 1, columns: 1, values: [losses.values.reduce(0, +) / count])) { g in
      var (backX, backY) = (
        Matrix(rows: x.rows, columns: width), Matrix(rows: y.rows, columns: width)
      )
      let factor = g.values[0] / (count * temperature)
      for row in 0..<x.rows {
        let first = row / group * group
        for other in first..<first + group {
          let slope = factor * (losses.shares[row, other - first] - (other == row ? 1 : 0))
          for c in 0..<width {
            backX.values[row * width + c] += slope * y.values[other * width + c]
            backY.values[other * width + c] += slope * x.values[row * width + c]
          }
        }
      }
      return [backX, backY]
    }
  }

  /// The cross-entropy of each row, and the share of every row of its group.
  package static func contrasts(
    _ x: Matrix, _ y: Matrix, group: Int, temperature: Double
  ) -> (values: [Double], shares: Matrix) {
    precondition(x.rows == y.rows && x.rows % group == 0, "groups are complete")
    let width = x.columns
    var likeness = Matrix(rows: x.rows, columns: group)
    for row in 0..<x.rows {
      let first = row / group * group
      for other in 0..<group {
        var sum = 0.0
        for c in 0..<width { sum += x.values[row * width + c] * y.values[(first + other) * width + c] }
        likeness.values[row * group + other] = sum / temperature
      }
    }
    let shares = shares(of: likeness)
    return ((0..<x.rows).map { -logarithm(max(shares[$0, $0 % group], 1e-300)) }, shares)
  }

  /// Softmax along rows.
  static func shares(of logits: Matrix) -> Matrix {
    var result = logits
    for row in 0..<logits.rows {
      let highest = logits.row(row).max() ?? 0
      var total = 0.0
      for column in 0..<logits.columns {
        result[row, column] = exponential(logits[row, column] - highest)
        total += result[row, column]
      }
      for column in 0..<logits.columns { result[row, column] /= total }
    }
    return result
  }

  /// Cross-entropy of yes or no from logits.
  package mutating func logisticLoss(_ logits: Node, isTrue: [Bool]) -> Node {
    let x = value(of: logits)
    precondition(x.columns == 1 && isTrue.count == x.rows, "one logit a row")
    let rows = Double(max(1, x.rows))
    var sum = 0.0
    for (value, truth) in zip(x.values, isTrue) {
      // ln(1 + e^−|x|) never overflows.
      sum += max(value, 0) - (truth ? value : 0) + logarithm1p(exponential(-abs(value)))
    }
    return loss([logits], sum / rows) { g in
      let probabilities = Activation.sigmoid.apply(x)
      return [
        Matrix(
          rows: x.rows, columns: 1,
          values: zip(probabilities.values, isTrue).map { g * ($0 - ($1 ? 1 : 0)) / rows })
      ]
    }
  }
}

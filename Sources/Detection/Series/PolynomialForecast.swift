package import Numerics

/// Scores stretches by how far they lie from a polynomial through what surrounds them.
///
/// - Input: see `ChannelDetector`.
/// - Output: the root mean square distance, in spreads of the channel, of each stretch of one window from a polynomial
///   through the five windows before and behind it; 0 for the first tenth of the rows (at most 500).
/// - Complexity: O(*n p²*) for degree *p*, memory O(*n*).
/// - Source: POLY of Liu and Paparrizos, *TSB-AD*, NeurIPS 2024 (the model of Li, Wu and others, 2007), by its formulas;
///   degree 4 as in its published table.
/// - Differs: powers are of the position in the surroundings, scaled to -1...1, which is the same polynomial.
package struct PolynomialForecast: ChannelMethod {
  package static let name = "poly"
  package static let meaning = "distance from the polynomial in spreads"
  package let degree: Int
  /// Rows of a stretch; nil for one estimated cycle.
  package let window: Int?
  package var leastRows: Int { max(8, 2 * (window ?? 4)) }

  package init(degree: Int = 4, window: Int? = nil) {
    self.degree = degree
    self.window = window
  }

  package func fit(_ values: [Double], work: Work) throws(DetectionError) -> Fitted {
    if !(0...9).contains(degree) { throw .parameter(name: "degree", reason: "must lie in 0...9") }
    if let window, window < 2 { throw .parameter(name: "window", reason: "must hold at least 2 rows") }
    let window = min(window ?? Period.window(for: values), values.count / 2)
    return Fitted(degree: degree, window: window)
  }

  package struct Fitted: FittedChannel {
    let degree: Int
    let window: Int

    package func statistic(of values: [Double], work: Work) throws(DetectionError) -> [Double] {
      let count = values.count
      let reach = min(max(10 * window, 100), count)
      let first = (min(500, count / 10) + window - 1) / window
      var result = [Double](repeating: 0, count: count)
      for block in stride(from: first * window, to: count, by: window) {
        try work.pause(at: 0)
        let end = min(block + window, count)
        let around = surroundings(of: block, count: count, reach: reach)
        let center = Double(around.lowerBound + around.upperBound - 1) / 2
        let half = max(1, Double(around.count) / 2)
        let places = around.filter { !(block..<block + window).contains($0) }
        let curve = Polynomial(
          degree: degree, x: places.map { (Double($0) - center) / half }, y: places.map { values[$0] })
        var sum = 0.0
        for (step, row) in (block..<end).enumerated() {
          // A full stretch is laid over its whole span, from its first row to the one behind its last.
          let place =
            end - block == window
            ? Double(block) + Double(step) * Double(window) / Double(window - 1) : Double(row)
          let miss = values[row] - curve.value(at: (place - center) / half)
          sum += miss * miss
        }
        let size = (sum / Double(end - block)).squareRoot()
        for row in block..<end { result[row] = size }
      }
      return result
    }

    /// Rows around a block that the polynomial may see.
    private func surroundings(of block: Int, count: Int, reach: Int) -> Range<Int> {
      let half = reach / 2
      if block + half < count, block - half > 0 { return block - half..<block + half }
      if block + half >= count { return max(0, count - reach)..<count }
      return 0..<reach
    }
  }
}

/// A polynomial through points in the least squares.
struct Polynomial {
  private let coefficients: [Double]

  init(degree: Int, x: [Double], y: [Double]) {
    let terms = min(degree + 1, max(1, x.count))
    var normal = Matrix(rows: terms, columns: terms)
    var right = Matrix(rows: terms, columns: 1)
    for (x, y) in zip(x, y) {
      var powers = [1.0]
      for term in 1..<max(terms, 1) { powers.append(powers[term - 1] * x) }
      for a in 0..<terms {
        for b in 0..<terms { normal[a, b] += powers[a] * powers[b] }
        right[a, 0] += powers[a] * y
      }
    }
    for a in 0..<terms { normal[a, a] += 1e-13 * Double(x.count + 1) }
    coefficients = Cholesky(normal)?.solve(right).values ?? [y.isEmpty ? 0 : Statistics.mean(y)]
  }

  func value(at x: Double) -> Double { coefficients.reversed().reduce(0) { $0 * x + $1 } }
}

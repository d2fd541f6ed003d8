package import Numerics
import Values

/// Scores rows by how rarely walks come by that step from each row to the rows it is made up of.
///
/// A row that lies in a subspace is a combination of few others of it; nobody needs an outlier.
///
/// - Input: `n` × `d`, complete. Columns are standardised, then rows brought to length one.
/// - Output: 1 / (1 + *n* π) in 0...1, where π is the mean share of the walks at the row; one half is average.
/// - Complexity: fit some passes of O(*n² d*), score O(*n d*) a row; memory 24 *n d* bytes.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below three rows.
/// - Source: You, Robinson and Vidal, *Provable self-representation based outlier detection in a union of subspaces*, CVPR
///   2017, equations 2, 3 and 6 and algorithm 1; the active set of You, Li, Robinson and Vidal, *Oracle based active set
///   algorithm for scalable elastic net subspace clustering*, CVPR 2016, algorithm 1.
/// - Differs: ten steps, as in PyOD (the paper walks a thousand). A new row gets what the training rows would give it if each
///   took one more step of its descent with the new row at hand. A row that none other resembles walks anywhere.
package struct RepresentationGraph: Detector, Equatable {
  package static let name = "rgraph"
  /// How far the penalty lies below the one at which a row is made up of nothing.
  package let gamma: Double
  /// The share of the absolute penalty; the rest is squared.
  package let tau: Double
  package let steps: Int

  package init(gamma: Double = 50, tau: Double = 1, steps: Int = 10) {
    self.gamma = gamma
    self.tau = tau
    self.steps = steps
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if !(gamma > 1) { throw .parameter(name: "gamma", reason: "must be above 1") }
    if !(tau > 0 && tau <= 1) { throw .parameter(name: "tau", reason: "must lie in 0...1, above 0") }
    if steps < 1 { throw .parameter(name: "steps", reason: "must be at least 1") }
    let rows = try ReferenceRows(training, atLeast: 3, scaling: .standard, work: work)
    let unit = rows.matrix.rowsOfLengthOne
    return try cancellable { () throws(Cancelled) in
      let net = ElasticNet(rows: unit, gamma: gamma, tau: tau)
      let parts = try work.map(unit.rows, stage: "representing") { net.representation(of: $0, work: work) }
      let shares = try walk(parts, work: work)
      var residuals = unit
      for (row, part) in parts.enumerated() {
        for (other, weight) in part.weights {
          for column in 0..<unit.columns { residuals[row, column] -= weight * unit[other, column] }
        }
      }
      return Model(
        rows: rows.keeping([]), residuals: residuals, penalties: parts.map(\.penalty),
        totals: parts.map(\.total), shares: shares, tau: tau)
    }
  }

  /// The share of the walks at each row, averaged over the steps.
  private func walk(_ parts: [ElasticNet.Representation], work: Work) throws(Cancelled) -> [Double] {
    let count = Double(parts.count)
    var current = [Double](repeating: 1 / count, count: parts.count)
    var sums = [Double](repeating: 0, count: parts.count)
    for _ in 0..<steps {
      try work.check()
      var next = [Double](repeating: 0, count: parts.count)
      var anywhere = 0.0
      for (row, part) in parts.enumerated() {
        if !(part.total > 0) { anywhere += current[row] }
        for (other, weight) in part.weights where part.total > 0 {
          next[other] += current[row] * abs(weight) / part.total
        }
      }
      for row in next.indices {
        next[row] += anywhere / count
        sums[row] += next[row] / Double(steps)
      }
      current = next
    }
    return sums
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = RepresentationGraph.name
    package static let needsCompleteRows = true
    /// Only their scale.
    let rows: ReferenceRows
    /// What each training row is beyond its combination of others.
    let residuals: Matrix
    let penalties: [Double]
    /// The sum of the sizes of each row's weights.
    let totals: [Double]
    let shares: [Double]
    let tau: Double

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let unit = try self.rows.scaled(rows, work: work).rowsOfLengthOne
      return try unit.mapRows(cost: residuals.values.count, stage: "scoring", work: work) { _, values in
        var share = 0.0
        for row in 0..<residuals.rows {
          var product = 0.0
          for (a, b) in zip(values, residuals.row(row)) { product += a * b }
          // One step of descent along the new row alone, whose length is one.
          let weight =
            max(0, abs(product) - penalties[row] * tau) / (1 + penalties[row] * (1 - tau))
          if weight > 0 { share += shares[row] * weight / (totals[row] + weight) }
        }
        return score(share)
      }
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      precondition(training.rowCount == shares.count, "these are not the training rows")
      return shares.map(score)
    }

    private func score(_ share: Double) -> Double { 1 / (1 + share * Double(shares.count)) }
  }
}

/// Combinations of few other rows: ½ |x − Σ c x'|² + penalty (τ |c| + (1 − τ) / 2 c²).
private struct ElasticNet: Sendable {
  struct Representation: Sendable {
    var weights: [(row: Int, weight: Double)]
    /// Of the sizes of the weights.
    let total: Double
    let penalty: Double
  }

  let rows: Matrix
  let gamma: Double
  let tau: Double
  private static let added = 10
  private static let mostRounds = 30
  private static let mostSweeps = 1000
  private static let tolerance = 1e-8

  func representation(of row: Int, work: Work) -> Representation {
    var residual = Array(rows.row(row))
    var products = self.products(residual, except: row)
    let largest = products.reduce(0) { max($0, abs($1)) }
    let penalty = largest / (tau * gamma)
    var active: [Int] = []
    var weights: [Double] = []
    // A cancelled pass is thrown away.
    for _ in 0..<Self.mostRounds where largest > 0 && !work.isCancelled() {
      let limit = penalty * tau * (1 + 1e-6)
      let open = products.indices.filter { abs(products[$0]) > limit && !active.contains($0) }
      if open.isEmpty { break }
      active += open.sorted { (-abs(products[$0]), $0) < (-abs(products[$1]), $1) }.prefix(Self.added)
      weights += [Double](repeating: 0, count: active.count - weights.count)
      descend(active, &weights, &residual, penalty)
      let kept = active.indices.filter { weights[$0] != 0 }
      (active, weights) = (kept.map { active[$0] }, kept.map { weights[$0] })
      products = self.products(residual, except: row)
    }
    return Representation(
      weights: zip(active, weights).map { ($0, $1) }, total: weights.reduce(0) { $0 + abs($1) },
      penalty: penalty)
  }

  /// Changes one weight after another until none moves.
  private func descend(
    _ active: [Int], _ weights: inout [Double], _ residual: inout [Double], _ penalty: Double
  ) {
    let d = rows.columns
    for _ in 0..<Self.mostSweeps {
      var moved = 0.0
      for (place, other) in active.enumerated() {
        let base = other * d
        var product = weights[place]
        for column in 0..<d { product += rows.values[base + column] * residual[column] }
        let shrunk = max(0, abs(product) - penalty * tau) / (1 + penalty * (1 - tau))
        let change = (product < 0 ? -shrunk : shrunk) - weights[place]
        if change == 0 { continue }
        for column in 0..<d { residual[column] -= change * rows.values[base + column] }
        weights[place] += change
        moved = max(moved, abs(change))
      }
      if moved < Self.tolerance { break }
    }
  }

  /// Of every other row with a vector; 0 for the row itself.
  private func products(_ vector: [Double], except row: Int) -> [Double] {
    let d = rows.columns
    var result = [Double](repeating: 0, count: rows.rows)
    for other in 0..<rows.rows where other != row {
      var sum = 0.0
      for column in 0..<d { sum += rows.values[other * d + column] * vector[column] }
      result[other] = sum
    }
    return result
  }
}

extension Matrix {
  /// Each row over its length; rows of zeros stay.
  fileprivate var rowsOfLengthOne: Matrix {
    var result = self
    for row in 0..<rows {
      let largest = self.row(row).reduce(0) { max($0, abs($1)) }
      if !(largest > 0) { continue }
      let length = self.row(row).reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
      for column in 0..<columns { result[row, column] = self[row, column] / largest / length }
    }
    return result
  }
}

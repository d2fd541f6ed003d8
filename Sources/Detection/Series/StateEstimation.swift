package import Numerics
package import Values

/// Scores rows by how far they lie from the best blend of remembered normal states.
///
/// - Input: complete rows, on any scale.
/// - Output: the Euclidean norm of the row less its estimate, in standard deviations of the columns.
/// - Complexity: fit O(*n d* + *m³*), score O(*n m (d + m)*); memory O(*m²*) for *m* remembered rows.
/// - Source: Singer, Gross and others, *Model-based nuclear power plant monitoring and fault detection*, 1997 (MSET):
///   x̂ = D w, w = (Dᵀ ⊗ D)⁻¹ (Dᵀ ⊗ x), weights brought to sum 1; the memory holds the rows with each column's least
///   and largest value and others evenly spaced in the order of their norms.
/// - Differs: the similarity is 1 / (1 + ‖a - b‖ / h) with *h* the median distance between remembered rows, and the
///   matrix has a ridge of 1e-4.
package struct StateEstimation: Detector, Equatable {
  package static let name = "mset"
  /// Rows that are remembered, at most.
  package let memory: Int

  package init(memory: Int = 100) { self.memory = memory }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if memory < 2 { throw .parameter(name: "memory", reason: "must hold at least 2 rows") }
    let reference = try ReferenceRows(training, atLeast: 4, scaling: .standard, work: work)
    let states = reference.keeping(chosen(reference.matrix))
    let rows = states.matrix
    var distances: [Double] = []
    for a in 0..<rows.rows {
      for b in 0..<a { distances.append(rows.row(a).squaredDistance(to: rows.row(b)).squareRoot()) }
    }
    let typical = Selection.median(of: distances.filter { $0 > 0 }) ?? 1
    var similarities = Matrix(rows: rows.rows, columns: rows.rows)
    for a in 0..<rows.rows {
      for b in 0..<rows.rows {
        similarities[a, b] = 1 / (1 + rows.row(a).squaredDistance(to: rows.row(b)).squareRoot() / typical)
      }
      similarities[a, a] += 1e-4
    }
    var identity = Matrix(rows: rows.rows, columns: rows.rows)
    for a in 0..<rows.rows { identity[a, a] = 1 }
    guard let factor = Cholesky(similarities) else {
      throw .parameter(name: "memory", reason: "is too large: the remembered rows are too much alike")
    }
    return Model(states: states, typical: typical, inverse: factor.solve(identity))
  }

  /// Extremes of every column first, then rows across the range of norms.
  private func chosen(_ matrix: Matrix) -> [Int] {
    var chosen: Set<Int> = []
    for column in 0..<matrix.columns where chosen.count + 2 <= memory {
      let values = matrix.column(column)
      if let low = values.indices.min(by: { values[$0] < values[$1] }) { chosen.insert(low) }
      if let high = values.indices.max(by: { values[$0] < values[$1] }) { chosen.insert(high) }
    }
    let norms = (0..<matrix.rows).map { matrix.row($0).reduce(0) { $0 + $1 * $1 } }
    let order = norms.indices.sorted { (norms[$0], $0) < (norms[$1], $1) }
    let rest = memory - chosen.count
    for step in 0..<max(rest, 0) { chosen.insert(order[step * order.count / max(rest, 1)]) }
    return chosen.sorted()
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = StateEstimation.name
    package static let needsCompleteRows = true
    let states: ReferenceRows
    let typical: Double
    let inverse: Matrix

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try states.scoreRows(rows, cost: inverse.values.count, work: work) { _, row in
        misses(row).reduce(0) { $0 + $1 * $1 }.squareRoot()
      }
    }

    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      let scaled = try states.scaled(rows, work: work)
      var values: [Double] = []
      for row in 0..<scaled.rows {
        try work.pause(at: row << 4)
        values += misses(scaled.row(row)).map { min(abs($0), largestScore) }
      }
      return rows.contributions(values, meaning: "distance from the estimate in deviations")
    }

    private func misses(_ row: ArraySlice<Double>) -> [Double] {
      let known = states.matrix
      let count = known.rows
      let near = (0..<count).map { 1 / (1 + known.row($0).squaredDistance(to: row).squareRoot() / typical) }
      var weights = (0..<count).map { a in
        (0..<count).reduce(0.0) { $0 + inverse.values[a * count + $1] * near[$1] }
      }
      let sum = weights.reduce(0, +)
      if abs(sum) > 1e-9 { weights = weights.map { $0 / sum } }
      return row.enumerated().map { column, value in
        value - (0..<count).reduce(0.0) { $0 + weights[$1] * known[$1, column] }
      }
    }
  }
}

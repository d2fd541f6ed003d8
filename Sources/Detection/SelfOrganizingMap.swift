package import Numerics
package import Values

/// Scores rows by their distance to the nearest node of a map that was stretched over the training rows.
///
/// - Input: `n` × `d`, complete. Columns are standardised.
/// - Output: the quantisation error ≥ 0 in standard deviations; at most 1e100.
/// - Complexity: fit O(*t n g² d*) for *t* passes over a map of *g* × *g* nodes, score O(*g² d*) a row.
/// - Randomness: draws the rows that the nodes begin at.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below two rows.
/// - Source: Kohonen, *Self-organizing maps*, 3rd edition 2001, section 3.6 (batch map); as a detector: Ramadas,
///   Ostermann and Tjaden, *Detecting anomalous network traffic with self-organizing maps*, RAID 2003.
/// - Differs: batch passes, whose result does not depend on the order of rows; the neighbourhood is normal, its width shrinks
///   from half the map to half a node. Without a side, the map has about 5 √*n* nodes.
package struct SelfOrganizingMap: Detector, Equatable {
  package static let name = "som"
  /// Nodes along each edge; nil takes it from the number of rows.
  package let side: Int?
  package let passes: Int

  package init(side: Int? = nil, passes: Int = 20) {
    self.side = side
    self.passes = passes
  }

  private static let longestUsualSide = 30
  private static let lastWidth = 0.5

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if let side, side < 1 { throw .parameter(name: "side", reason: "must be at least 1") }
    if passes < 1 { throw .parameter(name: "passes", reason: "must be at least 1") }
    let rows = try ReferenceRows(training, atLeast: 2, scaling: .standard, work: work)
    let usual = (5 * Double(training.rowCount).squareRoot()).squareRoot()
    let side = self.side ?? max(1, min(Self.longestUsualSide, Int(usual.rounded(.up))))
    let starts = (0..<side * side).map { _ in random.below(training.rowCount) }
    var nodes = rows.matrix.selecting(rows: starts)
    for pass in 0..<passes {
      let share = passes == 1 ? 1 : Double(pass) / Double(passes - 1)
      let first = max(Self.lastWidth, Double(side) / 2)
      let width = first * power(Self.lastWidth / first, share)
      nodes = try cancellable { () throws(Cancelled) in
        try Self.pass(rows.matrix, nodes, side: side, width: width, work: work)
      }
    }
    return Model(rows: rows.keeping([]), nodes: nodes, side: side)
  }

  /// Each node moves to the mean of all rows, weighed by how near on the map their nearest nodes are.
  private static func pass(
    _ rows: Matrix, _ nodes: Matrix, side: Int, width: Double, work: Work
  ) throws(Cancelled) -> Matrix {
    let winners = try work.fill(rows.rows, size: 256, stage: "stretching") { range, target in
      for row in range { target[row - range.lowerBound] = Double(nearest(nodes, rows.row(row)).node) }
    }
    let d = rows.columns
    var sums = Matrix(rows: nodes.rows, columns: d)
    var counts = [Double](repeating: 0, count: nodes.rows)
    for row in 0..<rows.rows {
      let node = Int(winners[row])
      counts[node] += 1
      for column in 0..<d { sums.values[node * d + column] += rows.values[row * d + column] }
    }
    let (totals, numbers) = (sums, counts)
    let moved = try work.fill(nodes.rows, stride: d, size: 16, stage: "stretching") { range, target in
      for node in range {
        let base = (node - range.lowerBound) * d
        var weights = 0.0
        for other in 0..<nodes.rows where numbers[other] > 0 {
          let across = Double(node % side - other % side)
          let down = Double(node / side - other / side)
          let weight = exponential(-(across * across + down * down) / (2 * width * width))
          weights += weight * numbers[other]
          for column in 0..<d { target[base + column] += weight * totals.values[other * d + column] }
        }
        for column in 0..<d {
          target[base + column] =
            weights > 0 ? target[base + column] / weights : nodes.values[node * d + column]
        }
      }
    }
    return Matrix(rows: nodes.rows, columns: d, values: moved)
  }

  static func nearest(_ nodes: Matrix, _ row: ArraySlice<Double>) -> (node: Int, squared: Double) {
    var best = (node: 0, squared: Double.infinity)
    for node in 0..<nodes.rows {
      let squared = row.squaredDistance(to: nodes.row(node))
      if squared < best.squared { best = (node, squared) }
    }
    return best
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = SelfOrganizingMap.name
    package static let needsCompleteRows = true
    /// Only their scale.
    let rows: ReferenceRows
    let nodes: Matrix
    let side: Int

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try self.rows.scoreRows(rows, cost: 4 * nodes.values.count, work: work) { _, values in
        SelfOrganizingMap.nearest(nodes, values).squared.squareRoot()
      }
    }

    /// Each column's squared distance to the nearest node.
    package func contributions(to rows: Observations, work: Work) throws(DetectionError) -> Contributions? {
      let scaled = try self.rows.scaled(rows, work: work)
      let d = scaled.columns
      let values = try cancellable { () throws(Cancelled) in
        try work.fill(scaled.rows, stride: d, size: 256, stage: "contributions") { range, target in
          for row in range {
            let node = SelfOrganizingMap.nearest(nodes, scaled.row(row)).node
            for column in 0..<d {
              let difference = scaled[row, column] - nodes[node, column]
              target[(row - range.lowerBound) * d + column] = difference * difference
            }
          }
        }
      }
      return rows.contributions(values, meaning: "squared distance to the nearest node")
    }
  }
}

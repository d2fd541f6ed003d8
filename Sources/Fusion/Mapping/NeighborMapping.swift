package import Numerics

/// Predicts one modality as the mean of those of the nearest rows in the other, and scores what is left.
///
/// - Input: present pairs; features on comparable scales.
/// - Output: see `Residual`; rows to learn from do not find themselves.
/// - Complexity: O(*n² m*).
/// - Source: Fix and Hodges, *Discriminatory analysis: nonparametric discrimination*, 1951, as regression.
package struct NeighborMapping: PairMapping {
  package static let name = "neighbors"
  package let count: Int
  package let residual: Residual

  package init(count: Int = 5, residual: Residual = .scaled) {
    self.count = count
    self.residual = residual
  }

  package func disagreement(
    _ rows: PairedRows, using random: inout SeededGenerator, work: Work
  ) throws(FusionError) -> [Double] {
    let learning = rows.learning
    let taught = rows.source.selecting(rows: learning)
    let count = min(count, learning.count - 1)
    let (all, own) = try orCancelled { () throws(Cancelled) in
      let index = try NeighborIndex(taught, work: work)
      return (
        try index.nearest(count, to: rows.source, work: work),
        try index.nearest(count, to: taught, excludingSelf: true, work: work)
      )
    }
    var predicted = Matrix(rows: rows.source.rows, columns: rows.target.columns)
    func predict(_ row: Int, from neighbors: Neighbors, _ query: Int) {
      for column in 0..<predicted.columns { predicted[row, column] = 0 }
      for rank in 0..<count {
        let neighbor = learning[Int(neighbors.rows[query * count + rank])]
        for column in 0..<predicted.columns {
          predicted[row, column] += rows.target[neighbor, column] / Double(count)
        }
      }
    }
    for row in 0..<rows.source.rows { predict(row, from: all, row) }
    for (place, row) in learning.enumerated() { predict(row, from: own, place) }
    return residual.sizes(predicted: predicted, actual: rows.target, learning: learning)
  }
}

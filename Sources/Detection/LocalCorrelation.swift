package import Numerics
import Values

/// Scores rows by how far the count of rows around them falls short of that around their neighbours.
///
/// - Input: `n` × `d`, complete, on comparable scales: the distance is Euclidean. Scale the columns first.
/// - Output: the largest multi-granularity deviation factor over its standard deviation, over all radii, ≥ 0; above 3
///   the paper calls a row an outlier.
/// - Complexity: fit O(*s*²*d* + *s*² *r*), score O(*m s d* + *m s r*); *s* reference rows, *r* radii.
/// - Randomness: draws the reference rows if there are more than `references`.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below four rows.
/// - Source: Papadimitriou, Kitagawa, Gibbons and Faloutsos, *LOCI: fast outlier detection using the local correlation
///   integral*, ICDE 2003, definitions 1 to 4 with α = 1/2.
/// - Differs: `radii` evenly spaced radii up to the largest distance from a center row instead of all critical ones, and
///   at most `references` rows to count, which bounds the cubic cost.
package struct LocalCorrelation: Detector, Equatable {
  package static let name = "loci"
  package let references: Int
  package let radii: Int
  /// Rows within a radius below which it is not judged.
  package let least: Int

  package init(references: Int = 1000, radii: Int = 24, least: Int = 20) {
    self.references = references
    self.radii = radii
    self.least = least
  }

  /// α: counts are taken within this share of the radius in which neighbours lie.
  private static let share = 0.5

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if radii < 1 { throw .parameter(name: "radii", reason: "must be at least 1") }
    if references < 4 { throw .parameter(name: "references", reason: "must be at least 4") }
    var rows = try ReferenceRows(training, atLeast: 4, work: work)
    if training.rowCount > references {
      rows = rows.keeping(random.sample(references, of: training.rowCount).sorted())
    }
    let distances = SquaredDistances(rows.matrix)
    let spread = distances.from(rows.matrix.row(0)).max() ?? 0
    let steps = (1...radii).map { spread.squareRoot() * 2 * Double($0) / Double(radii) }
    let inner = steps.map { $0 * Self.share }
    let matrix = rows.matrix
    let counts = try cancellable { () throws(Cancelled) in
      try work.map(matrix.rows, stage: "counting") { row -> [Int32] in
        let sorted = SortedColumn(sorting: distances.from(matrix.row(row)))
        return inner.map { Int32(sorted.countAtMost($0 * $0)) }
      }
    }
    return Model(
      rows: rows, radii: steps, counts: counts.flatMap(\.self), least: min(least, rows.matrix.rows / 2))
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = LocalCorrelation.name
    let rows: ReferenceRows
    let radii: [Double]
    /// Rows within half of each radius, reference row after reference row.
    let counts: [Int32]
    let least: Int

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let distances = SquaredDistances(self.rows.matrix)
      let steps = radii.count
      return try self.rows.scoreRows(rows, cost: 8 * counts.count, work: work) { _, values in
        let squared = distances.from(values)
        var best = 0.0
        for step in 0..<steps {
          let limit = radii[step] * radii[step]
          let near = limit * LocalCorrelation.share * LocalCorrelation.share
          var around = 0.0
          var sum = 0.0
          var squares = 0.0
          var own = 0.0
          for (row, distance) in squared.enumerated() where distance <= limit {
            let count = Double(counts[row * steps + step])
            around += 1
            sum += count
            squares += count * count
            if distance <= near { own += 1 }
          }
          if around < Double(least) { continue }
          let mean = sum / around
          let deviation = max(squares / around - mean * mean, 0).squareRoot()
          // MDEF over its deviation: (1 − own / mean) / (deviation / mean).
          if deviation > 0 { best = max(best, (mean - own) / deviation) }
        }
        return best
      }
    }
  }
}

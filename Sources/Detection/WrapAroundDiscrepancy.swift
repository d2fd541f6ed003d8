package import Numerics
import Values

/// Scores rows by how unevenly they would fill the unit cube together with the training rows.
///
/// - Input: `n` × `d`, complete. Columns are brought to 0...1; values beyond the training range count as its ends.
/// - Output: (1 / *n*) Σ Π (3/2 − |Δ| + Δ²) − (4/3)^*d*, or its opposite, so that the longer tail of the training scores is
///   high; at most 1e100.
/// - Complexity: O(*n d*) a row.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below three rows.
/// - Source: Fang and Ma, *Wrap-around L2-discrepancy of random sampling, Latin hypercube and uniform designs*, Journal of
///   Complexity 2001, equation 5; the turning by skewness and kurtosis is PyOD's (`QMCD`).
/// - Differs: the sum is divided by *n* once, which leaves the order as it is. Distances wrap around: the two ends of a
///   column are near each other.
package struct WrapAroundDiscrepancy: Detector, Equatable {
  package static let name = "qmcd"
  package init() {}

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    let rows = try ReferenceRows(training, atLeast: 3, scaling: .range, work: work)
    let plain = Model(rows: rows, isTurned: false)
    let scores = try plain.scores(of: training, work: work)
    let (mean, deviation) = moments(of: scores)
    var (skew, kurtosis) = (0.0, 0.0)
    for score in scores where deviation > 0 {
      let z = (score - mean) / deviation
      skew += z * z * z / Double(scores.count)
      kurtosis += z * z * z * z / Double(scores.count)
    }
    // A normal tail has kurtosis 3.
    return Model(rows: rows, isTurned: deviation > 0 && (skew < 0 || kurtosis < 3))
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = WrapAroundDiscrepancy.name
    package static let needsCompleteRows = true
    let rows: ReferenceRows
    let isTurned: Bool

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let matrix = self.rows.matrix
      let base = min(power(4.0 / 3, Double(matrix.columns)), largestScore)
      return try self.rows.scoreRows(rows, cost: 4 * matrix.values.count, work: work) { _, values in
        let inside = values.map { max(0, min($0, 1)) }
        var sum = 0.0
        for row in 0..<matrix.rows {
          var product = 1.0
          var cell = row * matrix.columns
          for value in inside {
            let distance = abs(value - matrix.values[cell])
            product *= 1.5 - distance + distance * distance
            cell += 1
          }
          sum += product / Double(matrix.rows)
        }
        let score = min(sum, largestScore) - base
        return isTurned ? -score : score
      }
    }
  }
}

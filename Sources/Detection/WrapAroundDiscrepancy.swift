package import Numerics
import Values

/// Scores rows by how unevenly they would fill the unit cube together with the training rows.
///
/// - Input: `n` × `d`, complete. Columns are brought to 0...1; values beyond the training range count as its ends.
/// - Output: (1 / *n*) Σ Π (3/2 − |Δ| + Δ²) − (4/3)^*d*, or its opposite, so that the longer tail of the training scores is
///   high; at most 1e100.
/// - Complexity: fit O(*n² d* / 2), score O(*n d*) a row; memory 16 *n d* and 512 *n* bytes.
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
    let plain = Model(rows: rows, isTurned: false, own: [])
    let scores = try plain.scores(work: work) { sums, work throws(Cancelled) in try sums.ofRows(work: work) }
    let (mean, deviation) = moments(of: scores)
    var (skew, kurtosis) = (0.0, 0.0)
    for score in scores where deviation > 0 {
      let z = (score - mean) / deviation
      skew += z * z * z / Double(scores.count)
      kurtosis += z * z * z * z / Double(scores.count)
    }
    // A normal tail has kurtosis 3.
    let isTurned = deviation > 0 && (skew < 0 || kurtosis < 3)
    return Model(rows: rows, isTurned: isTurned, own: scores.map { isTurned ? -$0 : $0 })
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = WrapAroundDiscrepancy.name
    package static let needsCompleteRows = true
    let rows: ReferenceRows
    let isTurned: Bool
    /// Scores of the training rows, which fitting has to find anyway.
    let own: [Double]

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      precondition(training.rowCount == own.count, "these are not the training rows")
      return own
    }

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      var inside = try self.rows.scaled(rows, work: work)
      for cell in inside.values.indices { inside.values[cell] = max(0, min(inside.values[cell], 1)) }
      let points = inside
      return try scores(work: work) { sums, work throws(Cancelled) in try sums.of(points, work: work) }
    }

    fileprivate func scores(
      work: Work, _ sums: (WrapAroundSums, Work) throws(Cancelled) -> [Double]
    ) throws(DetectionError) -> [Double] {
      let base = min(power(4.0 / 3, Double(rows.matrix.columns)), largestScore)
      let count = Double(rows.matrix.rows)
      return try cancellable { () throws(Cancelled) in
        try sums(WrapAroundSums(rows.matrix), work).map { sum in
          let score = min(sum / count, largestScore) - base
          return isTurned ? -score : score
        }
      }
    }
  }
}

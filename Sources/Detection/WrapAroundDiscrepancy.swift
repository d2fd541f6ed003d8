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
    let plain = Model(rows: rows, isTurned: false, own: [])
    let scores = try plain.scores(of: training, work: work)
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
      let packed = PackedRows(self.rows.matrix)
      let base = min(power(4.0 / 3, Double(self.rows.matrix.columns)), largestScore)
      var inside = try self.rows.scaled(rows, work: work)
      for cell in inside.values.indices { inside.values[cell] = max(0, min(inside.values[cell], 1)) }
      let (points, size) = (inside, packed.blockSize(columns: inside.columns))
      return try cancellable { () throws(Cancelled) in
        try work.fill(points.rows, size: size, stage: "scoring") { range, target in
          let products = packed.wrapAroundProducts(of: points, range)
          for place in 0..<range.count {
            var sum = 0.0
            for other in 0..<packed.count { sum += products[place * packed.count + other] }
            let score = min(sum / Double(packed.count), largestScore) - base
            target[place] = isTurned ? -score : score
          }
        }
      }
    }
  }
}

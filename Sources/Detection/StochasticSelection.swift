package import Numerics
import Values

/// Scores rows by the chance that no other row picks them as a neighbour.
///
/// - Input: `n` × `d`, complete, on comparable scales: the distance is Euclidean. Scale the columns first.
/// - Output: a probability in 0...1; at 1/2 no more likely chosen than not.
/// - Complexity: fit O(*n*²*d*) and some 50 passes over *n*² affinities; score O(*n m d*); memory 24 *n d* bytes.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below three rows.
/// - Source: Janssens, Huszár, Postma and van den Herik, *Stochastic outlier selection*, TiCC TR 2012-001, equations 2 to
///   12.
/// - Differs: a new row competes with the training rows for being picked by each of them, at the width that each had
///   without it.
package struct StochasticSelection: Detector, Equatable {
  package static let name = "sos"
  /// The effective number of neighbours.
  package let perplexity: Double

  package init(perplexity: Double = 4.5) { self.perplexity = perplexity }

  private static let steps = 60
  private static let tolerance = 1e-5
  /// Affinities of which no digit counts beside the largest one.
  fileprivate static let vanishing = -60.0

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if !(perplexity >= 1) { throw .parameter(name: "perplexity", reason: "must be at least 1") }
    let rows = try ReferenceRows(training, atLeast: 3, work: work)
    let matrix = rows.matrix
    let distances = SquaredDistances(matrix)
    let entropy = logarithm(min(perplexity, Double(matrix.rows - 1) * 0.999))
    let fitted = try cancellable { () throws(Cancelled) in
      try work.map(matrix.rows, stage: "fitting") { row in
        var squared = distances.from(matrix.row(row))
        squared.remove(at: row)
        return Self.precision(squared, entropy: entropy)
      }
    }
    return Model(rows: rows, precisions: fitted.map(\.precision), logSums: fitted.map(\.logSum))
  }

  /// The precision whose affinities have the wanted entropy, and the logarithm of their sum.
  private static func precision(_ squared: [Double], entropy: Double) -> (precision: Double, logSum: Double) {
    let nearest = squared.min() ?? 0
    var precision = 1.0
    var low = 0.0
    var high = Double.infinity
    var sum = 1.0
    for _ in 0..<steps {
      sum = 0
      var weighted = 0.0
      for value in squared {
        let fall = (nearest - value) * precision
        if fall < vanishing { continue }
        let affinity = exponential(fall)
        sum += affinity
        weighted += affinity * (value - nearest)
      }
      let difference = logarithm(sum) + precision * weighted / sum - entropy
      if abs(difference) < tolerance { break }
      if difference > 0 { low = precision } else { high = precision }
      precision = high.isFinite ? low / 2 + high / 2 : min(precision * 2, 1e200)
    }
    return (precision, logarithm(sum) - nearest * precision)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = StochasticSelection.name
    let rows: ReferenceRows
    let precisions: [Double]
    /// The logarithm of each training row's affinities to all others.
    let logSums: [Double]

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try probabilities(of: rows, areTraining: false, work: work)
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      try probabilities(of: training, areTraining: true, work: work)
    }

    private func probabilities(
      of rows: Observations, areTraining: Bool, work: Work
    ) throws(DetectionError) -> [Double] {
      let distances = SquaredDistances(self.rows.matrix)
      return try self.rows.scoreRows(rows, cost: 30 * self.rows.matrix.values.count, work: work) {
        row, values in
        let squared = distances.from(values)
        var logChance = 0.0
        for other in squared.indices where !(areTraining && other == row) {
          let logShare = -squared[other] * precisions[other] - logSums[other]
          if logShare < StochasticSelection.vanishing { continue }
          let share = exponential(min(logShare, 700))
          // Equation 10: bound with probability b = share; a new row adds its own affinity to the sum.
          let bound = areTraining ? min(share, 1) : share / (1 + share)
          logChance += logarithm1p(-min(bound, 1 - 1e-12))
        }
        return exponential(logChance)
      }
    }
  }
}

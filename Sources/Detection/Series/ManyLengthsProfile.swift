package import Numerics
import Values

/// Scores moments by how unlike every other stretch they are at whichever length shows it best.
///
/// - Input: as for `MatrixProfile`; the longest window at most half of the training rows.
/// - Output: the largest, over the lengths, of the distance to the nearest neighbour over the largest possible distance
///   2√m: in 0...1.
/// - Complexity: O(*k n²*) for *k* lengths, memory O(*n*) a thread.
/// - Source: the task of Nakamura, Imamura, Mercer and Keogh, *MERLIN: parameter-free discovery of arbitrary length
///   anomalies in massive time series archives*, ICDM 2020, section II.
/// - Differs: complete profiles at up to *k* lengths, evenly spaced in ratio from the shortest to the longest, in place
///   of the discords of all lengths, so that every row has a score.
package struct ManyLengthsProfile: Detector, Equatable {
  package static let name = "merlin"
  package let shortest: Int
  package let longest: Int
  package let lengths: Int

  package init(shortest: Int = 30, longest: Int = 200, lengths: Int = 6) {
    self.shortest = shortest
    self.longest = longest
    self.lengths = lengths
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if longest < shortest { throw .parameter(name: "longest", reason: "must not be below the shortest") }
    if lengths < 1 { throw .parameter(name: "lengths", reason: "must be at least 1") }
    let ratio = Double(longest) / Double(max(shortest, 1))
    var windows: [Int] = []
    for step in 0..<lengths {
      let share = lengths > 1 ? Double(step) / Double(lengths - 1) : 0
      let window = Int((Double(shortest) * power(ratio, share)).rounded())
      if windows.last != window { windows.append(window) }
    }
    var models: [MatrixProfile.Model] = []
    for window in windows {
      models.append(try MatrixProfile(window: window).fit(training, using: &random, work: work))
    }
    return Model(models: models)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = ManyLengthsProfile.name
    package static let readsSeries = true
    let models: [MatrixProfile.Model]

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      var best = [Double](repeating: 0, count: rows.rowCount)
      for model in models { model.raise(&best, to: try model.scores(of: rows, work: work)) }
      return best
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      var best = [Double](repeating: 0, count: training.rowCount)
      for model in models { model.raise(&best, to: try model.scoresOfTraining(training, work: work)) }
      return best
    }
  }
}

extension MatrixProfile.Model {
  fileprivate func raise(_ best: inout [Double], to distances: [Double]) {
    let largest = 2 * Double(window).squareRoot()
    for (row, distance) in distances.enumerated() { best[row] = max(best[row], distance / largest) }
  }
}

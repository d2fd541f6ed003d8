package import Numerics
import Values

/// Scores rows by the local outlier factor of that neighbourhood size which does best near each row.
///
/// - Input: `n` × `d`, complete, on comparable scales.
/// - Output: standard deviations of the chosen local outlier factors.
/// - Complexity: *m* local outlier factors and *s* searches for neighbours.
/// - Randomness: sets of features in which local regions are looked for.
/// - Throws: `tooFewRows` below three rows, `missing` for incomplete rows.
/// - Source: Zhao, Nasrullah, Hryniewicki and Li, *LSCP: locally selective combination in parallel outlier ensembles*, SDM
///   2019, section 4.1: a pool of local outlier factors of different sizes.
/// - Differs: sizes are spread evenly, where the paper draws them; see `LocalSelection`.
package struct LocalEnsemble: Detector, Equatable {
  package static let name = "lscp"
  package let sizes: [Int]
  package let selection: LocalSelection

  package init(
    sizes: [Int] = [5, 10, 15, 20, 25, 30, 35, 40, 45, 50], selection: LocalSelection = LocalSelection()
  ) {
    self.sizes = sizes
    self.selection = selection
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    try training.require(rows: 3)
    try training.requireComplete()
    var members: [LocalOutlierFactor.Model] = []
    var scores = Matrix(rows: training.rowCount, columns: sizes.count)
    for (place, size) in sizes.enumerated() {
      let model = try LocalOutlierFactor(neighbors: size).fit(training, using: &random, work: work)
      for (row, score) in try model.scoresOfTraining(training, work: work).enumerated() {
        scores[row, place] = score
      }
      members.append(model)
    }
    return Model(
      features: training.features, matrix: training.matrix, members: members, known: scores,
      neighbors: selection.neighbors, subspaces: selection.subspaces, target: selection.target,
      keeping: selection.keeping, seed: random.next())
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = LocalEnsemble.name
    package static let needsCompleteRows = true
    let features: [String]
    let matrix: Matrix
    let members: [LocalOutlierFactor.Model]
    /// Training rows × members.
    let known: Matrix
    let neighbors: Int
    let subspaces: Int
    let target: LocalSelection.Target
    let keeping: Int
    let seed: UInt64

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try rows.require(features: features.count)
      var scores = Matrix(rows: rows.rowCount, columns: members.count)
      for (place, model) in members.enumerated() {
        for (row, score) in try model.scores(of: rows, work: work).enumerated() { scores[row, place] = score }
      }
      return try combined(rows, scores, work: work)
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      try combined(training, known, work: work)
    }

    private func combined(
      _ rows: Observations, _ scores: Matrix, work: Work
    ) throws(DetectionError) -> [Double] {
      try LocalSelection(neighbors: neighbors, subspaces: subspaces, target: target, keeping: keeping)
        .combine(
          Observations(matrix: matrix, features: features), scores: known, queries: rows, queryScores: scores,
          using: SeededGenerator(seed: seed), work: work
        ).values
    }
  }
}

package import Numerics
import Values

/// Scores rows by the mean of their local outlier factors on random sets of features.
///
/// Where only a few features tell, they are not drowned by the others in every set.
///
/// - Input: `n` × `d`, complete, on comparable scales: the distance is Euclidean. Scale the columns first.
/// - Output: a mean of ratios > 0; about 1 is ordinary.
/// - Complexity: *b* times that of the local outlier factor on half to all but one of the features.
/// - Randomness: draws the sets; the same seed draws the same ones on every machine.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below three rows.
/// - Source: Lazarevic and Kumar, *Feature bagging for outlier detection*, KDD 2005, figures 1 and 3 (cumulative sum).
/// - Differs: the sum is divided by the number of sets; a single feature is every set.
package struct FeatureBagging: Detector, Equatable {
  package static let name = "bagging"
  package let sets: Int
  package let neighbors: Int

  package init(sets: Int = 10, neighbors: Int = 20) {
    self.sets = sets
    self.neighbors = neighbors
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if sets < 1 { throw .parameter(name: "sets", reason: "must be at least 1") }
    try training.require(rows: 3)
    try training.requireComplete()
    let d = training.features.count
    let fewest = max(1, d / 2)
    var members: [Model.Member] = []
    for _ in 0..<sets {
      let count = fewest + random.below(max(1, d - fewest))
      let columns = random.sample(count, of: d).sorted()
      let model = try LocalOutlierFactor(neighbors: neighbors).fit(
        training.selecting(columns: columns), using: &random, work: work)
      members.append(Model.Member(columns: columns, model: model))
    }
    return Model(columns: d, members: members)
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = FeatureBagging.name
    package static let needsCompleteRows = true

    struct Member: Sendable, Codable, Equatable {
      let columns: [Int]
      let model: LocalOutlierFactor.Model
    }

    let columns: Int
    let members: [Member]

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      try mean(over: rows) { (model, part) throws(DetectionError) in try model.scores(of: part, work: work) }
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      try mean(over: training) { (model, part) throws(DetectionError) in
        try model.scoresOfTraining(part, work: work)
      }
    }

    private func mean(
      over rows: Observations,
      _ score: (LocalOutlierFactor.Model, Observations) throws(DetectionError) -> [Double]
    ) throws(DetectionError) -> [Double] {
      try rows.require(features: columns)
      try rows.requireComplete()
      var sums = [Double](repeating: 0, count: rows.rowCount)
      for member in members {
        let part = try score(member.model, rows.selecting(columns: member.columns))
        for row in sums.indices { sums[row] += part[row] / Double(members.count) }
      }
      return sums.map { min($0, largestScore) }
    }
  }
}

extension Observations {
  /// The same rows with some of the features.
  func selecting(columns chosen: [Int]) throws(DetectionError) -> Observations {
    var values: [Double] = []
    values.reserveCapacity(rowCount * chosen.count)
    for row in 0..<rowCount { for column in chosen { values.append(matrix[row, column]) } }
    return try Observations(
      matrix: Matrix(rows: rowCount, columns: chosen.count, values: values),
      features: chosen.map { features[$0] })
  }
}

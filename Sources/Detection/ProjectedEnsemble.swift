package import Numerics
import Values

/// Scores rows by the mean of several detectors, the costly ones on random projections and on some of the rows.
///
/// Distances among many rows hardly change when they are seen in fewer random directions, or from enough of the rows.
///
/// - Input: `n` × `d`, complete. Columns are standardised.
/// - Output: the mean over the members of their scores in standard deviations of the training scores; no unit.
/// - Complexity: six searches O(*n r d* / 1.5) for *r* rows to learn from, an isolation forest and histograms.
/// - Randomness: draws the projections, the rows and the forest.
/// - Throws: `missing` for an incomplete row; `tooFewRows` below three rows.
/// - Source: Zhao, Hu, Cheng, Wang, Wan, Wang, Yang, Bai, Li, Xiao, Wang, Qiao, Sun and Akoglu, *SUOD: accelerating
///   large-scale unsupervised heterogeneous outlier detection*, MLSys 2021, section 3.3, with normal directions.
/// - Differs: costly members judge new rows from at most `most` rows, where the paper trains a forest to imitate them
///   (section 3.4); no scheduling, since every member uses all threads.
package struct ProjectedEnsemble: Detector, Equatable {
  package static let name = "suod"
  /// The share of dimensions that a projection keeps.
  package let share: Double
  /// Rows that a costly member learns from at most.
  package let most: Int

  package init(share: Double = 2.0 / 3, most: Int = 10_000) {
    self.share = share
    self.most = most
  }

  /// Projections pay from this many columns on.
  private static let fewestColumns = 4

  private enum Plan { case neighbors(Int), local(Int), forest, histograms }
  private static let plans: [Plan] = [
    .neighbors(5), .neighbors(10), .neighbors(20), .local(10), .local(20), .local(40), .forest, .histograms,
  ]

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if !(share > 0 && share <= 1) { throw .parameter(name: "share", reason: "must lie in 0...1, above 0") }
    if most < 3 { throw .parameter(name: "most", reason: "must be at least 3") }
    let reference = try ReferenceRows(training, atLeast: 3, scaling: .standard, work: work)
    let rows = try Observations(matrix: reference.matrix, features: training.features)
    var members: [Model.Member] = []
    var own = [Double](repeating: 0, count: rows.rowCount)
    for (number, plan) in Self.plans.enumerated() {
      let work = work.part(number..<number + 1, of: Self.plans.count)
      let (projection, model, scores) = try fit(plan, rows, using: &random, work: work)
      let (mean, deviation) = moments(of: scores)
      let member = Model.Member(
        projection: projection, model: model, mean: mean, scale: deviation > 0 ? deviation : 1)
      for row in own.indices { own[row] += member.standardised(scores[row]) / Double(Self.plans.count) }
      members.append(member)
    }
    return Model(reference: reference.keeping([]), members: members, own: own)
  }

  /// A member and its scores of the training rows: those that it learned from are judged without themselves.
  private func fit(
    _ plan: Plan, _ rows: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> (Matrix?, Model.Member.Kind, [Double]) {
    switch plan {
    case .forest:
      let model = try IsolationForest(trees: 100).fit(rows, using: &random, work: work)
      return (nil, .forest(model), try model.scores(of: rows, work: work))
    case .histograms:
      let model = try HistogramScore().fit(rows, using: &random, work: work)
      return (nil, .histograms(model), try model.scores(of: rows, work: work))
    case .neighbors(let wanted), .local(let wanted):
      let projection = projection(rows.matrix.columns, using: &random)
      let seen = try Model.projected(rows, projection, work: work)
      let chosen = random.sample(min(most, rows.rowCount), of: rows.rowCount).sorted()
      let part = try Observations(matrix: seen.matrix.selecting(rows: chosen), features: seen.features)
      let count = min(wanted, chosen.count - 1)
      let (model, own): (Model.Member.Kind, [Double])
      if case .neighbors = plan {
        let found = try NearestNeighbors(neighbors: count, measure: .mean).fit(
          part, using: &random, work: work)
        (model, own) = (.neighbors(found), try found.scoresOfTraining(part, work: work))
      } else {
        let found = try LocalOutlierFactor(neighbors: count).fit(part, using: &random, work: work)
        (model, own) = (.local(found), try found.scoresOfTraining(part, work: work))
      }
      if chosen.count == rows.rowCount { return (projection, model, own) }
      var scores = try model.scores(of: seen, work: work)
      for (row, score) in zip(chosen, own) { scores[row] = score }
      return (projection, model, scores)
    }
  }

  private func projection(_ columns: Int, using random: inout SeededGenerator) -> Matrix? {
    let kept = max(1, Int((share * Double(columns)).rounded(.up)))
    if columns < Self.fewestColumns || kept >= columns { return nil }
    let factor = 1 / Double(kept).squareRoot()
    return Matrix(
      rows: columns, columns: kept, values: (0..<columns * kept).map { _ in factor * random.normal() })
  }

  package struct Model: FittedDetector, Equatable {
    package static let method = ProjectedEnsemble.name
    package static let needsCompleteRows = true

    struct Member: Sendable, Codable, Equatable {
      enum Kind: Sendable, Codable, Equatable {
        case neighbors(NearestNeighbors.Model)
        case local(LocalOutlierFactor.Model)
        case forest(IsolationForest.Model)
        case histograms(HistogramScore.Model)

        func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
          switch self {
          case .neighbors(let model): try model.scores(of: rows, work: work)
          case .local(let model): try model.scores(of: rows, work: work)
          case .forest(let model): try model.scores(of: rows, work: work)
          case .histograms(let model): try model.scores(of: rows, work: work)
          }
        }
      }

      /// Columns × directions; nil for the columns themselves.
      let projection: Matrix?
      let model: Kind
      let mean: Double
      let scale: Double

      func standardised(_ score: Double) -> Double {
        max(-largestScore, min((score - mean) / scale, largestScore))
      }
    }

    /// Only their scale.
    let reference: ReferenceRows
    let members: [Member]
    /// Scores of the training rows.
    let own: [Double]

    package func scores(of rows: Observations, work: Work) throws(DetectionError) -> [Double] {
      let scaled = try Observations(
        matrix: reference.scaled(rows, work: work), features: rows.features)
      var sums = [Double](repeating: 0, count: rows.rowCount)
      for (number, member) in members.enumerated() {
        let work = work.part(number..<number + 1, of: members.count)
        let seen = try Self.projected(scaled, member.projection, work: work)
        for (row, score) in try member.model.scores(of: seen, work: work).enumerated() {
          sums[row] += member.standardised(score) / Double(members.count)
        }
      }
      return sums
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      precondition(training.rowCount == own.count, "these are not the training rows")
      return own
    }

    static func projected(
      _ rows: Observations, _ projection: Matrix?, work: Work
    ) throws(DetectionError) -> Observations {
      guard let projection else { return rows }
      let seen = try cancellable { () throws(Cancelled) in
        try rows.matrix.product(projection, work: work)
      }
      return try Observations(matrix: seen, features: (1...seen.columns).map { "direction \($0)" })
    }
  }
}

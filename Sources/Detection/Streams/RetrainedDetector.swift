package import Numerics
import Values

/// Scores rows in order of time by a detector that is fitted anew when its scores drift.
///
/// - Input: rows in order of time; what the detector needs.
/// - Output: the detector's scores, each from a model of earlier rows alone once the training rows have passed.
/// - Complexity: the detector's, and a fit of `memory` rows for each drift; memory O(`memory` *d*).
/// - Source: Gama and others, *A survey on concept drift adaptation*, ACM Computing Surveys 2014, section 3 (informed
///   adaptation with a fixed window); the tests see scores standardised by those of the fit and squashed by tanh.
/// - Differs: after a drift, scoring goes on with the old model until half of the memory has passed behind it, so that
///   the new one is fitted on the new state.
package struct RetrainedDetector<Base: Detector>: Detector {
  package static var name: String { Base.name }
  package let base: Base
  package let policy: RetrainingPolicy
  /// Rows that a new model is fitted on.
  package let memory: Int

  package init(_ base: Base, policy: RetrainingPolicy, memory: Int) {
    self.base = base
    self.policy = policy
    self.memory = memory
  }

  package func fit(
    _ training: Observations, using random: inout SeededGenerator, work: Work
  ) throws(DetectionError) -> Model {
    if memory < 4 { throw .parameter(name: "memory", reason: "must hold at least 4 rows") }
    let model = try base.fit(training, using: &random, work: work)
    return Model(
      detector: self, seed: random, first: model,
      usual: Usual(try model.scoresOfTraining(training, work: work)), rows: training.rowCount,
      digest: Self.digest(training.matrix.values))
  }

  static func digest(_ values: some Sequence<Double>) -> UInt64 {
    values.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ $1.bitPattern) &* 0x100_0000_01b3 }
  }

  /// Scores as drift tests see them.
  struct Usual: Sendable, Codable {
    let mean: Double
    let deviation: Double

    init(_ scores: [Double]) { (mean, deviation) = moments(of: scores) }

    func squashed(_ score: Double) -> Double {
      let z = deviation > 0 ? (score - mean) / deviation : score > mean ? 1 : 0
      return hyperbolicTangent(max(-50, min(z / 3, 50)))
    }
  }

  package struct Model: FittedDetector {
    package static var method: String { RetrainedDetector.name }
    package static var readsSeries: Bool { true }
    let policy: RetrainingPolicy
    let memory: Int
    let first: Base.Model
    let usual: Usual
    let rows: Int
    let digest: UInt64
    /// What fits anew; not kept in a saved model, which goes on as it was fitted.
    private let refit: Refit?

    fileprivate init(
      detector: RetrainedDetector, seed: SeededGenerator, first: Base.Model, usual: Usual, rows: Int,
      digest: UInt64
    ) {
      policy = detector.policy
      memory = detector.memory
      self.first = first
      self.usual = usual
      self.rows = rows
      self.digest = digest
      refit = Refit(base: detector.base, seed: seed)
    }

    private struct Refit: Sendable {
      let base: Base
      let seed: SeededGenerator
    }

    private enum CodingKeys: CodingKey { case policy, memory, first, usual, rows, digest }

    package init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      policy = try container.decode(RetrainingPolicy.self, forKey: .policy)
      memory = try container.decode(Int.self, forKey: .memory)
      first = try container.decode(Base.Model.self, forKey: .first)
      usual = try container.decode(Usual.self, forKey: .usual)
      rows = try container.decode(Int.self, forKey: .rows)
      digest = try container.decode(UInt64.self, forKey: .digest)
      refit = nil
    }

    package func scoresOfTraining(_ training: Observations, work: Work) throws(DetectionError) -> [Double] {
      try first.scoresOfTraining(training, work: work)
    }

    package func scores(of given: Observations, work: Work) throws(DetectionError) -> [Double] {
      var (model, usual) = (first, usual)
      var test = policy.test(memory: memory)
      let begins =
        given.rowCount >= rows
        && RetrainedDetector.digest(given.matrix.values.prefix(rows * given.features.count)) == digest
      var scores: [Double] = []
      var waiting: Int?
      var fits = 0
      let step = max(1, min(memory / 20, 100))
      while scores.count < given.rowCount {
        let range = scores.count..<min(given.rowCount, scores.count + step)
        let block = try given.slice(range)
        let found = try model.scores(of: block, work: work)
        for (offset, score) in found.enumerated() {
          let isNew = !begins || range.lowerBound + offset >= rows
          if isNew, test.take(usual.squashed(score)), waiting == nil {
            waiting = policy == .always ? 0 : memory / 2
          }
        }
        scores += found
        work.report(Double(scores.count) / Double(given.rowCount), "stream")
        guard let left = waiting, let refit else { continue }
        if left > 0 {
          waiting = max(0, left - range.count)
          continue
        }
        waiting = nil
        fits += 1
        var random = refit.seed.stream(fits)
        let recent = try given.slice(max(0, scores.count - memory)..<scores.count)
        model = try refit.base.fit(recent, using: &random, work: work)
        usual = Usual(try model.scoresOfTraining(recent, work: work))
        test = policy.test(memory: memory)
      }
      return scores
    }
  }
}

extension Observations {
  fileprivate func slice(_ rows: Range<Int>) throws(DetectionError) -> Observations {
    let columns = matrix.columns
    return try Observations(
      matrix: Matrix(
        rows: rows.count, columns: columns,
        values: Array(matrix.values[rows.lowerBound * columns..<rows.upperBound * columns])),
      features: features, blocks: blocks)
  }
}

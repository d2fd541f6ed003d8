import Detection
import Learning
import Numerics
import TestKit
import Testing
import Values

@Suite struct `Detectors of networks` {
  static let short = Descent(epochs: 15, batchSize: 32, rate: 3e-3, patience: 5)

  @Test func `keep the laws: variational autoencoder`() throws {
    try checkLaws(
      VariationalAutoencoder(widths: [16, 8], descent: Self.short), toy: ToyRows(columns: 4))
  }

  @Test func `keep the laws: deep support vector description`() throws {
    try checkLaws(DeepSVDD(widths: [16, 8], descent: Self.short), toy: ToyRows(columns: 4))
  }

  @Test func `keep the laws: deep semi-supervised description`() throws {
    try checkLaws(DeepSAD(widths: [16, 8], descent: Self.short), toy: ToyRows(columns: 4))
  }

  // Cells saturate: rows very far out look like others in their direction.
  @Test func `keep the laws: deep isolation forest`() throws {
    try checkLaws(
      DeepIsolationForest(networks: 8, sampleSize: 64, hidden: [40, 20], outputs: 8),
      toy: ToyRows(columns: 4, planted: 0))
  }

  @Test func `keep the laws: learned weights of neighbours`() throws {
    try checkLaws(LearnedNeighbors(steps: 20, hidden: 16), toy: ToyRows(columns: 4))
  }

  @Test func `keep the laws: random distances`() throws {
    try checkLaws(
      RandomDistances(networks: 3, hidden: 16, outputs: 8, descent: Self.short), toy: ToyRows(columns: 4))
  }

  // What is planted has equal features: parts and rest agree.
  @Test func `keep the laws: internal contrast`() throws {
    try checkLaws(
      InternalContrast(epochs: 3),
      toy: ToyRows(columns: 4, planted: 0))
  }

  // What is planted has equal features, and all its views are like it.
  @Test func `keep the laws: learned views`() throws {
    try checkLaws(
      LearnedViews(views: 3, descent: Descent(epochs: 3, batchSize: 64, rate: 1e-3, patience: 5)),
      toy: ToyRows(columns: 4, planted: 0))
  }

  @Test func `keep the laws: locally chosen outlier factors`() throws {
    try checkLaws(LocalEnsemble(sizes: [5, 10, 15]), toy: ToyRows())
  }

  @Test func `keep the laws with one column`() throws {
    try checkLaws(
      VariationalAutoencoder(widths: [8], descent: Self.short), toy: ToyRows(columns: 1, planted: 0))
    try checkLaws(DeepSVDD(widths: [8, 4], descent: Self.short), toy: ToyRows(columns: 1))
    try checkLaws(
      DeepIsolationForest(networks: 6, sampleSize: 64, hidden: [20, 10], outputs: 6), toy: ToyRows(columns: 1)
    )
    try checkLaws(LearnedNeighbors(steps: 20, hidden: 16), toy: ToyRows(columns: 1))
    try checkLaws(
      RandomDistances(networks: 2, hidden: 8, outputs: 4, descent: Self.short),
      toy: ToyRows(columns: 1, planted: 0))
  }

  /// Rows along a curve, and rows beside it within the range of each feature.
  static func curve(_ count: Int, odd: Int, seed: UInt64) throws -> Observations {
    var random = SeededGenerator(seed: seed)
    var rows: [[Double]] = []
    for row in 0..<count {
      let t = 2 * random.unit() - 1
      let clean = [t, t * t, t * t * t, 1 - t].map { $0 + 0.03 * random.normal() }
      rows.append(
        row < count - odd ? clean : clean.shuffled(using: &random).map { $0 * (2 * random.unit() - 1) })
    }
    return try Observations(rows: rows)
  }

  /// The chance that an odd row scores above a normal one.
  static func ranking(_ scores: [Double], odd: Int) -> Double {
    let (normal, strange) = (scores.dropLast(odd), scores.suffix(odd))
    let wins = strange.reduce(0.0) { sum, score in
      sum + normal.reduce(0.0) { $0 + (score > $1 ? 1 : score == $1 ? 0.5 : 0) }
    }
    return wins / Double(normal.count * odd)
  }

  static let learners: [any Detector] = [
    VariationalAutoencoder(descent: Descent(epochs: 60, batchSize: 32, rate: 3e-3, patience: 15)),
    RandomDistances(), InternalContrast(temperature: 0.1), LearnedNeighbors(), LearnedViews(),
    DeepIsolationForest(networks: 20),
  ]

  @Test(arguments: learners.indices) func `see rows beside a curve`(_ number: Int) throws {
    var random = SeededGenerator(seed: 1)
    let model = try Self.learners[number].fit(
      try Self.curve(400, odd: 0, seed: 1), using: &random, work: Work(threads: 2))
    let scores = try model.scores(of: try Self.curve(200, odd: 50, seed: 2), work: Work())
    #expect(Self.ranking(scores, odd: 50) > 0.8, "\(type(of: Self.learners[number]))")
  }

  @Test func `labels of a few anomalies teach deep SAD what to look for`() throws {
    // Anomalies of a kind that lies within the cloud of the others' distances: only the first feature tells.
    func rows(_ count: Int, odd: Int, seed: UInt64, labels: Bool) throws -> Observations {
      var random = SeededGenerator(seed: seed)
      var values: [Double] = []
      for row in 0..<count {
        let isOdd = row >= count - odd
        values += (0..<6).map { column in
          column == 0 ? (isOdd ? 2.2 : 0) + 0.5 * random.normal() : 3 * random.normal()
        }
      }
      return try Observations(
        matrix: Matrix(rows: count, columns: 6, values: values), features: (0..<6).map { "f\($0)" },
        labels: labels ? (0..<count).map { $0 >= count - odd ? true : nil } : [])
    }
    func ranking(_ training: Observations) throws -> Double {
      var random = SeededGenerator(seed: 4)
      let model = try DeepSAD(descent: Descent(epochs: 60, batchSize: 32, rate: 3e-3, patience: 60)).fit(
        training, using: &random, work: Work())
      let judged = try rows(200, odd: 60, seed: 8, labels: false)
      return Self.ranking(try model.scores(of: judged, work: Work()), odd: 60)
    }
    let taught = try ranking(try rows(300, odd: 30, seed: 7, labels: true))
    let untaught = try ranking(try rows(300, odd: 30, seed: 7, labels: false))
    #expect(taught > 0.85)
    #expect(taught > untaught + 0.1)
  }

  @Test func `a row's part of the learned distance adds up to its score`() throws {
    let rows = try Self.curve(80, odd: 10, seed: 3)
    var random = SeededGenerator(seed: 1)
    let model = try LearnedNeighbors(steps: 20, hidden: 16).fit(rows, using: &random, work: Work())
    let others = try Self.curve(30, odd: 10, seed: 4)
    let scores = try model.scores(of: others, work: Work())
    let parts = try #require(try model.contributions(to: others, work: Work()))
    for row in scores.indices {
      #expect(abs(parts.matrix.row(row).reduce(0, +) - scores[row]) < 1e-9 * max(1, scores[row]))
    }
  }

  @Test func `internal contrast refuses a single feature`() throws {
    var random = SeededGenerator(seed: 1)
    #expect(
      throws: DetectionError.parameter(name: "part", reason: "needs a second feature to tell the first by")
    ) {
      _ = try InternalContrast().fit(try Observations(rows: [[1], [2]]), using: &random, work: Work())
    }
  }

  @Test func `training stops when asked`() throws {
    var random = SeededGenerator(seed: 1)
    let stopped = Work(isCancelled: { true })
    for detector in Self.learners {
      #expect(throws: DetectionError.cancelled) {
        _ = try detector.fit(try Self.curve(50, odd: 0, seed: 1), using: &random, work: stopped)
      }
    }
  }
}

import Detection
import Numerics
import TestKit
import Testing
import Values

@Suite struct `The autoencoder` {
  /// Six columns that follow two hidden numbers, and rows that do not.
  static func rows(_ count: Int, odd: Int, seed: UInt64) throws -> Observations {
    var random = SeededGenerator(seed: seed)
    var values: [Double] = []
    for row in 0..<count {
      let (a, b) = (random.normal(), random.normal())
      let clean = [a, 2 * a + 5, b, a + b, a - b, 100 * b]
      values +=
        row < count - odd ? clean : clean.map { $0 * (0.5 + random.unit()) * (random.below(2) == 0 ? 1 : -1) }
    }
    return try Observations(
      matrix: Matrix(rows: count, columns: 6, values: values), features: (0..<6).map { "f\($0)" })
  }

  static func model(_ rows: Observations, seed: UInt64 = 1) throws -> Autoencoder.Model {
    var random = SeededGenerator(seed: seed)
    return try Autoencoder(bottleneck: 0.34).fit(rows, using: &random, work: Work())
  }

  @Test func `ranks rows that break the common pattern above the others`() throws {
    let model = try Self.model(try Self.rows(300, odd: 0, seed: 1))
    let mixed = try Self.rows(100, odd: 20, seed: 2)
    let scores = try model.scores(of: mixed, work: Work(threads: 2))
    let normal = SortedSample(scores[..<80])
    let odd = SortedSample(scores[80...])
    #expect(try #require(odd.median) > 5 * (try #require(normal.median)))
  }

  @Test func `keeps the laws of detectors`() throws {
    try checkLaws(Autoencoder(), toy: ToyRows(columns: 4))
  }

  @Test func `accounts for the score by feature`() throws {
    let rows = try Self.rows(60, odd: 5, seed: 3)
    let model = try Self.model(rows)
    let scores = try model.scores(of: rows, work: Work())
    let parts = try #require(try model.contributions(to: rows, work: Work()))
    for row in 0..<60 {
      #expect(abs(parts.matrix.row(row).reduce(0, +) / 6 - scores[row]) <= 1e-12 * max(1, scores[row]))
    }
  }

  @Test func `scores a row the same alone and among others`() throws {
    let rows = try Self.rows(50, odd: 0, seed: 4)
    let model = try Self.model(rows)
    let together = try model.scores(of: rows, work: Work())
    let alone = try Observations(matrix: rows.matrix.selecting(rows: [17]), features: rows.features)
    #expect(try model.scores(of: alone, work: Work()) == [together[17]])
  }

  @Test func `keeps scores finite on constant columns and huge values`() throws {
    let constant = try Observations(
      matrix: Matrix(rows: 12, columns: 2, repeating: 3), features: ["a", "b"])
    let model = try Self.model(constant)
    let huge = try Observations(
      matrix: Matrix(rows: 1, columns: 2, values: [1e150, -1e150]), features: ["a", "b"])
    #expect(try model.scores(of: huge, work: Work())[0].isFinite)
  }

  @Test func `refuses what it cannot use`() throws {
    let one = try Observations(matrix: Matrix(rows: 1, columns: 1), features: ["a"])
    #expect(throws: DetectionError.tooFewRows(needed: 2, got: 1)) { _ = try Self.model(one) }
    let gap = try Observations(
      matrix: Matrix(rows: 2, columns: 2, values: [1, 2, 3, .nan]), features: ["a", "b"])
    #expect(throws: DetectionError.missing(row: 1, feature: "b")) { _ = try Self.model(gap) }
    let model = try Self.model(try Self.rows(20, odd: 0, seed: 5))
    #expect(throws: DetectionError.wrongFeatures(expected: 6, got: 1)) {
      _ = try model.scores(of: one, work: Work())
    }
  }
}

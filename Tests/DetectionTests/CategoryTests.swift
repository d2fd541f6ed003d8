import Detection
import Numerics
import TestKit
import Testing
import Values

@Suite struct `Categories and missing cells` {
  /// Numbers and a protocol, of which one row has a rare one.
  static func table(_ count: Int, rare: Int, split: Bool = false) -> Value {
    var random = SeededGenerator(seed: 2)
    let numbers = (0..<count).map { _ in random.normal() }
    let levels = ["icmp", "tcp", "udp"]
    let codes = (0..<count).map { Int32($0 == rare ? 0 : $0 % 5 == 0 ? 2 : 1) }
    var index = Index.rows(count)
    if split { index.splits = (0..<count).map { $0 < count / 2 ? .fit : .test } }
    return .table(
      Frame(
        index: index,
        columns: [
          Column(numbers: numbers, name: "bytes"),
          Column("protocol", .category(codes: codes, levels: levels)),
        ]))
  }

  static func detect(_ detector: some Detector, _ value: Value) throws -> Scores {
    let rows = try #require(try ScorableRows(value))
    return try AnyDetector(detector).detect(rows, perSegment: false, seed: 1, work: Work())
  }

  static let takers: [any Detector] = [
    IsolationForest(), HistogramScore(), EmpiricalTails(), NearestNeighbors(),
  ]

  @Test(arguments: takers.indices) func `a rare level stands out`(_ number: Int) throws {
    let scores = try Self.detect(Self.takers[number], Self.table(60, rare: 17))
    let highest = scores.values.indices.sorted { scores.values[$0] > scores.values[$1] }.prefix(6)
    #expect(highest.contains(17), "\(scores.method)")
    #expect(scores.contributions?.features == ["bytes", "protocol"])
    let own = try #require(scores.contributions?.matrix.row(17))
    #expect(own[own.startIndex + 1] > 0)
  }

  @Test(arguments: takers.indices) func `levels keep their meaning in other values`(_ number: Int) throws {
    // The same rows with levels in another order, and one that the model never saw.
    let detector = AnyDetector(Self.takers[number])
    let model = try detector.fit(
      #require(try ScorableRows(Self.table(60, rare: 17))), perSegment: false, seed: 1, work: Work())
    func score(_ levels: [String], _ codes: [Int32]) throws -> [Double] {
      let frame = Frame(
        index: .rows(codes.count),
        columns: [
          Column(numbers: codes.map { _ in 0.1 }, name: "bytes"),
          Column("protocol", .category(codes: codes, levels: levels)),
        ])
      return try model.scores(of: #require(try ScorableRows(.table(frame))), work: Work()).values
    }
    let first = try score(["icmp", "tcp", "udp"], [0, 1, 2])
    let second = try score(["gre", "udp", "tcp", "icmp"], [3, 2, 1, 0, -1])
    #expect(Array(second.prefix(3)) == first)
    #expect(second[3] >= first[1])
    #expect(second.allSatisfy(\.isFinite))
  }

  @Test(arguments: takers.indices) func `need no number at all`(_ number: Int) throws {
    guard case .table(let frame) = Self.table(60, rare: 17) else { return }
    let scores = try Self.detect(Self.takers[number], .table(frame.selecting(columns: ["protocol"])))
    #expect(scores.values.max() == scores.values[17])
  }

  @Test func `are not looked at by the others`() throws {
    let scores = try Self.detect(LocalOutlierFactor(neighbors: 5), Self.table(60, rare: 17))
    guard case .table(let frame) = Self.table(60, rare: 17) else { return }
    let alone = try Self.detect(
      LocalOutlierFactor(neighbors: 5), .table(frame.selecting(columns: ["bytes"])))
    #expect(scores.values == alone.values)
  }

  @Test func `levels come from the fit rows`() throws {
    let rows = try #require(try ScorableRows(Self.table(60, rare: 40, split: true)))
    #expect(rows.categoryLevels().map(\.names) == [["tcp", "udp"]])
    let all = try #require(try ScorableRows(Self.table(60, rare: 40)))
    #expect(all.categoryLevels().map(\.names) == [["tcp", "udp", "icmp"]])
  }

  /// The distance written out, over all pairs.
  private static func naive(
    _ a: [Double], _ b: [Double], isCategory: [Bool]
  ) -> Double? {
    var (sum, common) = (0.0, 0)
    for feature in a.indices where !a[feature].isNaN && !b[feature].isNaN {
      common += 1
      sum +=
        isCategory[feature]
        ? (a[feature] == b[feature] ? 0 : 1) : (a[feature] - b[feature]) * (a[feature] - b[feature])
    }
    return common == 0 ? nil : (sum * Double(a.count) / Double(common)).squareRoot()
  }

  @Test(arguments: [0.0, 0.1, 0.5]) func `distances are those over the features that both have`(
    _ gaps: Double
  ) throws {
    var random = SeededGenerator(seed: 6)
    let isCategory = [false, true, false, true]
    func rows(_ count: Int) -> [[Double]] {
      (0..<count).map { _ in
        (0..<4).map { feature in
          // The first column is always there, so that every pair has a common feature.
          let isMissing = feature > 0 && random.unit() < gaps
          return isMissing ? .nan : isCategory[feature] ? Double(random.below(3)) : random.normal()
        }
      }
    }
    let (known, asked) = (rows(70), rows(30))
    func observations(_ rows: [[Double]]) throws -> Observations {
      try Observations(
        matrix: Matrix(rows: rows.count, columns: 4, values: rows.flatMap(\.self)),
        features: ["a", "b", "c", "d"], levels: [nil, 3, nil, 3])
    }
    let training = try observations(known)
    let model = try NearestNeighbors(neighbors: 4).fit(training, using: &random, work: Work())
    let found = try model.scores(of: try observations(asked), work: Work(threads: 2))
    for (row, score) in found.enumerated() {
      let all = known.compactMap { Self.naive(asked[row], $0, isCategory: isCategory) }.sorted()
      #expect(abs(score - all[3]) < 1e-9)
    }
    let own = try model.scoresOfTraining(training, work: Work())
    for (row, score) in own.enumerated() {
      let all = known.indices.filter { $0 != row }.compactMap {
        Self.naive(known[row], known[$0], isCategory: isCategory)
      }.sorted()
      #expect(abs(score - all[3]) < 1e-9)
    }
  }

  @Test func `rows without a common feature are typically far apart`() throws {
    var random = SeededGenerator(seed: 1)
    let rows = (0..<20).map { $0 % 2 == 0 ? [Double($0), .nan] : [.nan, Double($0)] }
    let observations = try Observations(rows: rows)
    let model = try NearestNeighbors(neighbors: 15).fit(observations, using: &random, work: Work())
    let scores = try model.scores(of: observations, work: Work())
    #expect(scores.allSatisfy { $0.isFinite && $0 > 0 })
  }

  @Test func `terms of levels are what their shares say`() throws {
    var random = SeededGenerator(seed: 1)
    let training = try Observations(
      matrix: Matrix(rows: 10, columns: 1, values: [0, 0, 0, 0, 0, 0, 0, 1, 1, 2]), features: ["p"],
      levels: [3])
    let asked = try Observations(
      matrix: Matrix(rows: 5, columns: 1, values: [0, 1, 2, 3, .nan]), features: ["p"], levels: [3])
    let tails = try EmpiricalTails().fit(training, using: &random, work: Work()).scores(
      of: asked, work: Work())
    let expected = [-logarithm(0.7), -logarithm(0.2), -logarithm(0.1), logarithm(11), 0]
    for (found, wanted) in zip(tails, expected) { #expect(abs(found - wanted) < 1e-12) }
    let bins = try HistogramScore().fit(training, using: &random, work: Work()).scores(
      of: asked, work: Work())
    let bits = [0.8, 0.3, 0.2, 0.1].map { -logarithm2($0) } + [0]
    for (found, wanted) in zip(bins, bits) { #expect(abs(found - wanted) < 1e-12) }
  }
}

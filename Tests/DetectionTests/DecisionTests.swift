import Chronology
import Detection
import Numerics
import Testing
import Values

@Suite struct `More rules for thresholds` {
  @Test func `measure from the upper quartile`() throws {
    let sample = SortedSample((0...100).map(Double.init))
    #expect(try QuartileThreshold().threshold(of: sample, segment: "") == 75 + 1.5 * 50)
    #expect(throws: ThresholdError.noSpread(segment: "a")) {
      _ = try QuartileThreshold().threshold(of: SortedSample([1, 1, 1, 1, 9]), segment: "a")
    }
  }

  @Test func `part two groups where they differ most`() throws {
    #expect(try OtsuThreshold().threshold(of: SortedSample([0, 1, 2, 10, 11]), segment: "") == 6)
    #expect(try OtsuThreshold().threshold(of: SortedSample([0, 1e308]), segment: "") == 5e307)
    #expect(throws: ThresholdError.noSpread(segment: "")) {
      _ = try OtsuThreshold().threshold(of: SortedSample([3, 3]), segment: "")
    }
  }

  /// The best split by trying all, on numbers with ties.
  @Test(arguments: 1...4) func `part as trying every split does`(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let values = (0..<50).map { _ in Double(random.below(30)) }.sorted()
    let splits = Set(values).sorted().dropLast()
    let best = try #require(
      splits.max { between(values, $0) < between(values, $1) - 1e-12 })
    let next = try #require(values.first { $0 > best })
    #expect(try OtsuThreshold().threshold(of: SortedSample(values), segment: "") == (best + next) / 2)
  }

  func between(_ values: [Double], _ border: Double) -> Double {
    let low = values.filter { $0 <= border }
    let high = values.filter { $0 > border }
    let gap = Statistics.mean(low) - Statistics.mean(high)
    return Double(low.count * high.count) * gap * gap
  }

  @Test func `find the valley between hills, and none beside one hill`() throws {
    let normal = StandardNormal()
    let hill = (1..<200).map { normal.quantile(Double($0) / 200) }
    let second = (1..<20).map { 8 + normal.quantile(Double($0) / 20) / 2 }
    let valley = try ValleyThreshold().threshold(of: SortedSample(hill + second), segment: "")
    #expect(valley > 3 && valley < 7)
    let alone = try ValleyThreshold().threshold(of: SortedSample(hill), segment: "")
    #expect(alone == hill.max())
  }

  @Test func `take the chi-square quantile in units of the median`() throws {
    let law = ChiSquare(degrees: 3)
    let sample = SortedSample((1..<1000).map { 2 * law.quantile(Double($0) / 1000) })
    let threshold = try ChiSquareThreshold(degrees: 3, risk: 0.01).threshold(of: sample, segment: "")
    // 11.345 is the tabled 99 % point of three degrees.
    #expect(abs(threshold - 2 * 11.344867) < 1e-3)
  }

  /// The definition, hypothesis by hypothesis.
  @Test(arguments: [(1, 0.1), (2, 0.3), (3, 0.5)]) func `reject what Benjamini and Hochberg reject`(
    _ seed: Int, _ rate: Double
  ) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let normal = (0..<80).map { _ in Double(random.below(60)) }
    let decided = (0..<40).map { Double(random.below(60)) + ($0 < 12 ? 45 : 0) }
    let threshold = try ConformalThreshold(rate: rate)
      .threshold(of: SortedSample(normal), deciding: decided, segment: "")
    let chances = decided.map { score in Double(1 + normal.count { $0 >= score }) / 81 }
    let sorted = chances.sorted()
    let last = sorted.indices.last { sorted[$0] <= rate * Double($0 + 1) / 40 }
    let rejected = chances.map { chance in last.map { chance <= sorted[$0] } ?? false }
    #expect(decided.map { $0 > threshold } == rejected)
    #expect(rejected.contains(true))
  }

  /// Mean share of false alarms over repeated draws, at a promise of 20 %: it stays below it.
  @Test func `keep the promised share of false alarms`() throws {
    var random = SeededGenerator(seed: 5)
    var total = 0.0
    for _ in 0..<200 {
      let normal = (0..<200).map { _ in random.unit() }
      let decided = (0..<100).map { $0 < 80 ? random.unit() : 2 + random.unit() }
      let threshold = try ConformalThreshold(rate: 0.2)
        .threshold(of: SortedSample(normal), deciding: decided, segment: "")
      let alarmed = decided.indices.filter { decided[$0] > threshold }
      if !alarmed.isEmpty { total += Double(alarmed.count { $0 < 80 }) / Double(alarmed.count) }
    }
    #expect(total / 200 < 0.2 && total / 200 > 0.1)
  }

  @Test func `decide nothing without normal rows apart`() {
    let scores = Scores(index: .rows(3), values: [1, 2, 3], method: "test")
    #expect(throws: ThresholdError.noNormalRows(segment: "")) {
      _ = try Thresholding(rule: ConformalThreshold(rate: 0.1)).decide(scores)
    }
  }
}

@Suite struct `The shape of alarms` {
  static func scores(_ values: [Double], hours: Double) -> Scores {
    let address = Address.time(
      .regular(
        start: Instant(nanoseconds: 0), step: TimeSpan(seconds: hours * 3600), count: values.count))
    return Scores(index: Index(address), values: values, method: "test")
  }

  @Test func `holds an alarm until the score falls to the release`() throws {
    let scores = Self.scores([0, 5, 9, 6, 4, 1, 5, 0, 0, 0], hours: 1)
    let held = try Thresholding(
      rule: QuantileThreshold(level: 0.9), shape: AlarmShape(release: 0.5)
    ).decide(scores)
    #expect(held.segments == [AlarmSegment(rows: 2..<5, peak: 2)])
  }

  @Test func `waits after an alarm, and keeps the highest of a day`() throws {
    let scores = Self.scores([9, 0, 8, 0, 0, 7, 0, 0, 9, 0], hours: 6)
    let rule = QuantileThreshold(level: 0.5)
    let cooled = try Thresholding(rule: rule, shape: AlarmShape(coolDown: TimeSpan(seconds: 7 * 3600)))
      .decide(scores)
    #expect(cooled.segments.map(\.rows) == [0..<1, 5..<6, 8..<9])
    let budget = try Thresholding(rule: rule, shape: AlarmShape(dailyBudget: 1)).decide(scores)
    #expect(budget.segments.map(\.rows) == [0..<1, 5..<6, 8..<9])
    #expect(budget.rule.contains("at most 1 a day"))
  }
}

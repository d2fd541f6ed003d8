import Chronology
import Detection
import Numerics
import Testing
import Values

@Suite struct `Thresholds that differ from row to row` {
  static func scores(_ values: [Double], splits: [Split]? = nil) -> Scores {
    var index = Index(.row(count: values.count))
    index.splits = splits
    return Scores(index: index, values: values, method: "test")
  }

  @Test func `follow the stream and decide nothing while they learn`() throws {
    var random = SeededGenerator(seed: 3)
    let law = GeneralizedPareto(scale: 1, shape: 0)
    var values = (0..<5000).map { _ in law.quantile(random.unit()) }
    values[3000] = 40
    let alarms = try StreamingThreshold(risk: 1e-4, warmup: 500).decide(
      Self.scores(values), shape: AlarmShape())
    let levels = try #require(alarms.levels)
    #expect(levels.prefix(500).allSatisfy(\.isNaN) && levels[500...].allSatisfy(\.isFinite))
    #expect(alarms.threshold(at: 3) == nil && alarms.threshold(at: 3000) == levels[3000])
    #expect(alarms.segments.contains { $0.rows == 3000..<3001 })
    // An exponential law exceeds 9.21 once in ten thousand; the peaks come near to that.
    #expect(abs(levels[4999] - 9.21) < 1.5)
    #expect(alarms.segments.count < 5)
  }

  @Test func `see beside a drift what is hidden in its range`() throws {
    var random = SeededGenerator(seed: 4)
    // Up to 30 and back; at the end something is out of place by 5.
    let values = (0..<3000).map { row in
      Double(min(row, 3000 - row)) / 50 + random.unit() + (row == 2990 ? 5 : 0)
    }
    let still = try StreamingThreshold(risk: 1e-3, warmup: 200).decide(
      Self.scores(values), shape: AlarmShape())
    let drifting = try StreamingThreshold(risk: 1e-3, warmup: 200, drift: 20)
      .decide(Self.scores(values), shape: AlarmShape())
    #expect(!still.flags[2990] && drifting.flags[2990])
    #expect(drifting.flags.setCount < 60)
  }

  @Test func `need more rows than they learn from`() {
    #expect(throws: ThresholdError.tooFewRows(needed: 201, got: 50)) {
      _ = try StreamingThreshold(risk: 1e-3).decide(
        Self.scores([Double](repeating: 1, count: 50)), shape: AlarmShape())
    }
  }

  /// With one group, the decisions are those of the plain rule.
  @Test(arguments: 1...3) func `decide as without groups where there is one`(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let values = (0..<200).map { row in Double(random.below(60)) + (row >= 180 ? 55 : 0) }
    let splits = (0..<200).map { $0 < 100 ? Split.calibrate : .test }
    let scores = Self.scores(values, splits: splits)
    let plain = try Thresholding(rule: ConformalThreshold(rate: 0.2)).decide(scores)
    let grouped = try GroupedConformalThreshold(rate: 0.2, groups: [Int?](repeating: 7, count: 200))
      .decide(scores, shape: AlarmShape())
    #expect(grouped.flags == plain.flags)
    #expect(plain.flags.setCount > 0)
  }

  @Test func `judge each group by its own normal rows`() throws {
    // The second group scores a hundred higher; 5 is much in the first, and 105 in the second.
    let usual = (0..<40).map { Double($0 % 4) }
    let values = usual + usual.map { $0 + 100 } + [5, 101, 105, 1]
    let groups = (0..<84).map { row -> Int? in
      row < 40 ? 0 : row < 80 ? 1 : row == 80 || row == 83 ? 0 : 1
    }
    let splits = (0..<84).map { $0 < 80 ? Split.calibrate : .test }
    let alarms = try GroupedConformalThreshold(rate: 0.1, groups: groups)
      .decide(Self.scores(values, splits: splits), shape: AlarmShape())
    #expect((80..<84).filter { alarms.flags[$0] } == [80, 82])
    #expect(alarms.distinctThresholds == [3, 103])
  }

  @Test func `leave rows without a group alone`() throws {
    let values = (0..<20).map(Double.init) + [99]
    let splits = (0..<21).map { $0 < 20 ? Split.calibrate : .test }
    #expect(throws: ThresholdError.noNormalRows(segment: "")) {
      _ = try GroupedConformalThreshold(rate: 0.1, groups: (0..<21).map { $0 < 20 ? 1 : nil })
        .decide(Self.scores(values, splits: splits), shape: AlarmShape())
    }
  }
}

@Suite struct `A mixture of two laws` {
  @Test func `parts them where both are equally likely`() throws {
    let normal = StandardNormal()
    let low = (1..<1000).map { normal.quantile(Double($0) / 1000) }
    let high = (1..<1000).map { 10 + normal.quantile(Double($0) / 1000) }
    let found = try MixtureThreshold().threshold(of: SortedSample(low + high), segment: "")
    #expect(abs(found - 5) < 0.05)
    let sure = try MixtureThreshold(chance: 0.99).threshold(of: SortedSample(low + high), segment: "")
    #expect(sure > found)
  }

  @Test func `alarms nothing where one law is enough`() throws {
    let normal = StandardNormal()
    let values = (1..<500).map { normal.quantile(Double($0) / 500) }
    #expect(try MixtureThreshold().threshold(of: SortedSample(values), segment: "") == values.max())
    #expect(throws: ThresholdError.noSpread(segment: "a")) {
      _ = try MixtureThreshold().threshold(of: SortedSample([2, 2, 2]), segment: "a")
    }
  }

  @Test func `stays finite for numbers of any size`() throws {
    for values in [[0, 1e308], [-1e308, 0, 1e308], [1, 1, 1, 1, 1, 1, 1e-300]] {
      #expect(try MixtureThreshold().threshold(of: SortedSample(values), segment: "").isFinite)
    }
  }
}

@Suite struct `Alarms in another shape` {
  static let alarms = Alarms(
    scores: MovingRows.scores, thresholds: [5], flags: Mask(MovingRows.values.map { $0 > 5 }),
    segments: [
      AlarmSegment(rows: 1..<3, peak: 2), AlarmSegment(rows: 4..<5, peak: 4),
      AlarmSegment(rows: 9..<10, peak: 9),
    ], rule: "test")

  enum MovingRows {
    static let values: [Double] = [0, 6, 9, 4, 7, 4, 1, 0, 0, 8, 0, 0]
    static let scores = Scores(index: Index(.row(count: 12)), values: values, method: "test")
  }

  @Test(arguments: [
    ("merge", [1..<5, 9..<10]), ("short", [1..<3]), ("cool", [1..<3, 9..<10]), ("most", [1..<3, 9..<10]),
    ("hold", [1..<6, 9..<10]),
  ]) func `count in rows`(_ name: String, _ expected: [Range<Int>]) throws {
    var shape = AlarmShape()
    switch name {
    case "merge": shape.mergeRows = 1
    case "short": shape.minimumRows = 2
    case "cool": shape.coolRows = 2
    case "most": shape.most = 2
    default: shape.release = 0.5
    }
    let shaped = try Self.alarms.shaped(by: shape)
    #expect(shaped.segments.map(\.rows) == expected)
    #expect(shaped.flags.setCount == expected.reduce(0) { $0 + $1.count })
    #expect(shaped.rule.hasPrefix("test, "))
  }

  @Test func `refuses to count by a clock that is not there`() {
    #expect(throws: ThresholdError.noTimes) {
      _ = try Self.alarms.shaped(by: AlarmShape(mergeGap: TimeSpan(seconds: 1)))
    }
  }
}

@Suite struct `Thresholds learned elsewhere` {
  @Test func `take the calibrate rows of the other scores, and say so`() throws {
    let usual = Scores(
      index: Index(.row(count: 100), splits: (0..<100).map { $0 < 50 ? .fit : .calibrate }),
      values: (0..<100).map(Double.init), method: "test")
    let risk = Scores(index: .rows(3), values: [10, 75, 99.5], method: "test")
    let alarms = try Thresholding(rule: QuantileThreshold(level: 1), reference: (usual, "usual")).decide(risk)
    #expect(alarms.thresholds == [99] && alarms.segments.map(\.rows) == [2..<3])
    #expect(alarms.rule == "quantile, level 1.0, fitted on 50 calibrate rows of usual")
    #expect(alarms.isLearnedElsewhere)
  }

  @Test func `give conformal decisions rows apart`() throws {
    let usual = Scores(index: .rows(99), values: (1...99).map(Double.init), method: "test")
    let risk = Scores(index: .rows(4), values: [200, 50, 201, 3], method: "test")
    let alarms = try Thresholding(rule: ConformalThreshold(rate: 0.1), reference: (usual, "usual")).decide(
      risk)
    #expect((0..<4).filter { alarms.flags[$0] } == [0, 2])
  }
}

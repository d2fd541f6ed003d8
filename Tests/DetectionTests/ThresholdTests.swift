import Chronology
import Detection
import Numerics
import Testing
import Values

@Suite struct `Rules for thresholds` {
  @Test func `set the level of a quantile`() throws {
    let sample = SortedSample((0...100).map(Double.init))
    #expect(try QuantileThreshold(level: 0.95).threshold(of: sample, segment: "") == 95)
  }

  @Test func `count robust deviations from the median`() throws {
    let sample = SortedSample([1, 2, 3, 4, 1000])
    let threshold = try MedianDeviationThreshold(factor: 2).threshold(of: sample, segment: "")
    #expect(abs(threshold - (3 + 2 * 1.482602218505602)) < 1e-12)
    #expect(throws: ThresholdError.noSpread(segment: "a")) {
      _ = try MedianDeviationThreshold(factor: 3)
        .threshold(of: SortedSample([1, 1, 1, 2]), segment: "a")
    }
  }

  /// For scores that follow a known law, the threshold must come near the law's own quantile.
  @Test(arguments: [
    ("exponential", GeneralizedPareto(scale: 1, shape: 0), 0.15),
    ("heavy tail", GeneralizedPareto(scale: 1, shape: 0.25), 0.5),
    ("bounded", GeneralizedPareto(scale: 1, shape: -0.3), 0.1),
  ]) func `extrapolate the tail to the risk`(
    _ name: String, _ law: GeneralizedPareto, _ tolerance: Double
  ) throws {
    let sample = SortedSample((0..<20_000).map { law.quantile((Double($0) + 0.5) / 20_000) })
    let found = try PeaksOverThreshold(risk: 1e-4).threshold(of: sample, segment: "")
    #expect(abs(found - law.quantile(ofSurvival: 1e-4)) < tolerance, "\(name)")
    let rare = try PeaksOverThreshold(risk: 1e-6).threshold(of: sample, segment: "")
    #expect(rare > found)
  }

  @Test(arguments: [21, 22, 100, 400, 600, 5000]) func `begin the tail lower where few scores are high`(
    _ count: Int
  ) throws {
    let law = GeneralizedPareto(scale: 1, shape: 0)
    let sample = SortedSample((0..<count).map { law.quantile((Double($0) + 0.5) / Double(count)) })
    let found = try PeaksOverThreshold(risk: 1e-3).threshold(of: sample, segment: "")
    let lower = min(0.98, (Double(count) - 10.5) / Double(count - 1))
    #expect(try found == PeaksOverThreshold(risk: 1e-3, initial: lower).threshold(of: sample, segment: ""))
    #expect(throws: ThresholdError.tooFewExceedances(needed: 10, got: 1, segment: "")) {
      _ = try PeaksOverThreshold(risk: 1e-3).threshold(
        of: SortedSample((0..<19).map(Double.init)), segment: "")
    }
  }

  @Test func `refuse a tail that cannot be fitted`() {
    let few = SortedSample((0..<200).map(Double.init))
    #expect(throws: ThresholdError.tooFewExceedances(needed: 10, got: 4, segment: "")) {
      _ = try PeaksOverThreshold(risk: 1e-3, initial: 0.98).threshold(of: few, segment: "")
    }
    let many = SortedSample((0..<2000).map(Double.init))
    #expect(throws: ThresholdError.riskAboveTail(risk: 0.02, tail: 0.02, segment: "")) {
      _ = try PeaksOverThreshold(risk: 0.02).threshold(of: many, segment: "")
    }
    let step = SortedSample((0..<2000).map { $0 < 1970 ? Double($0) / 2000 : 7 })
    #expect(throws: ThresholdError.noTail(segment: "")) {
      _ = try PeaksOverThreshold(risk: 1e-3, initial: 0.985).threshold(of: step, segment: "")
    }
  }
}

@Suite struct `Turning scores into alarms` {
  static func scores(
    _ values: [Double], splits: [Split]? = nil, segments: [Segment] = [], presence: Mask? = nil,
    step: Double? = nil
  ) -> Scores {
    let address: Address =
      step.map {
        .time(
          .regular(
            start: Instant(nanoseconds: 0), step: TimeSpan(seconds: $0), count: values.count))
      } ?? .row(count: values.count)
    return Scores(
      index: Index(address, segments: segments, splits: splits), values: values, method: "test",
      presence: presence)
  }

  @Test(arguments: [
    (
      "calibrate rows first", [Split.fit, .fit, .calibrate, .calibrate, .test, .test], 3.0, "2 calibrate rows"
    ),
    ("fit rows else", [.fit, .fit, .fit, .test, .test, .test], 2.0, "3 fit rows"),
    ("all rows else", [.test, .test, .test, .test, .test, .test], 5.0, "6 all rows"),
  ]) func `learns from`(_ name: String, _ splits: [Split], _ threshold: Double, _ said: String) throws {
    let alarms = try Thresholding(rule: QuantileThreshold(level: 1))
      .decide(Self.scores([0, 1, 2, 3, 4, 5], splits: splits))
    #expect(alarms.thresholds == [threshold], "\(name)")
    #expect(alarms.rule.hasSuffix(said), "\(alarms.rule)")
    #expect(alarms.flags.setCount == Int(5 - threshold))
  }

  @Test func `never joins alarms across segments`() throws {
    let segments = [Segment(name: "a", rows: 0..<3), Segment(name: "b", rows: 3..<6)]
    let scores = Self.scores([0, 0, 9, 8, 0, 0], segments: segments)
    let alarms = try Thresholding(rule: QuantileThreshold(level: 0.5)).decide(scores)
    #expect(alarms.segments == [AlarmSegment(rows: 2..<3, peak: 2), AlarmSegment(rows: 3..<4, peak: 3)])
    #expect(alarms.thresholds == [0, 0])
    let apart = try Thresholding(rule: QuantileThreshold(level: 1), isPerSegment: true).decide(scores)
    #expect(apart.thresholds == [9, 8])
    #expect(apart.segments.isEmpty)
  }

  @Test func `ends an alarm at a row without score`() throws {
    let scores = Self.scores(
      [5, 6, 0, 7, 0, 0, 0], presence: Mask([true, true, false, true, true, true, true]))
    let alarms = try Thresholding(rule: QuantileThreshold(level: 0.5)).decide(scores)
    #expect(alarms.thresholds == [2.5])
    #expect(alarms.segments.map(\.rows) == [0..<2, 3..<4])
    #expect(alarms.segments.first?.peak == 1)
  }

  @Test func `merges and drops by duration`() throws {
    let scores = Self.scores([9, 0, 9, 0, 0, 0, 9, 9, 8, 0], splits: nil, step: 2)
    let rule = QuantileThreshold(level: 0.2)
    let merged = try Thresholding(rule: rule, shape: AlarmShape(mergeGap: TimeSpan(seconds: 2))).decide(
      scores)
    #expect(merged.segments.map(\.rows) == [0..<3, 6..<9])
    #expect(merged.flags[1])
    let long = try Thresholding(rule: rule, shape: AlarmShape(minimumDuration: TimeSpan(seconds: 5))).decide(
      scores)
    #expect(long.segments == [AlarmSegment(rows: 6..<9, peak: 6)])
    #expect(long.flags.setCount == 3)
    #expect(throws: ThresholdError.noTimes) {
      _ = try Thresholding(rule: rule, shape: AlarmShape(mergeGap: TimeSpan(seconds: 2))).decide(
        Self.scores([1, 2]))
    }
  }

  @Test func `says which segment has nothing to learn from`() {
    let scores = Self.scores(
      [1, 2, 3], segments: [Segment(name: "a", rows: 0..<2), Segment(name: "b", rows: 2..<3)],
      presence: Mask([true, true, false]))
    #expect(throws: ThresholdError.noRows(segment: "b")) {
      _ = try Thresholding(rule: QuantileThreshold(level: 0.5), isPerSegment: true).decide(scores)
    }
  }
}

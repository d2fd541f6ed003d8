import Evaluation
import Numerics
import TestKit
import Testing

@Suite struct `Ranking metrics` {
  /// The values that scikit-learn's documentation and a count by hand give.
  @Test(arguments: [
    ("documented example", [0.1, 0.4, 0.35, 0.8], [false, false, true, true], 0.75, 0.8333333333333333),
    ("perfect", [0, 1, 2, 3], [false, false, true, true], 1, 1),
    ("reversed", [3, 2, 1, 0], [false, false, true, true], 0, 0.4166666666666667),
    ("constant", [1, 1, 1, 1], [false, true, false, false], 0.5, 0.25),
    ("one tie", [1, 2, 2, 3], [false, true, false, true], 0.875, 0.8333333333333333),
  ]) func `match tables worked out by hand`(
    _ name: String, _ scores: [Double], _ labels: [Bool], _ roc: Double, _ precision: Double
  ) throws {
    let curve = RankingCurve(LabelledScores(scores: scores, labels: labels))
    #expect(abs(try #require(curve.areaUnderROC) - roc) < 1e-15, "\(name)")
    #expect(abs(try #require(curve.averagePrecision) - precision) < 1e-15, "\(name)")
  }

  @Test(arguments: [(1, 5), (2, 50), (3, 1000), (4, 1), (5, 200)])
  func `equal their naive twins, ties or not`(_ seed: Int, _ levels: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let scores = (0..<120).map { _ in Double(random.below(levels)) }
    let labels = (0..<120).map { $0 == 7 || random.below(6) == 0 }
    let curve = RankingCurve(LabelledScores(scores: scores, labels: labels))
    let naive = (
      roc: NaiveMetrics.areaUnderROC(scores, labels), ap: NaiveMetrics.averagePrecision(scores, labels),
      f1: NaiveMetrics.bestF1(scores, labels)
    )
    #expect(abs(try #require(curve.areaUnderROC) - naive.roc) < 1e-12)
    #expect(abs(try #require(curve.averagePrecision) - naive.ap) < 1e-12)
    #expect(abs(try #require(curve.bestF1).value - naive.f1) < 1e-12)
  }

  @Test func `are undefined without both sorts of rows`() {
    let normal = RankingCurve(LabelledScores(scores: [1, 2], labels: [false, false]))
    #expect(normal.areaUnderROC == nil)
    #expect(normal.averagePrecision == nil)
    #expect(normal.bestF1 == nil)
    #expect(RankingCurve(LabelledScores(scores: [1], labels: [true])).areaUnderROC == nil)
  }

  @Test func `name the threshold of the best F1`() throws {
    let curve = RankingCurve(
      LabelledScores(scores: [1, 2, 3, 4], labels: [false, false, true, true]))
    #expect(try #require(curve.bestF1).threshold == 3)
  }
}

@Suite struct `Decisions against the truth` {
  @Test func `count each way once`() throws {
    let flags = [true, true, true, false, false, false, false, false]
    let labels = [true, true, false, true, false, false, false, false]
    let confusion = Confusion(flags: flags, labels: labels)
    #expect(try #require(confusion.precision) == 2.0 / 3)
    #expect(try #require(confusion.recall) == 2.0 / 3)
    #expect(try #require(confusion.f1) == 2.0 / 3)
    #expect(try #require(confusion.falseAlarmRate) == 0.2)
    #expect(try #require(confusion.missingAlarmRate) == 1.0 / 3)
    #expect(try #require(confusion.alarmRate) == 0.375)
  }

  @Test func `leave undefined what has no denominator`() {
    let nothing = Confusion(flags: [false, false], labels: [false, false])
    #expect(nothing.precision == nil)
    #expect(nothing.recall == nil)
    #expect(nothing.f1 == nil)
    #expect(nothing.falseAlarmRate == 0)
  }

  @Test func `measure the delay of each event, and never across a border`() {
    let labels = [false, true, true, true, false, true, true, true, true, false]
    let flags = [true, false, false, true, true, false, false, true, false, false]
    let judged = LabelledScores(
      scores: [Double](repeating: 0, count: 10), labels: labels, runs: [0..<7, 7..<10])
    let delays = DetectionDelays(flags: flags, judged: judged)
    #expect(delays.events.map(\.rows) == [1..<4, 5..<7, 7..<9])
    #expect(delays.events.map(\.firstAlarm) == [3, nil, 7])
    #expect(delays.foundCount == 2)
    #expect(delays.delays { Double($0) * 10 } == [20, 0])
  }
}

@Suite struct `Bootstrap interval` {
  @Test func `holds the value and does not depend on threads`() throws {
    let judged = LabelledScores(
      scores: (0..<40).map { Double($0 * 7 % 40) }, labels: (0..<40).map { $0 % 9 == 0 })
    let value = try #require(RankingCurve(judged).areaUnderROC)
    let ranges = try [1, 2].map { threads in
      try bootstrapInterval(of: judged, using: SeededGenerator(seed: 1), work: Work(threads: threads)) {
        rows in
        RankingCurve(
          LabelledScores(
            scores: rows.map { judged.scores[$0] }, labels: rows.map { judged.labels[$0] })
        ).areaUnderROC
      }
    }
    #expect(ranges[0] == ranges[1])
    #expect(try #require(ranges[0]).contains(value))
  }
}

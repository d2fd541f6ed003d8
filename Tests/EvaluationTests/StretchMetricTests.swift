import Evaluation
import Numerics
import TestKit
import Testing

@Suite struct `Metrics at the end of the ranking` {
  /// From `roc_auc_score(max_fpr=)` of scikit-learn, and counts by hand.
  @Test func `match values of scikit-learn`() throws {
    let curve = RankingCurve(
      LabelledScores(scores: [0.1, 0.4, 0.35, 0.8], labels: [false, false, true, true]))
    #expect(abs(try #require(curve.partialArea(upTo: 0.5)) - 2.0 / 3) < 1e-15)
    #expect(abs(try #require(curve.partialArea(upTo: 1)) - 0.75) < 1e-15)
    #expect(curve.precisionAtAnomalies == 0.5)
    #expect(curve.falsePositiveRateAt95 == 0.5)
  }

  @Test func `share a tie at the border, and call chance one half`() throws {
    let constant = RankingCurve(
      LabelledScores(scores: [1, 1, 1, 1], labels: [false, true, false, false]))
    #expect(constant.precisionAtAnomalies == 0.25)
    #expect(abs(try #require(constant.partialArea(upTo: 0.1)) - 0.5) < 1e-15)
    #expect(constant.falsePositiveRateAt95 == 1)
    let perfect = RankingCurve(LabelledScores(scores: [1, 2, 3], labels: [false, true, true]))
    #expect(perfect.partialArea(upTo: 0.1) == 1)
    #expect(perfect.precisionAtAnomalies == 1)
    #expect(RankingCurve(LabelledScores(scores: [1], labels: [false])).partialArea(upTo: 0.1) == nil)
  }
}

@Suite struct `Correlation of decisions` {
  @Test func `matches the formula, and is 0 for decisions all alike`() throws {
    let flags = [true, true, true, false, false, false, false, false]
    let labels = [true, true, false, true, false, false, false, false]
    let confusion = Confusion(flags: flags, labels: labels)
    #expect(abs(try #require(confusion.correlation) - 7.0 / 15) < 1e-15)
    let balanced = try #require(confusion.balancedAccuracy)
    #expect(abs(balanced - 11.0 / 15) < 1e-15)
    for flag in [true, false] {
      let alike = Confusion(flags: labels.map { _ in flag }, labels: labels)
      #expect(alike.correlation == 0)
      #expect(alike.balancedAccuracy == 0.5)
    }
    #expect(Confusion(flags: [true], labels: [true]).correlation == nil)
  }
}

@Suite struct `Metrics of stretches` {
  static func judged(_ text: String, runs: [Range<Int>]? = nil) -> LabelledScores {
    let labels = text.map { $0 == "x" }
    return LabelledScores(scores: labels.map { _ in 0 }, labels: labels, runs: runs)
  }
  static func flags(_ text: String) -> [Bool] { text.map { $0 == "x" } }

  @Test func `count events once and shares of ranges`() throws {
    let stretches = Stretches(
      flags: Self.flags("x--x-xx----x"), judged: Self.judged("--xxxx--xx--"))
    #expect(stretches.found == 1)
    #expect(stretches.falseAlarms == 2)
    #expect(stretches.eventF1 == 2.0 / 5)
    #expect(stretches.rangeRecall == 0.25)
    #expect(stretches.rangePrecision == 0.375)
    let silent = Stretches(flags: Self.flags("----"), judged: Self.judged("-xx-"))
    #expect(silent.eventF1 == 0)
    #expect(silent.rangePrecision == nil)
    #expect(silent.rangeF1 == 0)
    #expect(Stretches(flags: [true], judged: Self.judged("-")).eventF1 == nil)
  }

  @Test func `grant anomalies by the share that was alarmed`() throws {
    let judged = Self.judged("--xxxxxxxxxx--------")
    let adjustment = try #require(PointAdjustment(flags: Self.flags("x--x----------------"), judged: judged))
    #expect(adjustment.adjustedF1 == 20.0 / 21)
    // One row of ten: granted up to 9 %, a single hit from 10 % on; the area is that of the trapezoids.
    let expected: Double = (20.0 / 21 * 9.5 + 2.0 / 12 * 90.5) / 100
    #expect(abs(adjustment.area - expected) < 1e-12)
    #expect(PointAdjustment(flags: [true], judged: Self.judged("-")) == nil)
  }

  @Test func `call alarms that are the truth perfect`() throws {
    let judged = Self.judged("--xxx---x---", runs: [0..<6, 6..<12])
    let affiliation = try #require(Affiliation(flags: judged.labels, judged: judged))
    #expect(affiliation.precision == 1)
    #expect(affiliation.recall == 1)
    #expect(affiliation.f1 == 1)
    let silent = try #require(Affiliation(flags: Self.flags("------------"), judged: judged))
    #expect(silent.precision == nil)
    #expect(silent.recall == 0)
    #expect(silent.f1 == 0)
  }

  @Test(arguments: 1...6) func `integrate affiliation as a fine sum does`(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    var labels: [Bool] = []
    var flags: [Bool] = []
    while labels.count < 60 {
      let isEvent = random.below(3) == 0
      for _ in 0...random.below(7) { labels.append(isEvent) }
    }
    while flags.count < labels.count { flags.append(random.below(4) == 0) }
    if !labels.contains(true) { labels[5] = true }
    let judged = LabelledScores(scores: labels.map { _ in 0 }, labels: labels)
    let exact = try #require(Affiliation(flags: flags, judged: judged))
    let naive = NaiveMetrics.affiliation(flags, labels, steps: 200)
    #expect(abs(exact.recall - naive.recall) < 5e-3)
    #expect(abs((exact.precision ?? -1) - (naive.precision ?? -1)) < 5e-3)
  }
}

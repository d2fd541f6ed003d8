import Evaluation
import Numerics
import Testing

@Suite struct `Metrics of probabilities and causes` {
  @Test func `measure calibration by hand`() throws {
    let probabilities = [0.05, 0.05, 0.95, 0.95, 0.95, 0.55, 1]
    let labels = [false, true, true, true, false, true, true]
    // Bins: 0.05 twice with 1 of 2, 0.55 once with 1 of 1, from 0.9 on four with 3 of 4.
    let expected = (abs(0.1 - 1) + abs(0.55 - 1) + abs(3.85 - 3)) / 7
    #expect(abs(try #require(Probabilities.calibrationError(probabilities, labels)) - expected) < 1e-12)
    #expect(Probabilities.calibrationError([0, 1, 1], [false, true, true]) == 0)
    #expect(abs(try #require(Probabilities.brierScore([0.5, 1], [true, false])) - 0.625) < 1e-12)
    #expect(Probabilities.brierScore([], []) == nil)
  }

  @Test(arguments: 1...3) func `separate as the distributions do`(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let scores = (0..<80).map { _ in Double(random.below(20)) }
    let labels = (0..<80).map { _ in random.unit() < 0.3 }
    let own = scores.indices.filter { labels[$0] }.map { scores[$0] }
    let rest = scores.indices.filter { !labels[$0] }.map { scores[$0] }
    let naive = (0..<20).map { border -> Double in
      let above = Double(own.count { $0 >= Double(border) }) / Double(own.count)
      return abs(above - Double(rest.count { $0 >= Double(border) }) / Double(rest.count))
    }
    let found = try #require(RankingCurve(LabelledScores(scores: scores, labels: labels)).separation)
    #expect(abs(found - (naive.max() ?? 0)) < 1e-12)
  }

  @Test func `count causes among the first`() {
    let ranking = CauseRanking([
      .init(ranking: ["a", "b", "c", "d"], causes: ["b"]),
      .init(ranking: ["a", "b", "c", "d"], causes: ["a", "d"]),
    ])
    #expect(ranking.accuracy(at: 1) == 0.5)
    #expect(ranking.accuracy(at: 2) == 0.75)
    #expect(ranking.accuracy(at: 4) == 1)
    #expect(ranking.average(upTo: 2) == 0.625)
    #expect(ranking.reciprocalRank == 0.75)
    #expect(ranking.chance(at: 1) == (0.25 + 0.5) / 2)
    #expect(ranking.chance(at: 4) == 1)
    #expect(CauseRanking([]).accuracy(at: 1).isNaN)
  }

  @Test func `give Numenta's score for labelled stretches`() throws {
    let labels = (0..<1000).map { (400..<500).contains($0) || (700..<800).contains($0) }
    let flags = (0..<1000).map { $0 == 400 || $0 == 700 }
    let judged = LabelledScores(scores: labels.map { $0 ? 1 : 0 }, labels: labels)
    let table = MetricTable(names: [.nab, .nabFewAlarms, .nabFewMisses], window: 0) { Double($0) }
    for value in try table.values(of: judged, flags: flags, work: Work()).values {
      #expect(abs(value - 100) < 1e-9)
    }
    for value in try table.trivial(judged, flagged: false, work: Work()).values { #expect(abs(value) < 1e-9) }
  }
}

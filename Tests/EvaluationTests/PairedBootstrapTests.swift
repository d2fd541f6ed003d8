import Evaluation
import Numerics
import Testing

@Suite struct `Paired bootstrap` {
  /// Scores with ties, better or worse.
  private static func judged(_ strength: Double, seed: UInt64) -> LabelledScores {
    var random = SeededGenerator(seed: 3)
    let labels = (0..<200).map { _ in random.unit() < 0.2 }
    var own = SeededGenerator(seed: seed)
    return LabelledScores(
      scores: labels.map { ((own.normal() + ($0 ? strength : 0)) * 4).rounded() }, labels: labels)
  }

  @Test func `agrees with metrics of rows that are really repeated`() throws {
    let judged = [Self.judged(1, seed: 1), Self.judged(0, seed: 2)]
    let found = try #require(
      try PairedBootstrap(of: judged, resamples: 40, using: SeededGenerator(seed: 8), work: Work(threads: 2)))
    for place in 0...1 {
      let own = judged[place]
      for isAP in [false, true] {
        let interval = try bootstrapInterval(
          of: own, resamples: 40, using: SeededGenerator(seed: 8), work: Work()
        ) { rows in
          let curve = RankingCurve(
            LabelledScores(scores: rows.map { own.scores[$0] }, labels: rows.map { own.labels[$0] }))
          return isAP ? curve.averagePrecision : curve.areaUnderROC
        }
        let paired = PairedBootstrap.interval(isAP ? found.ap[place] : found.auroc[place])
        #expect(abs(paired.lowerBound - (interval?.lowerBound ?? .nan)) < 1e-12)
        #expect(abs(paired.upperBound - (interval?.upperBound ?? .nan)) < 1e-12)
      }
    }
  }

  @Test func `needs rows of both sorts`() throws {
    let plain = LabelledScores(scores: [1, 2, 3], labels: [false, false, false])
    #expect(
      try PairedBootstrap(of: [plain], resamples: 9, using: SeededGenerator(seed: 1), work: Work()) == nil)
  }

  @Test(arguments: [
    ("all alike", [[1.0, 2, 3], [1, 2, 3], [1, 2, 3]], ["a", "a", "a"]),
    ("all apart", [[9.0, 9, 9], [5, 5, 5], [1, 1, 1]], ["a", "b", "c"]),
    // The first differs from the last, the middle one from none.
    ("a chain", [[3.0, 3, 3], [1, 3, 4], [2, 2, 2]], ["a", "ab", "b"]),
    ("one", [[1.0]], ["a"]),
  ]) func `gives letters to groups`(_ name: String, _ draws: [[Double]], _ letters: [String]) {
    #expect(PairedBootstrap.groups(draws, order: Array(draws.indices)) == letters, "\(name)")
  }

  @Test func `tells strong scores from chance`() throws {
    let judged = [Self.judged(3, seed: 1), Self.judged(0, seed: 2)]
    let found = try #require(
      try PairedBootstrap(of: judged, resamples: 200, using: SeededGenerator(seed: 8), work: Work()))
    #expect(PairedBootstrap.differ(found.auroc[0], found.auroc[1]))
    #expect(PairedBootstrap.groups(found.auroc, order: [0, 1]) == ["a", "b"])
  }
}

import Evaluation
import Numerics
import Testing

@Suite struct `Pixels against masks` {
  @Test func `are areas by hand`() {
    // Two regions of one and three pixels; one normal pixel is scored above the second region.
    let scores: [Float] = [9, 1, 2, 1, 1, 5, 4, 3, 1]
    let mask = [true, false, false, false, false, false, true, true, false].enumerated().map {
      $0 == 3 ? false : $1
    }
    var judgement = PixelJudgement(thresholds: scores)
    judgement.add(scores: scores, mask: mask, width: 3)
    #expect(judgement.regionCount == 2 && judgement.anomalousPixels == 3 && judgement.normalPixels == 6)
    // Of 18 pairs, the pixel with 5 is above two anomalous ones.
    #expect(abs((judgement.areaUnderROC ?? 0) - 16.0 / 18) < 1e-12)
    // Precision 1 at the first third, 2/3 and 3/4 then.
    #expect(abs((judgement.averagePrecision ?? 0) - (1 + 2.0 / 3 + 3.0 / 4) / 3) < 1e-12)
    // Half of the regions are found without a false pixel, all of them from one in six on.
    let expected = (0.5 / 6 + (0.3 - 1.0 / 6)) / 0.3
    #expect(abs((judgement.areaUnderRegions(upTo: 0.3) ?? 0) - expected) < 1e-12)
  }

  @Test func `agree with the plain count of pairs`() {
    var random = SeededGenerator(seed: 5)
    let scores = (0..<400).map { _ in Float(random.below(20)) }
    let mask = scores.map { $0 + Float(random.below(12)) > 22 }
    var judgement = PixelJudgement(thresholds: scores)
    judgement.add(scores: scores, mask: mask, width: 20)
    var wins = 0.0, pairs = 0.0
    for a in scores.indices where mask[a] {
      for b in scores.indices where !mask[b] {
        wins += scores[a] > scores[b] ? 1 : scores[a] == scores[b] ? 0.5 : 0
        pairs += 1
      }
    }
    #expect(abs((judgement.areaUnderROC ?? 0) - wins / pairs) < 1e-12)
  }

  @Test func `join pixels over corners, and say nothing without both kinds`() {
    #expect(PixelJudgement.regions(of: [true, false, false, true], width: 2) == [[0, 3]])
    #expect(PixelJudgement.regions(of: [true, false, true, false, false, false], width: 3).count == 2)
    var judgement = PixelJudgement(thresholds: [1])
    judgement.add(scores: [1, 2], mask: [], width: 2)
    #expect(judgement.areaUnderROC == nil && judgement.areaUnderRegions() == nil)
  }
}

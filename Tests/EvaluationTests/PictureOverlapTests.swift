import Evaluation
import Numerics
import Testing

@Suite struct `Overlap picture by picture` {
  /// The definition: for each rate the threshold by sorting all normal pixels, then the shares found.
  static func naive(
    normal: [[Float]], scores: [Float], mask: [Bool], lower: Double, upper: Double
  ) -> Double {
    let all = normal.flatMap { picture in picture.map { ($0, 1 / Double(picture.count)) } }
    let levels = Set(all.map(\.0)).sorted(by: >)
    let anomalous = zip(scores, mask).filter(\.1).map(\.0)
    var shares: [Double] = []
    for number in 0..<300 {
      let rate = exponential(
        logarithm(lower) + Double(number) / 299 * (logarithm(upper) - logarithm(lower)))
      // The lowest level whose pixels and those above it stay within the rate; what exceeds the next one is flagged.
      var border = levels[0]
      for (place, level) in levels.enumerated() {
        let flagged = all.filter { $0.0 >= level }.reduce(0) { $0 + $1.1 } / Double(normal.count)
        if flagged > rate * (1 + 1e-9) { break }
        border = place + 1 < levels.count ? levels[place + 1] : -.infinity
      }
      shares.append(Double(anomalous.count { $0 > border }) / Double(anomalous.count))
    }
    return zip(shares, shares.dropFirst()).reduce(0) { $0 + ($1.0 + $1.1) / 2 } / 299
  }

  @Test(arguments: 1...4) func `agrees with the definition`(_ seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let normal = (0..<3).map { _ in (0..<40).map { _ in Float(random.below(50)) } }
    let scores = (0..<40).map { _ in Float(random.below(70)) }
    let mask = (0..<40).map { $0 < 15 }
    var overlap = PictureOverlap(normalPictures: 3, lower: 0.03, upper: 0.4)
    for picture in normal { overlap.add(normal: picture) }
    overlap.setLevels()
    overlap.add(scores: scores, mask: mask)
    let expected = Self.naive(normal: normal, scores: scores, mask: mask, lower: 0.03, upper: 0.4)
    #expect(abs((overlap.mean ?? -1) - expected) < 1e-12)
    #expect(expected > 0)
  }

  @Test func `says nothing where normal pixels are too few`() {
    var overlap = PictureOverlap(normalPictures: 1)
    overlap.add(normal: [1, 2, 3])
    overlap.setLevels()
    overlap.add(scores: [9, 9], mask: [true, false])
    #expect(overlap.mean == nil && overlap.overlaps == [1])
  }
}

@Suite struct `Saturated regions` {
  @Test func `are found once enough of them is, by hand`() {
    // A defect of three pixels (9, 4, 1) of which one is enough, and one of two (5, 3) of which both are.
    let scores: [Float] = [9, 4, 1, 5, 3, 6, 2, 0, 0, 0]
    let mask = scores.indices.map { $0 < 5 }
    var judgement = PixelJudgement(thresholds: scores)
    judgement.add(scores: scores, mask: mask, width: 10)
    judgement.add(defect: [9, 4, 1], enough: 1)
    judgement.add(defect: [5, 3], enough: 2)
    // 9 is enough for the first: 1/2 before and up to the false pixel (6, one in five), all once 5 and 3 are flagged.
    #expect(abs((judgement.areaUnderSaturatedRegions(upTo: 0.2) ?? 0) - 0.5) < 1e-12)
    #expect(abs((judgement.areaUnderSaturatedRegions(upTo: 1) ?? 0) - 0.9) < 1e-12)
  }

  /// With saturation at their whole area, defects that are single regions give AU-PRO.
  @Test func `equal regions where all of a defect must be found`() {
    var random = SeededGenerator(seed: 9)
    let scores = (0..<400).map { _ in Float(random.below(30)) }
    let mask = scores.indices.map { $0 % 20 < 4 && $0 < 100 || $0 >= 300 && $0 % 20 > 15 }
    var judgement = PixelJudgement(thresholds: scores)
    judgement.add(scores: scores, mask: mask, width: 20)
    for region in PixelJudgement.regions(of: mask, width: 20) {
      judgement.add(defect: region.map { scores[$0] }, enough: Double(region.count))
    }
    let spro = judgement.areaUnderSaturatedRegions(upTo: 0.3)
    let pro = judgement.areaUnderRegions(upTo: 0.3)
    #expect(abs((spro ?? 0) - (pro ?? 1)) < 1e-12)
  }
}

import Fusion
import Numerics
import TestKit
import Testing
import Values

/// A modality that sees the anomalies beside one that sees nothing, with splits and labels.
private struct Pair {
  let good: LateFusion.Part
  let bad: LateFusion.Part
  let labels: [Bool]
  let test: [Int]

  enum Noise: CaseIterable { case same, breaks, drawn }

  init(_ noise: Noise, seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let count = 400
    let splits = (0..<count).map { $0 < 150 ? Split.fit : $0 < 220 ? .calibrate : .test }
    let labels = (0..<count).map { $0 >= 220 && random.unit() < 0.25 }
    let index = Index(.row(count: count), splits: splits)
    good = LateFusion.Part(
      "good",
      Scores(
        index: index, values: labels.map { random.normal() + ($0 ? 2.5 : 0) }, method: "made"))
    let values = (0..<count).map { row -> Double in
      switch noise {
      case .same: random.normal()
      case .breaks: random.normal() + (row >= 220 ? 20 : 0)
      case .drawn: random.unit() * random.unit()
      }
    }
    bad = LateFusion.Part("bad", Scores(index: index, values: values, method: "made"))
    self.labels = labels
    test = index.rows(in: .test)
  }

  func auroc(_ scores: [Double]) -> Double {
    NaiveMetrics.areaUnderROC(test.map { scores[$0] }, test.map { labels[$0] })
  }

  func loss(_ rule: any CombinationRule, trusting: Bool) throws -> Double {
    let fused = try EvidenceFusion(rule, measuresTrust: trusting).fuse([good, bad], work: Work())
    return auroc(good.scores.values) - auroc(fused.scores.values)
  }
}

@Suite struct `Trust in modalities` {
  @Test(arguments: 0..<6) func `leaves noise without a say, however it came about`(_ seed: Int) throws {
    for noise in Pair.Noise.allCases {
      let pair = Pair(noise, seed: UInt64(seed))
      for rule in [DempsterShaferRule(), ExpertRule(), CauchyRule(), FisherRule()] as [any CombinationRule] {
        #expect(try pair.loss(rule, trusting: true) < 0.03, "\(type(of: rule).name) \(noise)")
      }
    }
  }

  @Test func `is needed: as published, what sees nothing spoils what the other sees`() throws {
    let losses = try (0..<6).flatMap { seed in
      try Pair.Noise.allCases.map { noise in
        try Pair(noise, seed: UInt64(seed)).loss(ExpertRule(), trusting: false)
      }
    }
    #expect(Statistics.mean(losses) > 0.03)
  }

  @Test func `changes nothing where all modalities find something, or none does`() throws {
    let pair = Pair(.same, seed: 1)
    for parts in [[pair.good, pair.good], [pair.bad, pair.bad]] {
      let named = [parts[0], LateFusion.Part("other", parts[1].scores)]
      let plain = try EvidenceFusion(DempsterShaferRule()).fuse(named, work: Work())
      let wary = try EvidenceFusion(DempsterShaferRule(), measuresTrust: true).fuse(named, work: Work())
      #expect(plain.scores.values == wary.scores.values && wary.trust == [1, 1])
    }
  }

  @Test func `counts what is more than luck`() {
    var random = SeededGenerator(seed: 5)
    let even = (0..<500).map { _ in random.unit() }
    #expect(ModalityTrust.higherCriticism(even, references: 500) < 3)
    // A hundredth of the rows far out is seen, though it moves no mean.
    let sparse = even.enumerated().map { $0.offset % 50 == 0 ? 1e-4 : $0.element }
    #expect(ModalityTrust.higherCriticism(sparse, references: 500) > 3)
    #expect(ModalityTrust.higherCriticism([], references: 10) == 0)
    #expect(ModalityTrust.measure(tails: [even, sparse], references: [500, 500])[1] == 1)
    // Hardly a row looks normal: it cannot say which are odd.
    #expect(ModalityTrust.measure(tails: [sparse, even.map { $0 / 100 }], references: [500, 500])[1] < 0.1)
  }

  @Test func `finds noise among features too`() throws {
    var random = SeededGenerator(seed: 3)
    let index = Index(.row(count: 300), splits: (0..<300).map { $0 < 200 ? .fit : .test })
    func part(_ name: String, _ value: (Int) -> Double) -> Modalities.Part {
      Modalities.Part(
        name: name, features: ["x", "y"],
        matrix: Matrix(rows: 300, columns: 2, values: (0..<600).map { value($0 / 2) }),
        presence: Mask(count: 300, repeating: true))
    }
    let modalities = Modalities(
      index: index,
      parts: [
        part("sees") { row in random.normal() + (row > 200 && row % 3 == 0 ? 6 : 0) },
        part("noise") { _ in random.normal() },
      ])
    let trust = try modalities.trust(work: Work())
    #expect(trust[0] == 1 && trust[1] < 0.5)
    let (trusting, doubted) = modalities.trusting(trust)
    #expect(doubted == ["noise"] && trusting.parts[1].presence.isEmpty && trusting.parts[0].presence.isFull)
  }
}

import Fusion
import Numerics
import Testing
import Values

private let rules: [any CombinationRule] = [
  FisherRule(), BrownRule(), StoufferRule(), StoufferRule(correlated: false), CauchyRule(), TippettRule(),
  SimesRule(), HarmonicRule(), DempsterShaferRule(), NoisyOrRule(), VoteRule(), ExpertRule(),
  ExpertRule(isHard: true), SpectralRule(), ReliabilityRule(), OneClassRule(), MedianRule(), MinimumRule(),
  ReciprocalRankRule(), BucketRule(buckets: 3),
]

/// Rules whose result cannot fall when a part rises, with everything learned held fixed.
private let monotone: [any CombinationRule] = rules.filter {
  !($0 is ExpertRule) && !($0 is SpectralRule) && !($0 is ReliabilityRule)
}

private func normals(_ count: Int, seed: UInt64) -> [Double] {
  var generator = SeededGenerator(seed: seed)
  return (0..<count).map { _ in generator.normal() }
}

private func part(
  _ name: String, _ values: [Double], absent: Set<Int> = [], fit: Int? = nil, staleness: [Float]? = nil
) -> LateFusion.Part {
  var index = Index(.row(count: values.count))
  index.splits = fit.map { fit in values.indices.map { $0 < fit ? .fit : .test } }
  return LateFusion.Part(
    name,
    Scores(
      index: index, values: values, method: "test",
      presence: Mask(values.indices.map { !absent.contains($0) })
    ), staleness: staleness)
}

private func fused(_ rule: any CombinationRule, _ parts: [LateFusion.Part]) throws -> [Double] {
  try EvidenceFusion(rule).fuse(parts, work: Work()).scores.values
}

/// The largest distance between the share of values at most x and x.
private func distanceFromUniform(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  return sorted.enumerated().map { place, value in
    max(
      abs(value - Double(place) / Double(sorted.count)), abs(Double(place + 1) / Double(sorted.count) - value)
    )
  }.max() ?? 0
}

@Suite struct `Rules of evidence` {
  let a = normals(240, seed: 1)
  let b = normals(240, seed: 2).map { 40 * $0 }
  let c = normals(240, seed: 3).map { 0.01 * $0 }

  @Test(arguments: rules.indices) func `do not care for the order of the parts`(_ number: Int) throws {
    // Groups are dealt in the given order.
    if rules[number] is BucketRule { return }
    let parts = [part("a", a, absent: [3]), part("b", b), part("c", c, absent: [9])]
    let forward = try EvidenceFusion(rules[number]).fuse(parts, work: Work())
    let backward = try EvidenceFusion(rules[number]).fuse(parts.reversed(), work: Work())
    for (x, y) in zip(forward.scores.values, backward.scores.values) {
      #expect(abs(x - y) <= 1e-9 * max(1, abs(x)))
    }
    #expect(forward.conflict.elementsEqual(backward.conflict) { abs($0 - $1) < 1e-9 })
  }

  @Test(arguments: rules.indices) func `keep the ranking of one part, beyond its reference too`(
    _ number: Int
  ) throws {
    let shifted = a.indices.map { $0 < 60 ? a[$0] : 20 * a[$0] }
    let values = try fused(rules[number], [part("a", shifted, fit: 60)])
    #expect(values.allSatisfy { $0.isFinite })
    let order = shifted.indices.sorted { shifted[$0] < shifted[$1] }
    // An expert is as sure of a very calm row as of a loud one; alone it still says which is which.
    for (low, high) in zip(order, order.dropFirst()) {
      #expect(values[low] <= values[high] + 1e-12, "\(shifted[low]) and \(shifted[high])")
    }
    #expect(values[order[239]] > values[order[120]])
  }

  @Test(arguments: monotone.indices) func `never fall when a part rises`(_ number: Int) throws {
    var previous: [Double]?
    for step in 0...12 {
      let raised = a.indices.map { $0 < 120 ? a[$0] : a[$0] + 0.5 * Double(step) }
      let values = try fused(
        monotone[number], [part("a", raised, fit: 120), part("b", b, fit: 120), part("c", c, fit: 120)])
      if let previous {
        #expect(zip(previous, values).allSatisfy { $0 <= $1 + 1e-9 * max(1, abs($1)) })
      }
      previous = values
    }
  }

  @Test(arguments: rules.indices) func `take an absent part for nothing, not for calm`(_ number: Int) throws {
    let everywhere = Set(a.indices)
    let without = try fused(rules[number], [part("a", a), part("b", b)])
    let present = part("a", a), other = part("b", b)
    let missing = LateFusion.Part("c", present.scores, presence: Mask(count: a.count))
    let gone = try EvidenceFusion(rules[number]).fuse([present, missing, other], work: Work())
    #expect(gone.scores.values == without && gone.silent == ["c"])
    let rarely = part("c", c, absent: everywhere.subtracting([0, 1, 2, 3, 4, 5]))
    if rules[number] is SpectralRule || rules[number] is OneClassRule { return }
    let with = try fused(rules[number], [present, other, rarely])
    if rules[number] is BucketRule { return }
    for row in 6..<240 { #expect(abs(with[row] - without[row]) < 0.02 * max(1, abs(without[row]))) }
  }

  @Test(arguments: rules.indices) func `give the same bits at one and two threads`(_ number: Int) throws {
    let parts = [part("a", a), part("b", b, absent: [4]), part("c", c)]
    let one = try EvidenceFusion(rules[number]).fuse(parts, work: Work(threads: 1))
    let two = try EvidenceFusion(rules[number]).fuse(parts, work: Work(threads: 2))
    #expect(one == two)
  }

  @Test(arguments: rules.indices) func `do not score a row without any part`(_ number: Int) throws {
    let scores = try EvidenceFusion(rules[number]).fuse(
      [part("a", a, absent: [5]), part("b", b, absent: [5, 6])], work: Work()
    ).scores
    #expect(!scores.isScored(5))
    #expect(scores.isScored(6))
    #expect(scores.contributions?.matrix[6, 1] == 0)
  }

  @Test func `let old values speak less`() throws {
    var loud = a
    loud[50] = 100
    loud[51] = 100
    let ages = a.indices.map { Float($0 == 51 ? 60 : 0) }
    let scores = try EvidenceFusion(CauchyRule(), decay: 10).fuse(
      [part("a", loud, staleness: ages), part("b", b)], work: Work()
    ).scores.values
    #expect(scores[50] > scores[51] + 1)
  }
}

@Suite struct `Combined p-values` {
  static let calibrated: [any CombinationRule] = [
    FisherRule(), BrownRule(), StoufferRule(), CauchyRule(), TippettRule(), SimesRule(),
  ]

  private func uniform(_ count: Int, seed: UInt64) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in generator.unit() }
  }

  private func combined(_ rule: any CombinationRule, _ columns: [[Double]]) -> [Double] {
    let rows = columns[0].indices.map { row in columns.map { $0[row] } }
    let model = rule.fitted(reference: rows, unlabelled: rows)
    return rows.map { row in
      let order = row.indices.sorted { row[$0] < row[$1] }
      let outcome = model.combine(order.map { row[$0] }, parts: order).value
      if rule is StoufferRule { return StandardNormal().survival(outcome) }
      return power(10, -outcome)
    }
  }

  /// 1.95 / √n is the 0.1 % point of Kolmogorov's distribution.
  @Test(arguments: calibrated.indices) func `of independent uniform ones are uniform`(_ number: Int) {
    let p = combined(Self.calibrated[number], (1...3).map { uniform(4000, seed: $0) })
    #expect(distanceFromUniform(p) < 1.95 / 4000.0.squareRoot())
  }

  @Test func `of the same one twice are still uniform for the rules that allow it, and not for Fisher`() {
    let once = uniform(4000, seed: 9)
    let limit = 1.95 / 4000.0.squareRoot()
    #expect(distanceFromUniform(combined(CauchyRule(), [once, once])) < limit)
    #expect(distanceFromUniform(combined(StoufferRule(), [once, once])) < limit)
    #expect(distanceFromUniform(combined(BrownRule(), [once, once])) < limit)
    #expect(distanceFromUniform(combined(FisherRule(), [once, once])) > 2 * limit)
  }

  static let formulas: [(String, Double)] = [
    // The tail of χ² with 4 degrees at x is e^(−x/2) (1 + x/2).
    ("fisher", 0.001 * (1 - logarithm(0.001))), ("tippett", 1 - 0.99 * 0.99), ("simes", 0.02),
    ("harmonic", 2 / 110.0),
  ]

  @Test(arguments: formulas) func `equal their formulas`(_ name: String, _ expected: Double) throws {
    let all: [any PlainCombination] = [FisherRule(), TippettRule(), SimesRule(), HarmonicRule()]
    let rule = try #require(all.first { type(of: $0).name == name })
    #expect(abs(power(10, -rule.combine([0.01, 0.1]).value) - expected) < 1e-9)
  }

  /// p = 0.02, 0.3 and 0.6, worked out with SciPy from the published formulas.
  static let threeParts: [(any CombinationRule, Double)] = [
    (StoufferRule(correlated: false), 1.342225245382483), (CauchyRule(), 1.2369495948650482),
    (FisherRule(), 1.0923383891533514), (TippettRule(), 1.2305635902584546),
    (SimesRule(), 1.2218487496163564), (HarmonicRule(), 1.2632414347745815),
    // Σ −log₁₀(1 − 0.99 (1 − p)⁸); Σ |1 − 2p| (1 − p) / Σ |1 − 2p|, and the surest alone.
    (NoisyOrRule(), 0.8278485935704292), (ExpertRule(), 0.8338461538461539), (ExpertRule(isHard: true), 0.98),
    // One vote and half of the mean percentile, of 3.5.
    (VoteRule(), 0.38476190476190475), (DempsterShaferRule(), 0.8150533297053548),
  ]

  @Test(arguments: threeParts.indices) func `of three equal their formulas`(_ number: Int) {
    let (rule, expected) = Self.threeParts[number]
    let found = rule.fitted(reference: [], unlabelled: []).combine([0.02, 0.3, 0.6], parts: [0, 1, 2])
    #expect(abs(found.value - expected) < 1e-9, "\(type(of: rule).name): \(found.value)")
    if rule is DempsterShaferRule { #expect(abs((found.conflict ?? 0) - 0.2617118004685487) < 1e-12) }
  }

  /// Covariance of −2 ln p 2.695457292542081 over the reference; χ² scaled by it. Normal deviates by 1ᵀ R 1.
  @Test func `of dependent parts equal their formulas`() {
    func fraction(_ x: Double) -> Double { x - x.rounded(.down) }
    let reference = (0..<200).map { row -> [Double] in
      let first = fraction(0.6180339887 * Double(row)) * 0.998 + 0.001
      return [first, 0.7 * first + 0.3 * fraction(0.41421356 * Double(row))]
    }
    let cases: [(any CombinationRule, Double)] = [
      (BrownRule(), 1.1741904037293294), (StoufferRule(), 1.322892708066023),
    ]
    for (rule, expected) in cases {
      let found = rule.fitted(reference: reference, unlabelled: []).combine([0.02, 0.3], parts: [0, 1])
      #expect(abs(found.value - expected) < 1e-9, "\(type(of: rule).name): \(found.value)")
    }
  }

  /// Deviations −1, 0.5, 2 and 4.
  @Test func `orders of deviations equal their formulas`() {
    let cases: [(any CombinationRule, Double)] = [
      (MedianRule(), 1.25), (MinimumRule(), -1),
      // Dealt in turn: {−1, 2} and {0.5, 4}.
      (BucketRule(buckets: 2), (2.0 + 4) / 2), (BucketRule(buckets: 2, averagesMaxima: false), 2.25),
    ]
    for (rule, expected) in cases {
      let found = rule.fitted(reference: [], unlabelled: []).combine([-1, 0.5, 2, 4], parts: [0, 1, 2, 3])
      #expect(abs(found.value - expected) < 1e-12, "\(type(of: rule).name): \(found.value)")
    }
    let ranked = ReciprocalRankRule().fitted(
      reference: [[Double]](repeating: [0, 0, 0], count: 100), unlabelled: [])
    #expect(abs(ranked.combine([0.02, 0.3, 0.6], parts: [0, 1, 2]).value - 0.011708829890648073) < 1e-12)
  }

  @Test func `of Cauchy keep tiny values exact`() {
    #expect(abs(CauchyRule().combine([1e-200]).value - 200) < 1e-9)
    #expect(abs(CauchyRule().combine([0.3]).value + logarithm10(0.3)) < 1e-12)
  }
}

@Suite struct `Belief and reliability` {
  /// Opinions by hand: evidence 3 and 0 gives (0.6, 0, 0.4), 0 and 2 gives (0, 0.5, 0.5).
  @Test func `Dempster's rule equals its formula`() {
    let first = (b: 0.6, d: 0.0, u: 0.4)
    let second = (b: 0.0, d: 0.5, u: 0.5)
    let conflict = first.b * second.d
    let belief = first.b * second.u / (1 - conflict)
    let unknown = first.u * second.u / (1 - conflict)
    let p1 = exponential(-3.0)
    let p2 = 1 - exponential(-2.0)
    // Evidence against at p1 and for at p2 is small but not 0: compare with the exact opinions.
    func opinion(_ p: Double) -> (b: Double, d: Double, u: Double) {
      let (e, f) = (-logarithm(p), -logarithm(1 - p))
      return (e / (e + f + 2), f / (e + f + 2), 2 / (e + f + 2))
    }
    let (x, y) = (opinion(p1), opinion(p2))
    let z = x.b * y.d + x.d * y.b
    let exact = ((x.b * y.b + x.b * y.u + x.u * y.b) + x.u * y.u / 2) / (1 - z)
    let outcome = DempsterShaferRule().combine([p1, p2])
    #expect(abs(outcome.value - exact) < 1e-12)
    #expect(abs((outcome.conflict ?? 0) - z) < 1e-12)
    #expect(abs(outcome.value - (belief + unknown / 2)) < 0.1)
  }

  private func auroc(_ scores: [Double], anomalous: Range<Int>, normal: Range<Int>) -> Double {
    var wins = 0.0
    for a in anomalous {
      for n in normal { wins += scores[a] > scores[n] ? 1 : scores[a] == scores[n] ? 0.5 : 0 }
    }
    return wins / Double(anomalous.count * normal.count)
  }

  /// One modality sees the anomalies, the other is noise: fusing must not cost more than 0.03.
  @Test func `noise in one modality costs little`() throws {
    var good = normals(900, seed: 5)
    for row in 700..<900 { good[row] += 2 }
    let noise = normals(900, seed: 6)
    let alone = auroc(good, anomalous: 700..<900, normal: 300..<700)
    let fusion = try fused(ReliabilityRule(), [part("good", good, fit: 300), part("noise", noise, fit: 300)])
    let found = auroc(fusion, anomalous: 700..<900, normal: 300..<700)
    #expect(found > alone - 0.03, "\(found) against \(alone)")
  }

  @Test func `agreement tells good modalities from noise`() throws {
    var parts: [[Double]] = (0..<4).map { normals(600, seed: 20 + $0) }
    for number in 0..<3 { for row in 450..<600 { parts[number][row] += 2 } }
    let all = parts.enumerated().map { part("m\($0)", $1, fit: 200) }
    let scores = try EvidenceFusion(SpectralRule()).fuse(all, work: Work()).scores
    let shares = try #require(scores.contributions).matrix
    let noise = (0..<600).reduce(0) { $0 + shares[$1, 3] }
    let good = (0..<600).reduce(0) { $0 + shares[$1, 0] }
    #expect(noise < 0.3 * good)
  }
}

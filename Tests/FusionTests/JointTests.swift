import Fusion
import Numerics
import TestKit
import Testing
import Values

private let operators: [any JointOperator] = [
  TensorFusion(), SketchFusion(dimensions: 64), SketchFusion(dimensions: 64, isNormalised: false),
  SharedFusion(.sum), SharedFusion(.sum, weights: [2, 1]), SharedFusion(.product),
  ComponentFusion(.principal), ComponentFusion(.principal, addsResiduals: true),
  ComponentFusion(.independent),
  ExpertFusion(dimensions: 3), ExpertFusion(dimensions: 3, addsResiduals: true),
]

private func part(_ name: String, _ rows: [[Double]], absent: Set<Int> = []) -> Modalities.Part {
  Modalities.Part(
    name: name, features: (0..<rows[0].count).map { "f\($0)" },
    matrix: Matrix(rows: rows.count, columns: rows[0].count, values: rows.flatMap(\.self)),
    presence: Mask(rows.indices.map { !absent.contains($0) }))
}

private func dot(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}

@Suite struct `Joint vectors` {
  let views = PairedViews(rows: 120, mismatched: 20, widths: [4, 5])

  @Test(arguments: operators.indices) func `have the same bits at one and two threads`(_ number: Int) throws {
    let one = try operators[number].fuse(views.modalities, seed: 3, work: Work(threads: 1))
    let two = try operators[number].fuse(views.modalities, seed: 3, work: Work(threads: 2))
    #expect(one == two)
    #expect(one.matrix.values.allSatisfy { $0.isFinite })
  }

  @Test(arguments: operators.indices) func `move with their rows`(_ number: Int) throws {
    // Directions shared by modalities are chosen on every fifth row where nothing is set apart for it.
    if operators[number] is SharedFusion { return }
    var random = SeededGenerator(seed: 2)
    let order = random.sample(120, of: 120)
    let straight = try operators[number].fuse(views.modalities, seed: 3, work: Work())
    let mixed = try operators[number].fuse(views.modalities.permuted(order), seed: 3, work: Work())
    for (place, row) in order.enumerated() {
      let distance = zip(mixed.matrix.row(place), straight.matrix.row(row)).map { abs($0 - $1) }.max() ?? 0
      #expect(distance < 1e-4)
    }
  }

  @Test(arguments: operators.indices) func `go on without a modality, and are missing without any`(
    _ number: Int
  ) throws {
    let holed = views.modalities.withoutPart(1, in: [100, 101]).withoutPart(0, in: [101])
    let joint = try operators[number].fuse(holed, seed: 3, work: Work())
    #expect(joint.matrix.row(100).allSatisfy { $0.isFinite })
    #expect(joint.matrix.row(101).allSatisfy { $0.isNaN })
    let blocks = joint.blocks.flatMap { Array($0.columns) }
    #expect(blocks == Array(joint.features.indices))
  }
}

@Suite struct `Products of features` {
  private let a = part("a", [[1, 2], [3, -1], [0.5, 4]], absent: [2])
  private let b = part("b", [[5, 7, 1], [2, 0, -3], [1, 1, 1]])

  @Test func `are all products with a constant in each modality`() throws {
    let joint = try TensorFusion().fuse(
      Modalities(index: .rows(3), parts: [a, b]), seed: 0, work: Work())
    #expect(joint.features.count == 3 * 4 - 1)
    #expect(Array(joint.matrix.row(0)) == [5, 7, 1, 1, 5, 7, 1, 2, 10, 14, 2])
    #expect(joint.features[4] == "a.f0*b.f0")
  }

  @Test func `are refused where they would fill the memory`() {
    let wide = part("wide", [[Double](repeating: 1, count: 300)])
    let other = part("other", [[Double](repeating: 1, count: 300)])
    #expect(throws: FusionError.tooWide(columns: 301 * 301, limit: 65_536)) {
      try TensorFusion().fuse(Modalities(index: .rows(1), parts: [wide, other]), seed: 0, work: Work())
    }
  }

  /// E⟨φ(x), φ(y)⟩ = ⟨a, a′⟩ ⟨b, b′⟩; the spread falls as 1/√D.
  @Test func `have sketches whose inner products approximate the product kernel`() throws {
    let parts = Modalities(index: .rows(3), parts: [part("a", [[1, 2], [3, -1], [0.5, 4]]), b])
    var sum = 0.0
    let expected = dot([1, 2], [3, -1]) * dot([5, 7, 1], [2, 0, -3])
    let draws = 40
    for seed in 0..<draws {
      let joint = try SketchFusion(dimensions: 1024, isNormalised: false).fuse(
        parts, seed: UInt64(seed), work: Work())
      sum += dot(joint.matrix.row(0), joint.matrix.row(1))
    }
    let scale = (dot([1, 2], [1, 2]) * dot([3, -1], [3, -1]) * 75 * 13).squareRoot()
    #expect(abs(sum / Double(draws) - expected) < 3 * scale / (1024 * Double(draws)).squareRoot())
  }

  @Test func `sketch one modality alone to itself`() throws {
    let joint = try SketchFusion(dimensions: 1024, isNormalised: false).fuse(
      Modalities(index: .rows(3), parts: [a, b]), seed: 1, work: Work())
    #expect(abs(dot(joint.matrix.row(2), joint.matrix.row(2)) - 3) < 1e-9)
  }
}

@Suite struct `Hidden states` {
  @Test func `of experts equal the joint posterior`() throws {
    // One hidden number, seen by two modalities: the posterior mean is known in closed form from what was learned, and
    // the state from both lies between those from each.
    var random = SeededGenerator(seed: 11)
    let hidden = (0..<400).map { _ in random.normal() }
    let a = hidden.map { [$0 + 0.1 * random.normal(), -$0 + 0.1 * random.normal()] }
    let b = hidden.map { [2 * $0 + 1.0 * random.normal()] }
    let all = Modalities(index: .rows(400), parts: [part("a", a), part("b", b)])
    let joint = try ExpertFusion(dimensions: 1).fuse(all, seed: 0, work: Work())
    let state = joint.matrix.column(0)
    #expect(abs(Statistics.correlation(state, hidden)) > 0.99)
    // Fewer views, less certain: the state shrinks towards the prior.
    let missing = try ExpertFusion(dimensions: 1).fuse(
      all.withoutPart(0, in: Set(200..<400)), seed: 0, work: Work()
    ).matrix.column(0)
    #expect(
      Statistics.standardDeviation(Array(missing[200...]))
        < Statistics.standardDeviation(Array(state[200...])))
  }

  @Test func `of independent sources are found up to order and sign`() throws {
    var random = SeededGenerator(seed: 12)
    let sources = (0..<600).map { _ in (random.unit() - 0.5, random.unit() < 0.5 ? 1.0 : -1.0) }
    let mixed = Modalities(
      index: .rows(600),
      parts: [
        part("a", sources.map { [$0.0 + 0.7 * $0.1] }), part("b", sources.map { [0.9 * $0.0 - 0.4 * $0.1] }),
      ])
    let joint = try ComponentFusion(.independent, explained: 1).fuse(mixed, seed: 5, work: Work())
    for source in [sources.map(\.0), sources.map(\.1)] {
      let best = (0..<2).map { abs(Statistics.correlation(joint.matrix.column($0), source)) }.max() ?? 0
      #expect(best > 0.98)
    }
  }

  @Test func `of principal components have unit variance and no correlation`() throws {
    let views = PairedViews(rows: 200, mismatched: 1)
    let joint = try ComponentFusion(.principal, explained: 0.95).fuse(views.modalities, seed: 0, work: Work())
    let fit = joint.matrix.selecting(rows: views.modalities.index.rows(in: .fit))
    for a in 0..<fit.columns {
      #expect(abs(Statistics.variance(fit.column(a), degreesLost: 0) - 1) < 1e-9)
      for b in 0..<a { #expect(abs(Statistics.correlation(fit.column(a), fit.column(b))) < 1e-9) }
    }
  }
}

@Suite struct `Memory banks` {
  @Test func `keep the farthest rows first`() throws {
    let rows = Matrix(rows: 6, columns: 1, values: [0, 1, 10, 4, 9, 0])
    #expect(try MemoryBanks.coreset(rows, count: 4, work: Work()) == [0, 2, 3, 1])
    // Copies add nothing.
    #expect(try MemoryBanks.coreset(rows, count: 6, work: Work()).count == 5)
  }

  @Test func `see rows that one modality or both leave`() throws {
    let views = PairedViews(rows: 300, mismatched: 60)
    var moved = views.modalities.parts
    var matrix = moved[0].matrix
    for row in views.mismatched { for column in 0..<matrix.columns { matrix[row, column] += 4 } }
    moved[0] = Modalities.Part(
      name: "m0", features: moved[0].features, matrix: matrix, presence: moved[0].presence)
    let both = Modalities(index: views.modalities.index, parts: moved)
    for rule in [OneClassRule(), CauchyRule()] as [any CombinationRule] {
      let fused = try MemoryBanks(rule: rule).score(both, work: Work())
      #expect(views.separation(fused.scores.values) > 0.9)
      #expect(fused == (try MemoryBanks(rule: rule).score(both, work: Work(threads: 2))))
      #expect(fused.scores.contributions?.features == ["m0", "m1", "joint"])
    }
    let holed = try MemoryBanks().score(both.withoutPart(1, in: [250]), work: Work()).scores
    #expect(holed.isScored(250))
    #expect(holed.contributions?.matrix[250, 1] == 0 && holed.contributions?.matrix[250, 2] == 0)
  }
}

import Fusion
import Learning
import Numerics
import TestKit
import Testing
import Values

private let kinds: [FusionKind] = [
  .weightedSum(), .weightedSum(.vector), .weightedSum(.scalar), .gate, .gatedUnit, .residualGate,
  .lowRank(rank: 3), .factorized(pool: 2), .bilinear, .film,
  .crossAttention(heads: 2, isPaperForm: false), .crossAttention(heads: 1, isPaperForm: true),
  .bottleneck(tokens: 2), .graph(),
  .crossAttention(heads: 2, isPaperForm: false, reach: RowReach(rows: 2, isCausal: true)),
  .graph(ModalityGraph(.gcn)), .graph(ModalityGraph(.gat, edges: .nearest(1))),
  .graph(ModalityGraph(.relation, edges: .partial(0.1))),
]

private func fusion(_ kind: FusionKind, epochs: Int = 4, residuals: Bool = true) -> LearnedFusion {
  LearnedFusion(
    kind, hidden: 8, descent: Descent(epochs: epochs, batchSize: 32, rate: 0.01, patience: 20),
    addsResiduals: residuals)
}

@Suite struct `Learned fusion` {
  let views = PairedViews(rows: 120, mismatched: 20, widths: [4, 5])

  @Test(arguments: kinds.indices) func `gives the same bits at one and two threads`(_ number: Int) throws {
    let one = try fusion(kinds[number]).fuse(views.modalities, seed: 3, work: Work(threads: 1))
    let two = try fusion(kinds[number]).fuse(views.modalities, seed: 3, work: Work(threads: 2))
    #expect(one == two)
    #expect(one.matrix.values.allSatisfy { $0.isFinite })
    #expect(one.features.count == 10)
  }

  @Test(arguments: kinds.indices) func `goes on without a modality, and is missing without any`(
    _ number: Int
  ) throws {
    let holed = views.modalities.withoutPart(1, in: [100, 101]).withoutPart(0, in: [101, 102])
    let joint = try fusion(kinds[number]).fuse(holed, seed: 3, work: Work())
    #expect(joint.matrix.row(100).allSatisfy { $0.isFinite })
    #expect(joint.matrix.row(102).allSatisfy { $0.isFinite })
    #expect(joint.matrix.row(101).allSatisfy { $0.isNaN })
    // The error of an absent modality is nothing.
    #expect(joint.matrix[100, 9] == 0)
  }

  @Test func `gives what the others give if a modality is absent everywhere`() throws {
    func slot(_ name: String, _ part: Int, gone: Bool = false) -> Slot {
      let own = views.modalities.parts[part]
      let columns = own.features.indices.map { column in
        Column(
          numbers: own.matrix.column(column).map { gone ? .nan : $0 }, name: own.features[column])
      }
      return Slot(name: name, content: .frame(Frame(index: views.modalities.index, columns: columns)))
    }
    let index = views.modalities.index
    let both = Bundle(index: index, slots: [slot("a", 0), slot("b", 1)])
    let three = Bundle(index: index, slots: [slot("a", 0), slot("gone", 1, gone: true), slot("b", 1)])
    for kind in [FusionKind.gate, .lowRank(rank: 2), .graph()] {
      let one = try fusion(kind).fuse(Modalities(both, work: Work()), seed: 3, work: Work())
      let other = try fusion(kind).fuse(Modalities(three, work: Work()), seed: 3, work: Work())
      #expect(one.matrix == other.matrix)
    }
    #expect(
      try Concatenation().fuse(both, work: Work()).matrix == Concatenation().fuse(three, work: Work()).matrix)
  }

  @Test(arguments: kinds.indices) func `loses less with every epoch`(_ number: Int) throws {
    let (_, outcome) = try fusion(kinds[number], epochs: 25).fuseWithOutcome(
      views.modalities, seed: 3, work: Work())
    #expect(try #require(outcome.losses.min()) < 0.95 * outcome.losses[0])
  }

  @Test func `gates sum to one and turn away from noise`() throws {
    // The second modality is noise: whoever wants to restore the first must listen to the first.
    var random = SeededGenerator(seed: 1)
    let noise = Matrix(rows: 120, columns: 5, values: (0..<600).map { _ in random.normal() })
    var parts = views.modalities.parts
    parts[1] = Modalities.Part(
      name: "noise", features: parts[1].features, matrix: noise, presence: parts[1].presence)
    let (_, outcome) = try fusion(.gate).fuseWithOutcome(
      Modalities(index: views.modalities.index, parts: parts), seed: 3, work: Work())
    let gates = try #require(outcome.gates)
    for row in 0..<120 { #expect(abs(gates[row, 0] + gates[row, 1] - 1) < 1e-9) }
  }

  @Test func `says what it cannot join`() {
    let three = PairedViews(rows: 60, mismatched: 5, widths: [3, 3, 3]).modalities
    #expect(throws: FusionError.wrongCount(needed: 2, got: 3)) {
      try fusion(.film).fuse(three, seed: 0, work: Work())
    }
    #expect(throws: FusionError.unevenHeads(width: 8, heads: 3)) {
      try fusion(.crossAttention(heads: 3, isPaperForm: false)).fuse(three, seed: 0, work: Work())
    }
  }

  @Test func `stops within fifty milliseconds of the wish`() throws {
    let wide = PairedViews(rows: 2000, mismatched: 20, widths: [60, 60]).modalities
    let clock = ContinuousClock()
    nonisolated(unsafe) var asked: ContinuousClock.Instant?
    let start = clock.now
    let work = Work(isCancelled: {
      if clock.now - start < .milliseconds(300) { return false }
      if unsafe asked == nil { unsafe asked = clock.now }
      return true
    })
    #expect(throws: FusionError.cancelled) {
      try fusion(.crossAttention(heads: 1, isPaperForm: false), epochs: 10_000).fuse(
        wide, seed: 0, work: work)
    }
    #expect(clock.now - start < .milliseconds(900))
  }
}

@Suite struct `Learned mappings` {
  private let mappings: [any PairMapping] = [
    FeatureMapping(epochs: 120, batchSize: 32, rate: 3e-3, patience: 30), ContrastMapping(.contrast),
    ContrastMapping(.match),
  ]

  @Test(arguments: 0..<3) func `see pairs that do not belong together`(_ number: Int) throws {
    let views = PairedViews(rows: 800, mismatched: 160, seed: 2)
    let one = try CrossModal(mappings[number]).score(views.modalities, seed: 4, work: Work(threads: 1))
    #expect(one.values.allSatisfy { $0.isFinite && $0 >= 0 })
    #expect(views.separation(one.values) > 0.9)
    let two = try CrossModal(mappings[number]).score(views.modalities, seed: 4, work: Work(threads: 2))
    #expect(one == two)
  }

  @Test func `restore what was left out`() throws {
    let views = PairedViews(rows: 400, mismatched: 80, seed: 2)
    let learned = LearnedFusion(
      .gate, hidden: 12, descent: Descent(epochs: 150, batchSize: 32, rate: 0.005, patience: 30))
    let found = try MaskedReconstruction(learned).score(views.modalities, seed: 1, work: Work())
    #expect(views.separation(found.values) > 0.9)
    let alone = try MaskedReconstruction(learned).score(
      views.modalities.withoutPart(1, in: [390]), seed: 1, work: Work())
    #expect(!alone.isScored(390))
  }
}

@Suite struct `Rows within reach` {
  /// The second modality says what the first will say two rows later.
  private func lagged(_ last: Double = 0) -> Modalities {
    var random = SeededGenerator(seed: 5)
    let source = (0..<402).map { _ in random.normal() }
    func part(_ name: String, _ shift: Int) -> Modalities.Part {
      var values = (0..<400).map { source[$0 + shift] }
      values[399] += last
      return Modalities.Part(
        name: name, features: ["x"], matrix: Matrix(rows: 400, columns: 1, values: values),
        presence: Mask(count: 400, repeating: true))
    }
    let splits = (0..<400).map { $0 < 300 ? Split.fit : .test }
    return Modalities(
      index: Index(.row(count: 400), splits: splits), parts: [part("late", 0), part("early", 2)])
  }

  private func attention(_ reach: RowReach, epochs: Int = 10) -> LearnedFusion {
    LearnedFusion(
      .crossAttention(heads: 1, isPaperForm: false, reach: reach), hidden: 8, dropout: 0.5, corruption: 0,
      descent: Descent(epochs: epochs, batchSize: 32, rate: 0.01, patience: epochs))
  }

  @Test func `tell what the row itself does not`() throws {
    func loss(_ reach: RowReach) throws -> Double {
      try #require(
        try attention(reach, epochs: 100).fuseWithOutcome(lagged(), seed: 2, work: Work()).1.losses.min())
    }
    #expect(try loss(RowReach(rows: 2, isCausal: true)) < 0.9 * loss(RowReach()))
  }

  @Test func `are never known ahead of their time if it is causal`() throws {
    func joint(_ last: Double, _ reach: RowReach) throws -> Matrix {
      try attention(reach).fuse(lagged(last), seed: 2, work: Work()).matrix
    }
    for isCausal in [true, false] {
      let reach = RowReach(rows: 2, isCausal: isCausal)
      let (one, other) = (try joint(0, reach), try joint(5, reach))
      #expect((one.row(398) == other.row(398)) == isCausal)
      #expect(one.row(396) == other.row(396) && one.row(399) != other.row(399))
    }
  }
}

@Suite struct `Graphs of modalities` {
  /// The middle drives both ends.
  private var chain: Modalities {
    var random = SeededGenerator(seed: 3)
    let middle = (0..<500).map { _ in random.normal() }
    func part(_ name: String, _ noise: Double) -> Modalities.Part {
      Modalities.Part(
        name: name, features: ["x"],
        matrix: Matrix(rows: 500, columns: 1, values: middle.map { $0 + noise * random.normal() }),
        presence: Mask(count: 500, repeating: true))
    }
    return Modalities(
      index: .rows(500), parts: [part("left", 0.3), part("middle", 0.01), part("right", 0.4)])
  }

  @Test func `know what others explain`() throws {
    let rows = Array(0..<500)
    let all = try ModalityGraph(edges: .all).neighbors(in: chain, rows: rows, work: Work())
    #expect(all == [[1, 2], [0, 2], [0, 1]])
    let partial = try ModalityGraph(edges: .partial(0.3)).neighbors(in: chain, rows: rows, work: Work())
    #expect(partial == [[1], [0, 2], [1]])
    let nearest = try ModalityGraph(edges: .nearest(1)).neighbors(in: chain, rows: rows, work: Work())
    #expect(nearest == [[1], [0, 2], [1]])
    #expect(throws: FusionError.self) {
      try ModalityGraph(edges: .partial(0.3)).neighbors(in: chain, rows: Array(0..<5), work: Work())
    }
  }
}

import Chronology
import Fusion
import Numerics
import Testing
import Values

private func scores(_ values: [Double], absent: Set<Int> = [], index: Index? = nil) -> Scores {
  Scores(
    index: index ?? .rows(values.count), values: values, method: "test",
    presence: Mask(values.indices.map { !absent.contains($0) }))
}

private func random(_ count: Int, seed: UInt64, scale: Double = 1) -> [Double] {
  var generator = SeededGenerator(seed: seed)
  return (0..<count).map { _ in scale * generator.normal() }
}

private let operators = LateFusion.Operator.allCases.flatMap { combine in
  ScoreCalibration.Method.allCases.map { LateFusion(combine, calibration: $0) }
}

@Suite struct `Late fusion keeps its laws` {
  let a = random(200, seed: 1)
  let b = random(200, seed: 2, scale: 40)
  let c = random(200, seed: 3, scale: 0.01)

  @Test(arguments: operators) func `the order of the parts does not matter`(_ fusion: LateFusion) throws {
    let parts = [
      LateFusion.Part("a", scores(a, absent: [3])), .init("b", scores(b)), .init("c", scores(c, absent: [9])),
    ]
    let forward = try fusion.fuse(parts, work: Work())
    let backward = try fusion.fuse(parts.reversed(), work: Work())
    #expect(forward.scores.values == backward.scores.values)
    #expect(forward.scores.presence == backward.scores.presence)
    #expect(forward.conflict == backward.conflict)
  }

  @Test(arguments: operators) func `one part keeps its ranking`(_ fusion: LateFusion) throws {
    let fused = try fusion.fuse([LateFusion.Part("a", scores(a))], work: Work()).scores.values
    let before = a.indices.sorted { a[$0] < a[$1] }
    let after = a.indices.sorted { fused[$0] < fused[$1] }
    #expect(before == after)
  }

  @Test(arguments: operators) func `one part keeps its ranking beyond the calibration rows`(
    _ fusion: LateFusion
  ) throws {
    let splits = a.indices.map { $0 < 50 ? Split.calibrate : .test }
    let index = Index(.row(count: 200), splits: splits)
    let shifted = a.indices.map { $0 < 50 ? a[$0] : 30 * a[$0] }
    let part = LateFusion.Part("a", scores(shifted, index: index))
    let fused = try fusion.fuse([part], work: Work()).scores.values
    #expect(
      shifted.indices.sorted { shifted[$0] < shifted[$1] } == fused.indices.sorted { fused[$0] < fused[$1] })
  }

  @Test(arguments: operators) func `raising a part never lowers the result`(_ fusion: LateFusion) throws {
    let splits = a.indices.map { $0 < 100 ? Split.fit : .test }
    let index = Index(.row(count: 200), splits: splits)
    func fuse(_ first: [Double]) throws -> [Double] {
      try fusion.fuse(
        [LateFusion.Part("a", scores(first, index: index)), .init("b", scores(b, index: index))], work: Work()
      ).scores.values
    }
    var previous = try fuse(a)
    for step in 1...20 {
      let raised = try fuse(a.indices.map { $0 < 100 ? a[$0] : a[$0] + 0.3 * Double(step) })
      #expect(zip(previous, raised).allSatisfy { $0 <= $1 })
      previous = raised
    }
  }

  @Test(arguments: operators) func `an absent part counts as nothing, not as 0`(_ fusion: LateFusion) throws {
    // Far below zero, so that a 0 in place of the absent part would raise the result.
    let low = a.map { $0 - 1000 }
    let alone = try fusion.fuse([LateFusion.Part("a", scores(low))], work: Work())
    let beside = try fusion.fuse(
      [LateFusion.Part("a", scores(low)), .init("b", scores(b, absent: [7, 8]))], work: Work())
    #expect(beside.scores.values[7] == alone.scores.values[7])
    #expect(beside.scores.contributions?.matrix[7, 1] == 0)
    #expect(beside.conflict[8] == 0)
    #expect(beside.scores.presence == nil)
  }

  @Test(arguments: operators) func `a row without any part is not scored`(_ fusion: LateFusion) throws {
    let fused = try fusion.fuse(
      [LateFusion.Part("a", scores(a, absent: [5])), .init("b", scores(b, absent: [5]))], work: Work())
    #expect(!fused.scores.isScored(5))
    #expect(fused.scores.isScored(6))
  }

  @Test(arguments: operators) func `shares add up to the score`(_ fusion: LateFusion) throws {
    let fused = try fusion.fuse(
      [LateFusion.Part("a", scores(a)), .init("b", scores(b)), .init("c", scores(c))], work: Work()
    ).scores
    let shares = try #require(fused.contributions)
    for row in 0..<200 {
      #expect(
        abs(shares.matrix.row(row).reduce(0, +) - fused.values[row]) < 1e-12 * max(1, abs(fused.values[row])))
    }
  }

  @Test func `a part that is absent everywhere leaves the others as they are`() throws {
    var random = SeededGenerator(seed: 1)
    func part(_ name: String, _ presence: Mask? = nil) -> LateFusion.Part {
      LateFusion.Part(
        name, Scores(index: .rows(30), values: (0..<30).map { _ in random.normal() }, method: "made"),
        presence: presence)
    }
    let (a, b, gone) = (part("a"), part("b"), part("gone", Mask(count: 30)))
    var fusion = LateFusion(.mean)
    fusion.weights = [2, 5, 1]
    var plain = fusion
    plain.weights = [2, 1]
    let with = try fusion.fuse([a, gone, b], work: Work())
    #expect(with.scores == (try plain.fuse([a, b], work: Work())).scores && with.silent == ["gone"])
  }

  @Test func `units do not matter`() throws {
    let plain = try LateFusion(.mean).fuse([.init("a", scores(a)), .init("b", scores(b))], work: Work())
    let scaled = try LateFusion(.mean).fuse(
      [.init("a", scores(a.map { 1024 * $0 })), .init("b", scores(b))], work: Work())
    #expect(zip(plain.scores.values, scaled.scores.values).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  @Test func `contradiction is told`() throws {
    var calm = a
    var alarmed = b
    calm[10] = -50
    alarmed[10] = 5000
    let fused = try LateFusion(.mean).fuse(
      [.init("a", scores(calm)), .init("b", scores(alarmed))], work: Work())
    #expect(fused.conflict[10] > 0.98)
  }

  @Test func `different rows are refused`() {
    #expect(throws: FusionError.differentRows("a", "b")) {
      try LateFusion(.mean).fuse([.init("a", scores([1, 2])), .init("b", scores([1, 2, 3]))], work: Work())
    }
    #expect(throws: FusionError.nothingToFuse) { try LateFusion(.mean).fuse([], work: Work()) }
  }
}

@Suite struct `Scaling of features` {
  @Test func `learns from fit rows and leaves gaps`() throws {
    let column: [Double] = [1, 2, 3, 4, 5, .nan, 1000]
    let scaling = try Scaling.fit(.robust, to: [column], rows: Array(0..<5), name: "x", work: Work())
    #expect(scaling.location == [3])
    #expect(abs(scaling.scale[0] - Statistics.normalConsistency) < 1e-15)
    let scaled = scaling.apply(to: [column])[0]
    #expect(scaled[5].isNaN)
    #expect(scaled[2] == 0)
  }

  @Test(arguments: Scaling.Method.allCases) func `only shifts what does not vary`(_ method: Scaling.Method)
    throws
  {
    let scaling = try Scaling.fit(method, to: [[7, 7, 7]], rows: [0, 1, 2], name: "x", work: Work())
    #expect(scaling.apply(to: [[7, 7, 9]]) == [[0, 0, 2]])
    #expect(scaling.constant == [0])
  }

  @Test func `finds a scale for columns that are mostly equal`() throws {
    let column: [Double] = [0, 0, 0, 0, 0, 0, 0, 4]
    let scaling = try Scaling.fit(.robust, to: [column], rows: Array(0..<8), name: "x", work: Work())
    #expect(scaling.constant.isEmpty)
    #expect(scaling.scale[0] > 0.5)
  }
}

@Suite struct `Concatenation of modalities` {
  private func bundle() -> Bundle {
    let index = Index(.row(count: 40))
    let wide = (0..<16).map { Column(numbers: random(40, seed: UInt64(10 + $0), scale: 100), name: "w\($0)") }
    let narrow = [Column(numbers: random(40, seed: 99), name: "n")]
    let label = Column(numbers: [Double](repeating: 1, count: 40), name: "fault", role: .label)
    return Bundle(
      index: index,
      slots: [
        Slot(name: "wide", content: .frame(Frame(index: index, columns: wide + [label]))),
        Slot(
          name: "narrow", content: .frame(Frame(index: index, columns: narrow)),
          presence: Mask((0..<40).map { $0 != 4 })),
      ])
  }

  @Test func `gives each modality the same weight`() throws {
    let joint = try Concatenation(scaling: .standard).fuse(bundle(), work: Work())
    func energy(_ block: Block) -> Double {
      (0..<40).filter { $0 != 4 }.reduce(0) { sum, row in
        sum + block.columns.reduce(0) { $0 + joint.matrix[row, $1] * joint.matrix[row, $1] }
      }
    }
    #expect(joint.blocks.map(\.name) == ["wide", "narrow"])
    #expect(abs(energy(joint.blocks[0]) / energy(joint.blocks[1]) - 1) < 0.2)
  }

  @Test func `keeps labels out and names the modality of each feature`() throws {
    let joint = try Concatenation().fuse(bundle(), work: Work())
    #expect(joint.features.count == 17)
    #expect(joint.features.last == "narrow.n")
  }

  @Test func `leaves absent modalities missing, or fills what is normal`() throws {
    let kept = try Concatenation().fuse(bundle(), work: Work())
    #expect(kept.matrix[4, 16].isNaN)
    let filled = try Concatenation(scaling: nil, missing: .median).fuse(bundle(), work: Work())
    let others = (0..<40).filter { $0 != 4 }.map { filled.matrix[$0, 16] }
    #expect(filled.matrix[4, 16] == SortedSample(others).median)
  }

  @Test func `the order of the parts only moves columns`() throws {
    let forward = bundle()
    let backward = Bundle(index: forward.index, slots: forward.slots.reversed())
    let a = try Concatenation(missing: .median).fuse(forward, work: Work())
    let b = try Concatenation(missing: .median).fuse(backward, work: Work())
    for (column, feature) in a.features.enumerated() {
      let other = try #require(b.features.firstIndex(of: feature))
      #expect(a.matrix.column(column) == b.matrix.column(other))
    }
  }

  @Test func `refuses what was not encoded`() {
    let index = Index(.row(count: 1))
    let slot = Slot(name: "mic", content: .audio(Audio(sampleRate: 1, channels: [[1]])))
    #expect(throws: FusionError.notFusable(name: "mic", kind: "audio")) {
      try Concatenation().fuse(Bundle(index: index, slots: [slot]), work: Work())
    }
  }
}

@Suite struct `Votes of inputs that are alike` {
  static func part(_ name: String, _ values: [Double]) -> LateFusion.Part {
    LateFusion.Part(name, Scores(index: .rows(values.count), values: values, method: name))
  }
  static let one: [Double] = (0..<40).map { Double($0 * 7 % 40) }
  static let other: [Double] = (0..<40).map { Double($0 * 11 % 40) }

  @Test func `count copies once`() throws {
    var fusion = LateFusion(.rank)
    fusion.sharesVotes = true
    let alone = try fusion.fuse([Self.part("a", Self.one), Self.part("b", Self.other)], work: Work())
    let copied = try fusion.fuse(
      [Self.part("a", Self.one), Self.part("b", Self.other), Self.part("c", Self.one)], work: Work())
    let plain = try LateFusion(.rank).fuse(
      [Self.part("a", Self.one), Self.part("b", Self.other), Self.part("c", Self.one)], work: Work())
    func farthest(_ fused: LateFusion.Fused) -> Double {
      zip(alone.scores.values, fused.scores.values).map { abs($0 - $1) }.max() ?? 0
    }
    #expect(farthest(copied) < 0.02 && farthest(plain) > 0.1)
  }

  @Test func `follow weights, and leave out what weighs nothing`() throws {
    var fusion = LateFusion(.rank)
    fusion.weights = [1, 0]
    let weighed = try fusion.fuse([Self.part("a", Self.one), Self.part("b", Self.other)], work: Work())
    let alone = try LateFusion(.rank).fuse([Self.part("a", Self.one)], work: Work())
    #expect(weighed.scores.values == alone.scores.values)
    fusion.weights = [3, 3]
    let same = try fusion.fuse([Self.part("a", Self.one), Self.part("b", Self.other)], work: Work())
    let mean = try LateFusion(.rank).fuse(
      [Self.part("a", Self.one), Self.part("b", Self.other)], work: Work())
    #expect(zip(same.scores.values, mean.scores.values).allSatisfy { abs($0 - $1) < 1e-12 })
  }
}

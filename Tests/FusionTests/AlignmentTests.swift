import Chronology
import Fusion
import Numerics
import Testing
import Values

private func milliseconds(_ times: [Int64]) -> Index { Index(.time(.listed(times.map { $0 * 1_000_000 }))) }

private func frame(_ times: [Int64], _ values: [Double], name: String = "x") -> Frame {
  Frame(index: milliseconds(times), columns: [Column(numbers: values, name: name)])
}

private func numbers(_ slot: Slot?) -> [Double] {
  if case .frame(let frame) = slot?.content { frame.columns.first?.numbers ?? [] } else { [] }
}

/// Compares with NaN equal to NaN.
private func same(_ a: [Double], _ b: [Double]) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
}

private let second = TimeSpan(seconds: 1)

@Suite struct `Resampling on a grid` {
  private let uneven = frame([100, 900, 1200, 4100], [1, 3, 5, 7])

  @Test(arguments: [
    (Aggregate.mean, [2, 5, .nan, .nan, 7]), (.min, [1, 5, .nan, .nan, 7]), (.max, [3, 5, .nan, .nan, 7]),
    (.last, [3, 5, .nan, .nan, 7]), (.median, [2, 5, .nan, .nan, 7]), (.count, [2, 1, 0, 0, 1]),
    (.sum, [4, 5, .nan, .nan, 7]),
  ]) func `summarises each step`(_ aggregate: Aggregate, _ expected: [Double]) throws {
    let result = try Resampling(every: second, aggregate: aggregate).resample(
      uneven, name: "x", work: Work())
    #expect(same(result.columns[0].numbers ?? [], expected))
    #expect(result.index.extent == second)
  }

  @Test(arguments: [
    (Fill.hold(1_000_000_000), [2, 5, 5, .nan, 7]), (.hold(2_000_000_000), [2, 5, 5, 5, 7]),
    (.nearest(1_000_000_000), [2, 5, 5, 7, 7]), (.linear(2_000_000_000), [2, 5, .nan, .nan, 7]),
  ]) func `fills as told`(_ fill: Fill, _ expected: [Double]) throws {
    let result = try Resampling(every: second, fill: fill).resample(uneven, name: "x", work: Work())
    #expect(same(result.columns[0].numbers ?? [], expected))
  }

  @Test func `draws a line between neighbours that are near enough`() throws {
    let result = try Resampling(every: second, fill: .linear(3_000_000_000)).resample(
      uneven, name: "x", work: Work())
    let values = result.columns[0].numbers ?? []
    #expect(abs(values[2] - (5 + 2.0 / 3)) < 1e-12 && abs(values[3] - (5 + 4.0 / 3)) < 1e-12)
  }

  @Test func `takes the maximum of labels and never fills them`() throws {
    let labelled = Frame(
      index: milliseconds([0, 500, 2500]),
      columns: [
        Column(numbers: [1, 1, 1], name: "x"), Column(numbers: [0, 1, 0], name: "fault", role: .label),
      ])
    let result = try Resampling(every: second, fill: .hold(9_000_000_000)).resample(
      labelled, name: "x", work: Work())
    #expect(same(result.columns[1].numbers ?? [], [1, .nan, 0]))
    #expect(same(result.columns[0].numbers ?? [], [1, 1, 1]))
  }

  @Test func `keeps runs apart`() throws {
    let index = Index(
      .time(.listed([0, 1000, 100_000, 101_000].map { $0 * 1_000_000 })),
      segments: [Segment(name: "a", rows: 0..<2), Segment(name: "b", rows: 2..<4)],
      splits: [.fit, .test, .fit, .test])
    let result = try Resampling(every: second).resample(
      Frame(index: index, columns: [Column(numbers: [1, 2, 3, 4], name: "x")]), name: "x", work: Work())
    #expect(result.columns[0].numbers == [1, 2, 3, 4])
    #expect(result.index.segments.map(\.rows) == [0..<2, 2..<4])
    #expect(result.index.splits == [.fit, .test, .fit, .test])
  }

  @Test func `refuses an absurd number of steps`() {
    #expect(throws: FusionError.tooManyRows(100_000_001, limit: 20_000_000)) {
      try Resampling(every: TimeSpan(nanoseconds: 1_000)).resample(
        frame([0, 100_000], [1, 2]), name: "x", work: Work())
    }
  }
}

@Suite struct `Alignment of modalities` {
  @Test func `joins on the clock and says who is present`() throws {
    let bundle = try Alignment(target: .every(second)).align(
      [
        Alignment.Part("a", .frame(frame([0, 1000, 2000, 3000], [1, 2, 3, 4]))),
        Alignment.Part("b", .frame(frame([2100, 4900], [10, 20]))),
      ], work: Work())
    #expect(bundle.index.count == 5)
    #expect(same(numbers(bundle.slot("a")), [1, 2, 3, 4, .nan]))
    #expect(same(numbers(bundle.slot("b")), [.nan, .nan, 10, .nan, 20]))
    #expect(bundle.slot("b")?.presence == Mask([false, false, true, false, true]))
  }

  @Test func `counts staleness while a value is held`() throws {
    let bundle = try Alignment(target: .every(second), fill: .hold(2_000_000_000)).align(
      [
        Alignment.Part("a", .frame(frame([0, 5000], [1, 2]))),
        Alignment.Part("b", .frame(frame([0, 1000, 2000, 3000, 4000, 5000], [0, 0, 0, 0, 0, 0]))),
      ], work: Work())
    #expect(bundle.slot("a")?.staleness == [0, 1, 2, .infinity, .infinity, 0])
    #expect(bundle.slot("a")?.presence == Mask([true, true, true, false, false, true]))
    #expect(bundle.slot("b")?.staleness == nil)
  }

  @Test func `covers the overlap if told so`() throws {
    let bundle = try Alignment(target: .every(second), cover: .overlap).align(
      [
        Alignment.Part("a", .frame(frame([0, 1000, 2000, 3000], [1, 2, 3, 4]))),
        Alignment.Part("b", .frame(frame([2100, 4900], [10, 20]))),
      ], work: Work())
    #expect(same(numbers(bundle.slot("a")), [3, 4]))
  }

  @Test func `joins as of a moment, no older than the tolerance`() throws {
    let bundle = try Alignment(
      target: .rows(of: milliseconds([1000, 2000, 9000])), tolerance: TimeSpan(seconds: 1)
    ).align([Alignment.Part("a", .frame(frame([400, 1000, 1900, 9100], [1, 2, 3, 4])))], work: Work())
    #expect(same(numbers(bundle.slot("a")), [2, 3, .nan]))
    #expect(bundle.slot("a")?.staleness == [0, 0.1, .infinity])
  }

  @Test func `takes whole recorded spans of sound and no digital silence`() throws {
    let audio = Audio(
      sampleRate: 10,
      channels: [[Float](repeating: 0.5, count: 10) + [Float](repeating: 0, count: 10) + [0.1, 0.2]],
      start: Instant(nanoseconds: 1_000_000_000))
    let bundle = try Alignment(target: .every(second)).align(
      [
        Alignment.Part("a", .frame(frame([0, 1000, 2000, 3000], [1, 2, 3, 4]))),
        Alignment.Part("mic", .audio(audio)),
      ], work: Work())
    #expect(bundle.slot("mic")?.presence == Mask([false, true, false, false]))
  }

  @Test func `joins samples by identifier`() throws {
    func sample(_ ids: [String], _ values: [Double]) -> Frame {
      Frame(index: Index(.sample(TextColumn(ids))), columns: [Column(numbers: values, name: "x")])
    }
    let bundle = try Alignment(target: .every(second)).align(
      [
        Alignment.Part("a", .frame(sample(["p", "q"], [1, 2]))),
        Alignment.Part("b", .frame(sample(["q", "r"], [20, 30]))),
      ], work: Work())
    #expect((0..<3).map { bundle.index.label(of: $0) } == ["p", "q", "r"])
    #expect(same(numbers(bundle.slot("b")), [.nan, 20, 30]))
  }

  @Test func `says what cannot be joined`() {
    let a = Alignment.Part("a", .frame(frame([0, 1000], [1, 2])))
    #expect(throws: FusionError.noStart(name: "mic")) {
      try Alignment(target: .every(second)).align(
        [a, Alignment.Part("mic", .audio(Audio(sampleRate: 1, channels: [[1]])))], work: Work())
    }
    #expect(throws: FusionError.noAddress(name: "t")) {
      let table = Frame(index: .rows(1), columns: [Column(numbers: [1], name: "x")])
      return try Alignment(target: .every(second)).align(
        [a, Alignment.Part("t", .frame(table))], work: Work())
    }
    #expect(throws: FusionError.self) {
      try Alignment(target: .every(second)).align(
        [a, Alignment.Part("b", .frame(frame([99_000], [1])))], work: Work())
    }
  }
}

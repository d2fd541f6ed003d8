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

  @Test func `counts events of each kind in a row`() throws {
    func log(_ times: [Int64], _ kinds: [Int32]) -> Log {
      Log(
        frame: Frame(index: milliseconds(times), columns: []), templates: ["open", "shut"],
        templateOfRow: kinds)
    }
    let events = log([4100, 900, 100, 1200, 950], [0, 1, 0, 0, 1])
    let part = Alignment.Part("log", .log(events), kinds: ["open", "shut"])
    let grid = try Alignment(target: .every(second), cover: .union).align(
      [Alignment.Part("a", .frame(frame([0, 5500], [1, 2]))), part], work: Work())
    guard case .frame(let counted) = grid.slot("log")?.content else { throw FusionError.nothingToFuse }
    #expect(counted.columns.map(\.name) == ["total", "open", "shut"])
    let expected: [[Double]] = [[3, 1, 0, 0, 1, .nan], [1, 1, 0, 0, 1, .nan], [2, 0, 0, 0, 0, .nan]]
    for (column, values) in zip(counted.columns, expected) { #expect(same(column.numbers ?? [], values)) }
    #expect(grid.slot("log")?.presence == Mask([true, true, true, true, true, false]))
    // On moments: what came since the moment before, for the first within the tolerance.
    let moments = try Alignment(target: .rows(of: milliseconds([1000, 1200, 4000])), tolerance: second).align(
      [part], work: Work())
    guard case .frame(let since) = moments.slot("log")?.content else { throw FusionError.nothingToFuse }
    #expect(same(since.columns[0].numbers ?? [], [3, 1, 0]))
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

@Suite struct `Segments that meet` {
  private func timelines(_ runs: [(String, [Int64], [Double])]) -> Frame {
    var (times, values, segments) = ([Int64](), [Double](), [Segment]())
    for (name, moments, numbers) in runs {
      segments.append(Segment(name: name, rows: times.count..<times.count + moments.count))
      times += moments.map { $0 * 1_000_000_000 }
      values += numbers
    }
    return Frame(
      index: Index(.time(.listed(times)), segments: segments), columns: [Column(numbers: values, name: "x")])
  }

  private let one = ("a", [Int64(0), 1], [1.0, 2])

  private func aligned(_ other: Frame, _ cover: Alignment.Cover = .union) throws -> Bundle {
    let first = timelines([one, ("b", [0, 1], [3, 4])])
    return try Alignment(target: .every(second), cover: cover).align(
      [.init("first", .frame(first)), .init("other", .frame(other))], work: Work())
  }

  @Test func `join by their names`() throws {
    let bundle = try aligned(timelines([("b", [1, 2], [5, 6]), ("c", [7], [7])]))
    #expect(bundle.index.segments.map(\.name) == ["a", "b", "c"])
    #expect(same(numbers(bundle.slot("first")), [1, 2, 3, 4, .nan, .nan]))
    #expect(same(numbers(bundle.slot("other")), [.nan, .nan, .nan, 5, 6, 7]))
  }

  @Test func `keep those that all have`() throws {
    let bundle = try aligned(timelines([("b", [1, 2], [5, 6]), ("c", [7], [7])]), .overlap)
    #expect(bundle.index.segments.map(\.name) == ["b"])
    #expect(same(numbers(bundle.slot("other")), [5]))
  }

  @Test func `take all rows of what has other segments`() throws {
    let bundle = try aligned(timelines([("z", [0, 1], [8, 9])]))
    #expect(bundle.index.segments.map(\.name) == ["a", "b"])
    #expect(same(numbers(bundle.slot("other")), [8, 9, 8, 9]))
  }
}

@Suite struct `Rows as of a moment` {
  @Test(arguments: [
    (Alignment.Direction.backward, [.nan, 1, 2, .nan]), (.forward, [1, 2, 2, .nan]),
    (.nearest, [1, 1, 2, .nan]),
  ]) func `come from the side that is asked for`(_ direction: Alignment.Direction, _ expected: [Double])
    throws
  {
    let target = milliseconds([0, 1400, 2000, 9000])
    let bundle = try Alignment(
      target: .rows(of: target), tolerance: TimeSpan(seconds: 1.2), direction: direction
    ).align([.init("x", .frame(frame([1000, 2000], [1, 2])))], work: Work())
    #expect(same(numbers(bundle.slot("x")), expected))
  }
}

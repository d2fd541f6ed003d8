import Chronology
import Language
import Numerics
import TestKit
import Testing
import Values
import Workbench

@Suite struct `The plot command` {
  static func index(_ count: Int, segments: [Segment] = []) -> Index {
    Index(
      .time(.regular(start: Instant(nanoseconds: 0), step: TimeSpan(seconds: 1), count: count)),
      segments: segments)
  }

  static func table(_ count: Int, columns: Int = 2) -> NamedValue {
    var all = (0..<columns).map { column in
      Column(numbers: (0..<count).map { Double($0 * (column + 1) % 10) }, name: "c\(column)", unit: "bar")
    }
    all.append(Column(numbers: (0..<count).map { $0 > 3 && $0 < 6 ? 1 : 0 }, name: "bad", role: .label))
    return NamedValue(name: "pump", value: .table(Frame(index: index(count), columns: all)))
  }

  static let scores = Scores(index: index(10), values: [0, 1, 0, 0, 5, 6, 0, 0, 0, 1], method: "test")
  static let alarms = Alarms(
    scores: scores, thresholds: [2], flags: Mask((0..<10).map { $0 == 4 || $0 == 5 }),
    segments: [AlarmSegment(rows: 4..<6, peak: 5)], rule: "test")

  /// Gives the figure of a plot over several values.
  static func figure(
    _ arguments: [String: Argument] = [:], of values: [NamedValue], more: [String: NamedValue] = [:],
    remarks: Remarks = Remarks()
  ) throws -> Figure {
    let plot = try #require(builtins.first { $0.spec.name == "plot" } as? any WorldCommand)
    var all = more.mapValues { [$0] }
    all["values"] = values
    let call = Invocation(
      call: CheckedCall(spec: plot.spec, arguments: arguments), values: all, remarks: remarks)
    guard case .figure(let figure) = try plot.run(call, work: .init(), world: .memory()) else {
      throw Failure.cancelled
    }
    return figure
  }

  static func lanes(_ figure: Figure) -> [Figure.Lane] {
    if case .lanes(let lanes, _) = figure.body { lanes } else { [] }
  }

  @Test func `sets lanes of several values on one axis with alarms and truth`() throws {
    let figure = try Self.figure(
      of: [Self.table(10), NamedValue(name: "risk", value: .scores(Self.scores))],
      more: [
        "mark": NamedValue(name: "alarms", value: .alarms(Self.alarms)), "truth": Self.table(10),
      ])
    let lanes = Self.lanes(figure)
    #expect(figure.title == "pump, risk")
    #expect(lanes.map(\.name) == ["c0", "c1", "risk"])
    #expect(lanes.map(\.unit) == ["bar", "bar", nil])
    #expect(lanes.map(\.level) == [nil, nil, 2])
    #expect(lanes.allSatisfy { $0.marks == [4e9...5e9] && $0.truth == [4e9...5e9] })
    #expect(lanes[2].y == Self.scores.values)
  }

  @Test func `breaks the line between segments`() throws {
    let segments = [Segment(name: "a", rows: 0..<2), Segment(name: "b", rows: 2..<4)]
    let scores = Scores(index: Self.index(4, segments: segments), values: [1, 2, 3, 4], method: "test")
    let lane = try #require(
      Self.lanes(try Self.figure(of: [NamedValue(name: "r", value: .scores(scores))])).first)
    #expect(lane.y.count == 5)
    #expect(lane.y[2].isNaN)
    #expect(lane.x == lane.x.sorted())
  }

  @Test func `leaves a hole in time open`() throws {
    let times: [Int64] = [0, 1, 2, 3, 20, 21].map { $0 * 1_000_000_000 }
    let scores = Scores(index: Index(.time(.listed(times))), values: [1, 2, 3, 4, 5, 6], method: "test")
    let lane = try #require(
      Self.lanes(try Self.figure(of: [NamedValue(name: "r", value: .scores(scores))])).first)
    #expect(lane.y.map { $0.isNaN ? 0 : $0 } == [1, 2, 3, 4, 0, 5, 6])
    #expect(lane.x == lane.x.sorted())
  }

  @Test func `draws twelve lanes and says that there are more`() throws {
    let remarks = Remarks()
    let figure = try Self.figure(of: [Self.table(10, columns: 20)], remarks: remarks)
    #expect(Self.lanes(figure).count == 12)
    #expect(remarks.all == ["12 of 20 lines drawn; pick others by name, such as pump.c12"])
  }

  @Test func `cuts out a stretch`() throws {
    let window = Argument.range(
      .instant(Instant(nanoseconds: 2_000_000_000)), .instant(Instant(nanoseconds: 4_000_000_000)))
    let figure = try Self.figure(["window": window], of: [Self.table(10)])
    #expect(Self.lanes(figure)[0].x == [2e9, 3e9, 4e9])
  }

  @Test func `keeps a spike among a million rows`() throws {
    var values = [Double](repeating: 0, count: 1_000_000)
    values[654_321] = 7
    let scores = Scores(index: .rows(values.count), values: values, method: "test")
    let lane = Self.lanes(try Self.figure(of: [NamedValue(name: "r", value: .scores(scores))]))[0]
    #expect(lane.x.count <= 2000)
    #expect(lane.y.max() == 7)
  }

  @Test func `draws sound as an envelope and a log as counts`() throws {
    let audio = Audio(
      sampleRate: 100, channels: [[Float](repeating: 0.5, count: 300)], start: Instant(nanoseconds: 0))
    let log = Log(
      frame: Frame(index: Index(.time(.listed([0, 1_000_000_000, 3_000_000_000]))), columns: []),
      templates: [], templateOfRow: [])
    let lanes = Self.lanes(
      try Self.figure(
        of: [NamedValue(name: "mic", value: .audio(audio)), NamedValue(name: "log", value: .log(log))]))
    #expect(lanes[0].x.last == 2.99e9)
    #expect(lanes[1].y.reduce(0, +) == 3)
  }

  @Test func `counts every value once in a histogram`() throws {
    let figure = try Self.figure(
      ["kind": .choice("histogram")], of: [NamedValue(name: "r", value: .scores(Self.scores))])
    guard case .histogram(let counts, let edges, let name) = figure.body else {
      Issue.record("no histogram")
      return
    }
    #expect(counts.reduce(0, +) == 10)
    #expect(edges.count == counts.count + 1)
    #expect(edges.first == 0 && edges.last == 6)
    #expect(name == "r")
  }

  @Test func `marks alarmed dots of a scatter plot`() throws {
    let figure = try Self.figure(
      ["kind": .choice("scatter")], of: [Self.table(10)],
      more: ["mark": NamedValue(name: "alarms", value: .alarms(Self.alarms))])
    guard case .scatter(let x, let y, let marks, "c0 (bar)", "c1 (bar)") = figure.body else {
      Issue.record("no scatter plot")
      return
    }
    #expect(x.count == 10 && y.count == 10)
    #expect(marks == Self.alarms.flags)
  }

  @Test func `gives a heat map one strip a line`() throws {
    let figure = try Self.figure(["kind": .choice("heat")], of: [Self.table(10)])
    guard case .heat(let values, 2, 10, let names, .time, let span) = figure.body else {
      Issue.record("no heat map")
      return
    }
    #expect(names == ["c0", "c1"])
    #expect(values.count == 20 && span.lowerBound < span.upperBound)
    #expect(values.allSatisfy { $0.isFinite })
  }

  @Test func `explains what cannot be drawn`() {
    func code(_ values: [NamedValue], _ arguments: [String: Argument] = [:]) -> String? {
      WorkbenchTests.code { _ = try Self.figure(arguments, of: values) }
    }
    let rows = NamedValue(
      name: "rows", value: .scores(Scores(index: .rows(2), values: [1, 2], method: "test")))
    let empty = NamedValue(name: "e", value: .table(Frame(index: .rows(2), columns: [])))
    let future = Argument.range(
      .instant(Instant(nanoseconds: 90_000_000_000)), .instant(Instant(nanoseconds: 99_000_000_000)))
    let backward = Argument.range(.integer(5), .integer(2))
    #expect(code([empty]) == "D0401")
    #expect(code([Self.table(4), rows]) == "D0402")
    #expect(code([Self.table(4)], ["window": future]) == "D0403")
    #expect(code([rows], ["window": future]) == "D0404")
    #expect(code([rows], ["rows": backward]) == "D0405")
    #expect(code([rows], ["kind": .choice("scatter")]) == "D0407")
  }

}

import Chronology
import Language
import Numerics
import TestKit
import Testing
import Values
import Workbench

@Suite struct `The explain command` {
  static let index = Index(
    .time(.regular(start: Instant(nanoseconds: 0), step: TimeSpan(seconds: 1), count: 6)))
  static let contributions = Contributions(
    matrix: Matrix(
      rows: 6, columns: 3, values: [1, 1, 2, 0, 0, 0, 1, 0, 3, 6, 3, 1, 1, 2, 1, 0, 1, 0]),
    features: ["Flow", "Pressure", "mfcc0"],
    blocks: [Block(name: "pump", columns: 0..<2), Block(name: "mic", columns: 2..<3)],
    meaning: "squared z")

  static func scores(_ contributions: Contributions?) -> Scores {
    Scores(
      index: index, values: [1, 0, 3, 9, 4, 1], method: "pca",
      presence: Mask([true, true, true, true, true, false]),
      contributions: contributions)
  }
  static let alarms = Alarms(
    scores: scores(contributions), thresholds: [3.5], flags: Mask([false, false, false, true, true, false]),
    segments: [AlarmSegment(rows: 3..<5, peak: 3)], rule: "test")
  static let data = NamedValue(
    name: "pump",
    value: .table(
      Frame(
        index: index,
        columns: [
          Column(numbers: [1, 2, 3, 40, 4, 5], name: "Flow"),
          Column(numbers: [1, 1, 2, 2, 3, 3], name: "Pressure"),
          Column(numbers: [0, 0, 0, 0, 0, 0], name: "mfcc0"),
          Column(numbers: [0, 0, 0, 1, 1, 0], name: "bad", role: .label),
        ])))

  static func report(
    _ arguments: [String: Argument] = [:], of value: Value? = nil, data: NamedValue? = nil
  ) throws -> Report {
    var values = ["value": NamedValue(name: "alarms", value: value ?? .alarms(alarms))]
    values["data"] = data
    guard case .report(let report) = try run("explain", arguments, on: values) else {
      throw Failure.cancelled
    }
    return report
  }

  @Test func `divides a row's score among its features`() throws {
    let report = try Self.report(["row": .integer(3)], data: Self.data)
    #expect(report.title == "alarms at 1970-01-01T00:00:03")
    #expect(report.metrics.map(\.name) == ["score", "threshold", "percentile"])
    #expect(report.metrics.map(\.value) == [9, 3.5, 100])
    let table = try #require(report.table)
    #expect((0..<3).map { table.index.label(of: $0) } == ["Flow", "Pressure", "mfcc0"])
    #expect(table.column("share")?.numbers == [0.6, 0.3, 0.1])
    #expect(table.column("value")?.numbers == [40, 2, 0])
    let z = try #require(table.column("z")?.numbers)
    // The median of the five scored rows is 3, their median deviation 1.
    #expect(abs(z[0] - 37 / 1.482602218505602) < 1e-12)
    #expect(z[2].isNaN)
    #expect(
      report.remarks[0]
        == "score 9 (threshold 3.5, percentile 100): Flow 60 % (40, z 25), Pressure 30 % (2, z 0), mfcc0 10 % (0)."
    )
    #expect(report.remarks[1] == "shares are of the squared z, as pca accounts for it.")
  }

  @Test func `finds the row that is on at a moment`() throws {
    let report = try Self.report(["at": .instant(Instant(nanoseconds: 3_400_000_000))])
    #expect(report.metrics[0].value == 9)
  }

  @Test func `sums over modalities`() throws {
    let report = try Self.report(["row": .integer(2), "by": .choice("modality")])
    #expect(report.table?.column("share")?.numbers == [0.75, 0.25])
    #expect(report.table?.index.label(of: 0) == "mic")
  }

  @Test func `gives each alarm a sentence and the mean of the alarmed rows`() throws {
    let report = try Self.report()
    #expect(
      report.remarks[0]
        == "alarm 1, 2 rows, peak at 1970-01-01T00:00:03: score 9 (threshold 3.5, percentile 100): "
        + "Flow 60 %, Pressure 30 %, mfcc0 10 %.")
    let shares = try #require(report.table?.column("share")?.numbers)
    let expected = [0.425, 0.4, 0.175]
    for (share, wanted) in zip(shares, expected) { #expect(abs(share - wanted) < 1e-12) }
  }

  @Test func `falls back on the values and says so`() throws {
    let report = try Self.report(["row": .integer(3)], of: .scores(Self.scores(nil)), data: Self.data)
    #expect(report.table?.index.label(of: 0) == "Flow")
    #expect(report.remarks[1].contains("not the detector's own reason"))
  }

  @Test func `blames the feature without which the score would fall`() throws {
    // A model of a line: the last row's Flow is odd, its Pressure is not.
    let flow = (0..<60).map { $0 == 59 ? 90 : Double($0 % 7) }
    let pressure = (0..<60).map { Double($0 % 5) }
    let frame = Frame(
      index: Index(.row(count: 60), splits: (0..<60).map { $0 < 50 ? .fit : .test }),
      columns: [Column(numbers: flow, name: "Flow"), Column(numbers: pressure, name: "Pressure")])
    let rows = NamedValue(name: "pump", value: .table(frame))
    let model = NamedValue(name: "m", value: try run("fit knn", on: ["value": rows]))
    let scores = NamedValue(
      name: "risk", value: try run("score", on: ["model": model, "value": rows]))
    guard
      case .report(let report) = try run(
        "explain", ["row": .integer(59)], on: ["value": scores, "data": rows, "model": model])
    else { throw Failure.cancelled }
    #expect(report.table?.index.label(of: 0) == "Flow")
    #expect(try #require(report.table?.column("share")?.numbers)[0] > 0.95)
  }

  @Test func `scores know what was scored`() throws {
    let text = "a,b\n" + (0..<60).map { "\($0 % 7),\($0 == 30 ? 90 : $0 % 5)\n" }.joined()
    let session = Session(world: .memory(MemoryFiles(["a.csv": text])))
    session.type("x = load table a.csv")
    for line in [
      "s = x.b | detect kde", "m = fit kde x | score x",
      "w = x.b | detect matrixprofile --window 5 | threshold quantile",
    ] {
      let name = line.prefix(1)
      #expect(session.type(line).diagnostics.isEmpty)
      let events = session.type("explain \(name) --row 30")
      guard case .report(let report) = events.results.last?.value else {
        Issue.record("\(line): \(events.diagnostics)")
        continue
      }
      #expect(report.table?.column("value") != nil, "\(line)")
    }
  }

  @Test func `explains what it cannot do`() throws {
    func code(_ arguments: [String: Argument], of value: Value? = nil, data: NamedValue? = nil) -> String? {
      WorkbenchTests.code { _ = try Self.report(arguments, of: value, data: data) }
    }
    let rows = Scores(
      index: .rows(1), values: [1], method: "x",
      contributions: Contributions(
        matrix: Matrix(rows: 1, columns: 1), features: ["a"], blocks: [], meaning: "z"))
    let short = NamedValue(name: "s", value: .table(Frame(index: .rows(2), columns: [])))
    let other = NamedValue(
      name: "o",
      value: .table(Frame(index: Self.index, columns: [Column(numbers: [0, 0, 0, 0, 0, 0], name: "x")])))
    #expect(code([:], of: .scores(Self.scores(nil))) == "D0501")
    #expect(code(["row": .integer(6)]) == "D0502")
    #expect(code(["row": .integer(5)]) == "D0503")
    #expect(code(["at": .instant(Instant(nanoseconds: 0))], of: .scores(rows)) == "D0504")
    #expect(code(["at": .instant(Instant(nanoseconds: -1))]) == "D0505")
    #expect(code(["at": .instant(Instant(nanoseconds: 99_000_000_000))]) == "D0505")
    #expect(code([:], data: short) == "D0506")
    #expect(code([:], data: other) == "D0507")
    let model = NamedValue(name: "m", value: try run("fit zscore", on: ["value": Self.data]))
    let blamed = WorkbenchTests.code {
      _ = try run(
        "explain", on: ["value": NamedValue(name: "r", value: .scores(Self.scores(nil))), "model": model])
    }
    #expect(blamed == "D0508")
  }
}

import Language
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Many devices in one table` {
  static func session() -> Session {
    Session(
      world: .memory(
        MemoryFiles([
          "long.csv": Array(
            """
            time,device,load,busy
            2026-03-01T00:00,b,1,true
            2026-03-01T00:00,a,10,false
            2026-03-01T06:00,b,2,true
            2026-03-01T06:00,a,20,true
            2026-03-01T12:00,a,40,false
            2026-03-01T12:00,,7,false
            2026-03-02T00:00,b,4,true
            2026-03-02T00:00,a,80,true

            """.utf8),
          "whole.csv": Array(
            """
            time,load,unit
            2026-03-01T00:00,1,1
            2026-03-01T00:00,2,2
            2026-03-01T01:00,1,1
            2026-03-01T01:00,3,2
            2026-03-01T02:00,2,1
            2026-03-01T02:00,2,2

            """.utf8),
        ])))
  }

  static func frame(_ lines: String...) throws -> Frame {
    let session = session()
    let value = try #require(lines.flatMap { session.type($0) }.results.last?.value)
    guard case .series(let frame) = value else { throw Failure.cancelled }
    return frame
  }

  static let load = "x = load table long.csv --time time --category device"

  @Test func `become a segment each, in the order of their first rows, the nameless last`() throws {
    let frame = try Self.frame(Self.load, "y = segment x device")
    #expect(frame.index.segments.map(\.name) == ["b", "a", "·"])
    #expect(frame.index.segments.map(\.rows) == [0..<3, 3..<7, 7..<8])
    #expect(frame.column("load")?.numbers == [1, 2, 4, 10, 20, 40, 80, 7])
    #expect((0..<8).map { frame.index.segment(of: $0)?.name } == ["b", "b", "b", "a", "a", "a", "a", "·"])
    #expect(frame.index.place(of: 4) == "2026-03-01T06:00:00 in a")
  }

  @Test func `are not looked across`() throws {
    let frame = try Self.frame(Self.load, "y = segment x device", "z = derive y step = diff(load)")
    let step = try #require(frame.column("step")?.numbers)
    #expect(step.map { $0.isNaN ? -1 : $0 } == [-1, 1, 2, -1, 10, 20, 40, -1])
  }

  @Test func `are added up day by day, with how often something held`() throws {
    let frame = try Self.frame(
      Self.load, "y = segment x device", "z = resample y --every 1day --aggregate sum")
    #expect(frame.index.segments.map(\.rows.count) == [2, 2, 1])
    #expect(frame.column("load")?.numbers == [3, 4, 70, 80, 7])
    #expect(frame.column("busy")?.numbers == [2, 1, 1, 1, 0])
  }

  @Test func `are noticed when times repeat`() {
    let session = Self.session()
    let whole = session.type("load table whole.csv --time time").results.last?.remarks ?? []
    #expect(whole.contains { $0.contains("`segment … unit`") })
    let long = session.type(Self.load).results.last?.remarks ?? []
    #expect(!long.contains { $0.contains("segment") }, "one device has no name")
  }
}

@Suite struct `Scores from elsewhere` {
  static func scores(_ lines: String...) throws -> Scores {
    let session = `Many devices in one table`.session()
    let value = try #require(lines.flatMap { session.type($0) }.results.last?.value)
    guard case .scores(let scores) = value else { throw Failure.cancelled }
    return scores
  }

  @Test func `are a column, or what is computed from some`() throws {
    let load = `Many devices in one table`.load
    #expect(try Self.scores(load, "s = detect expression x load").values == [1, 10, 2, 20, 40, 7, 4, 80])
    #expect(try Self.scores(load, "s = detect expression x -load").values.first == -1)
    #expect(try Self.scores(load, "s = detect expression x busy").values == [1, 0, 1, 1, 0, 0, 1, 1])
    let smooth = try Self.scores(
      load, "y = segment x device", "s = detect expression y load", "z = detect expression s ewm(score, 0.5)")
    #expect(smooth.values == [1, 1.5, 2.75, 10, 15, 27.5, 53.75, 7])
    #expect(smooth.index.segments.count == 3)
  }

  @Test func `are missing where the expression is`() throws {
    let scores = try Self.scores(`Many devices in one table`.load, "s = detect expression x log(load - 2)")
    #expect((0..<8).map(scores.isScored) == [false, true, false, true, true, true, true, true])
  }

  @Test(arguments: ["detect expression x device", "detect expression x time()", "detect expression x truth"])
  func `are numbers, and not the truth`(line: String) {
    let session = `Many devices in one table`.session()
    let codes = session.type(
      "x = load table long.csv --time time --category device --labels busy", "x = derive x truth = busy", line
    ).diagnostics.map(\.code)
    #expect(codes == ["R0405"])
  }
}

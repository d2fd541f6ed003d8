import Language
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Onsets and times of day` {
  private let session = Session(world: .memory())

  private func table(_ line: String) throws -> Frame {
    let value = try #require(session.type(line).results.last?.value)
    guard case .table(let frame) = value else { throw Wrong() }
    return frame
  }

  private struct Wrong: Error {}

  @Test func `come in their order, the others last and without a time`() throws {
    session.type("pump = generate pump-station --seed 1")
    let frame = try table("onsets pump")
    guard case .time(let times)? = frame.column("onset")?.cells else { throw Wrong() }
    let nulls = frame.column("onset")?.nulls
    let known = times.indices.filter { nulls?[$0] != true }
    #expect(known == Array(0..<known.count) && !known.isEmpty)
    #expect(zip(known, known.dropFirst()).allSatisfy { times[$0] <= times[$1] })
    #expect(frame.rowCount == 8)
  }

  @Test func `of a stretch mean the same with a date and without`() throws {
    session.type("pump = generate pump-station --seed 1")
    let short = try table("onsets pump --between 08:10..08:20")
    let long = try table("onsets pump --between 2026-03-01T08:10..2026-03-01T08:20")
    #expect(String(describing: short) == String(describing: long), "NaN is like NaN")
    #expect(session.type("show pump --around 08:10").results.count == 1)
    #expect(session.type("plot pump.Flow --window 08:10..08:12").results.count == 1)
    #expect(session.type("split pump --fit-until 08:05").results.count == 1)
  }

  @Test func `keep the written form in scripts`() throws {
    let result = try #require(
      session.type("pump = generate pump-station --seed 1", "onsets pump --between 08:10..08:20").results.last
    )
    #expect(result.canonical == "onsets pump --between 08:10..08:20")
  }

  @Test func `say what is missing`() {
    session.type("pump = generate pump-station --seed 1")
    #expect(session.type("onsets pump --between 07:00..08:00").diagnostics.first?.code == "D0403")
    #expect(session.type("onsets pump --between 08:00..08:05").diagnostics.first?.code == "D0509")
    #expect(session.type("onsets pump.cause").diagnostics.first?.code == "R0405")
  }
}

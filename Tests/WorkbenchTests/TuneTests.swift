import Language
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Tuning without labels` {
  private let session = Session(world: .memory())

  init() {
    session.type(
      "pump = generate pump-station --minutes 15 --seed 7 | split --fit-share 40% --calibrate-share 20%")
  }

  private func report(_ line: String) throws -> Report {
    let events = session.type(line)
    #expect(events.diagnostics.isEmpty, "\(line): \(events.diagnostics)")
    guard case .report(let report) = try #require(events.results.last).value else { throw NotAReport() }
    return report
  }

  private struct NotAReport: Error {}

  @Test func `puts the detector first that finds what was put in`() throws {
    // A mean over hours sees a step that lasts; a constant guess sees nothing.
    let found = try report("tune pump --use knn,hbos,mad --kinds spike,level --seed 3")
    let table = try #require(found.table)
    let means = try #require(table.column("mean")?.numbers)
    #expect(table.rowCount == 3 && means == means.sorted(by: >))
    #expect(means[0] > 0.7)
    #expect(table.column("spike") != nil && table.column("level") != nil)
    #expect(found.remarks.contains { $0.contains("made up, without a label") })
  }

  @Test func `never looks at test rows or labels`() throws {
    let lines = ["tune pump --use knn,ecod --seed 3", "tune other --use knn,ecod --seed 3"]
    // The same rows to learn from, with test rows and labels that say something else.
    session.type("other = derive pump Flow = if(row() > 540, Flow * 9, Flow)")
    let known = session.type("other")
    if known.diagnostics.isEmpty {
      let reports = try lines.map { try report($0).table }
      #expect(reports[0] == reports[1])
    }
    session.type("bare = pump | select --drop fault")
    if session.type("bare").diagnostics.isEmpty {
      #expect(try report("tune bare --use knn,ecod --seed 3").table == report(lines[0]).table)
    }
  }

  @Test func `tunes on labels of calibrate rows alone`() throws {
    session.type("raw = generate pump-station --minutes 15 --seed 7 | split --fit-share 40%")
    #expect(session.type("tune raw --use knn --on labels").diagnostics.first?.code == "R0318")
    session.type("few = generate pump-station --minutes 5 --seed 7 | split --fit 20")
    #expect(session.type("tune few --use knn --on synthetic").diagnostics.first?.code == "R0319")
    session.type("calm = generate pump-station --minutes 15 --seed 7 | split --fit 60 --calibrate 30")
    #expect(session.type("tune calm --use knn --on labels").diagnostics.first?.code == "R0320")
  }
}

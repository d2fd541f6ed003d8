import Language
import Numerics
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Comparing fusion` {
  private let session = Session(world: .memory())

  private func report(_ line: String) throws -> Report {
    let events = session.type(line)
    #expect(events.diagnostics.isEmpty, "\(line): \(events.diagnostics)")
    guard case .report(let report) = try #require(events.results.last).value else {
      throw NotAReport()
    }
    return report
  }

  private struct NotAReport: Error {}

  init() throws {
    session.type(
      "pump = generate pump-station --minutes 10 --seed 7 | split --fit 120",
      "flow = pump.Flow | detect zscore", "pressure = pump.Pressure | detect zscore",
      "joint = fuse cauchy flow pressure", "worse = fuse min flow pressure")
  }

  @Test func `sets every line beside the best single modality`() throws {
    let found = try report("compare fusion flow pressure joint worse --against pump.fault")
    let table = try #require(found.table)
    let values = try #require(table.column("auroc")?.numbers)
    let gains = try #require(table.column("gain")?.numbers)
    let (low, high) = (
      try #require(table.column("low")?.numbers), try #require(table.column("high")?.numbers)
    )
    for (row, name) in ["flow", "pressure", "joint", "worse"].enumerated() {
      let own = try report("evaluate \(name) --against pump.fault --metrics auroc")
      let judged = try #require(own.metrics.first { $0.name == "auroc" }).value
      #expect(abs(values[row] - judged) < 1e-12)
    }
    let best = max(values[0], values[1])
    for row in 2...3 {
      #expect(abs(gains[row] - (values[row] - best)) < 1e-12)
      #expect(low[row] <= gains[row] && gains[row] <= high[row])
    }
    #expect(gains[values[0] >= values[1] ? 0 : 1].isNaN)
    #expect(found.remarks.count { $0.contains("fusing") } == 2)
  }

  @Test func `needs single and fused scores`() throws {
    let events = session.type("compare fusion flow pressure --against pump.fault")
    #expect(events.diagnostics.first?.code == "R0316")
    let marked = try report("compare fusion flow --fused pressure --against pump.fault --metric ap")
    #expect(marked.metrics.first?.note == "flow")
  }

  @Test func `knows a detector's scores of a joint vector for fused`() throws {
    session.type("both = fuse concat pump.Flow pump.Pressure | detect mad")
    let found = try report("compare fusion flow pressure both --against pump.fault")
    let kinds = try #require(found.table?.column("kind")?.textCells)
    #expect(kinds.last == "fused" && kinds.count { $0.contains("single") } == 2)
    // Its blocks go missing and are exchanged, too.
    #expect(try #require(found.further.first).table.rowCount == 3)
    #expect(try #require(found.table?.column("mismatch")?.numbers).last?.isNaN == false)
  }

  @Test func `refuses singles behind a list without commas`() throws {
    for line in [
      "compare fusion flow --fused joint worse pressure --against pump.fault",
      "compare fusion flow pressure --fused joint worse --against pump.fault",
    ] {
      let events = session.type(line)
      #expect(events.diagnostics.first?.code == "E0314", "\(line)")
    }
    #expect(
      try report("compare fusion flow pressure --fused joint,worse --against pump.fault").table?.rowCount == 4
    )
  }

  @Test func `leaves the other modality's ranking when one is gone`() throws {
    let found = try report("compare fusion flow pressure joint --against pump.fault")
    let values = try #require(found.table?.column("auroc")?.numbers)
    let curve = try #require(found.further.first).table
    let without = try #require(curve.column("without")?.textCells)
    let all = try #require(curve.column("100%")?.numbers)
    #expect(without == ["itself", "flow", "pressure"])
    #expect(all[0] == 0.5)
    #expect(abs(all[1] - values[1]) < 1e-12 && abs(all[2] - values[0]) < 1e-12)
    // At no rate nothing changes, and what is gone at a rate is gone at a higher one.
    #expect(try #require(curve.column("0%")?.numbers)[1] == values[2])
    #expect(try #require(curve.column("25%")?.numbers)[1] != values[2])
  }

  @Test func `sees whether a score knows which rows belong together`() throws {
    session.type("fits = map ridge pump.Flow pump.Pressure")
    let found = try report("compare fusion flow pressure joint fits --against pump.fault")
    let mismatch = try #require(found.table?.column("mismatch")?.numbers)
    #expect(mismatch[0].isNaN && mismatch[1].isNaN)
    // Two scores that each judge one modality say the same of shuffled pairs; a mapping does not.
    #expect(abs(mismatch[2] - 0.5) < 0.06)
    #expect(mismatch[3] > 0.6)
    let curve = try #require(found.further.first).table
    // A mapping between two modalities is nothing without one of them.
    #expect(try #require(curve.column("100%")?.numbers).suffix(2) == [0.5, 0.5])
    #expect(found.remarks.contains { $0.hasPrefix("wrong pairs of normal rows go unseen by `joint`") })
  }

  @Test func `says plainly that nothing helped, and tries nothing without a split`() throws {
    let found = try report("compare fusion flow pressure worse --against pump.fault --plain")
    #expect(found.further.isEmpty)
    #expect(found.remarks.contains { $0.hasPrefix("no fusion here is measurably better") })
    let whole = Session(world: .memory())
    whole.type(
      "pump = generate pump-station --minutes 10 --seed 7", "a = pump.Flow | detect zscore",
      "b = pump.Pressure | detect zscore", "c = fuse mean a b")
    let events = whole.type("compare fusion a b c --against pump.fault")
    guard case .report(let report) = try #require(events.results.last).value else { throw NotAReport() }
    #expect(report.further.isEmpty && report.remarks.contains { $0.hasPrefix("not split") })
  }
}

@Suite struct `What fusing leaves beside a score` {
  private let session = Session(world: .memory())

  private func scores(_ line: String) throws -> Scores {
    let events = session.type(line)
    #expect(events.diagnostics.isEmpty, "\(line): \(events.diagnostics)")
    guard case .scores(let scores) = try #require(events.results.last).value else { throw NotScores() }
    return scores
  }

  private struct NotScores: Error {}

  init() throws {
    session.type(
      "pump = generate pump-station --minutes 5 --seed 7 | split --fit 120",
      "camera = generate pump-station --part camera --minutes 5 --seed 7",
      "a = pump.Flow | detect zscore", "b = pump.Pressure | detect zscore",
      "all = align pump camera --every 1s --tolerance 1s | split --fit 120")
  }

  @Test(arguments: [
    "fuse mean a b", "fuse max a b", "fuse cauchy a b", "fuse dempster a b", "fuse lscp a b --data pump",
    "map ridge all", "map cca all", "map gcca all", "map masked all --epochs 2 --hidden 4",
    "fuse banks all", "fuse concat all | detect knn", "fuse pca all --residuals | detect mad",
    "fuse poe all --residuals | detect mad", "fuse gate all --epochs 2 --hidden 4 --trust equal | detect mad",
    "fuse lowrank all --epochs 2 --hidden 4 | detect mad", "fuse add all | detect mad",
  ])
  func `says of every row who spoke, what each adds and whether they contradict`(_ line: String) throws {
    let found = try scores(line)
    let voices = try #require(found.voices)
    #expect(voices.modalities.count >= 2 && voices.presence.count == voices.modalities.count)
    let shares = try #require(found.modalityShares)
    #expect(shares.rows == found.index.count && shares.columns == voices.modalities.count)
    #expect(shares.values.allSatisfy { $0.isFinite })
    if let conflict = voices.conflict { #expect(conflict.allSatisfy { $0 >= 0 && $0 <= 1 }) }
    #expect(voices.conflict != nil || line.contains("fuse add"))
    let frame = try #require(Value.scores(found).cellFrame)
    let names = Value.scores(found).shape.columns?.map(\.name)
    #expect(frame.columns.map(\.name) == names)
    // What is absent says nothing.
    for (part, presence) in voices.presence.enumerated() {
      for row in 0..<presence.count where !presence[row] { #expect(shares[row, part] == 0) }
    }
  }

  @Test(arguments: ["mean", "max", "cauchy", "fisher", "median"])
  func `tells what a score loses without each modality`(_ rule: String) throws {
    let joint = try scores("j = fuse \(rule) a b --contribution left-out")
    let alone = try scores("k = fuse \(rule) a")
    let shares = try #require(joint.modalityShares)
    for row in stride(from: 0, to: joint.index.count, by: 7) {
      #expect(abs(shares[row, 1] - (joint.values[row] - alone.values[row])) < 1e-9)
    }
    let conflict = session.type("where j conflict > 0.5")
    #expect(conflict.diagnostics.isEmpty)
  }

  @Test func `goes with the rows through selecting, splitting and calibrating`() throws {
    session.type("j = fuse fisher a b")
    let whole = try scores("calibrate ecdf j")
    #expect(whole.voices?.conflict?.count == whole.index.count && whole.index.count > 200)
    let part = try scores("where j score > 1")
    #expect(part.voices?.conflict?.count == part.index.count)
  }
}

extension Column {
  fileprivate var textCells: [String]? {
    guard case .text(let texts) = cells else { return nil }
    return (0..<texts.count).map { texts[$0] }
  }
}

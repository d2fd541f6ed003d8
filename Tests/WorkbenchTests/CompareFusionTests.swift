import Language
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
}

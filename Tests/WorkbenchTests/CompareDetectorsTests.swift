import Language
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Comparing detectors` {
  private let session = Session(world: .memory())

  init() { session.type("pump = generate pump-station --minutes 10 --seed 7 | split --fit 120") }

  private func report(_ line: String) throws -> Report {
    let events = session.type(line)
    #expect(events.diagnostics.isEmpty, "\(line): \(events.diagnostics)")
    let value = try #require(events.results.last).value
    guard case .report(let report) = value else { throw NotAReport() }
    return report
  }

  private struct NotAReport: Error {}

  private func numbers(_ report: Report, _ column: String) throws -> [Double] {
    try #require(report.table?.column(column)?.numbers)
  }

  @Test func `gives what detect and evaluate give one by one`() throws {
    let found = try report("compare detectors pump --use zscore(summary=mean),ecod,knn(9) --resamples 60")
    let auroc = try numbers(found, "auroc")
    let ap = try numbers(found, "ap")
    for (place, line) in ["zscore pump --summary mean", "ecod pump", "knn pump --neighbors 9"].enumerated() {
      session.type("risk = detect \(line)")
      let own = try report("evaluate risk --against pump.fault --metrics auroc,ap")
      #expect(abs(auroc[place] - own.metrics[0].value) < 1e-12, "\(line)")
      #expect(abs(ap[place] - own.metrics[1].value) < 1e-12, "\(line)")
    }
    let (low, high) = (try numbers(found, "low"), try numbers(found, "high"))
    for place in 0..<3 { #expect(low[place] <= auroc[place] && auroc[place] <= high[place]) }
  }

  @Test func `says how alike scores are without labels`() throws {
    let found = try report("compare detectors pump.Flow --use zscore,mad,iforest(20)")
    #expect(found.table?.column("auroc") == nil)
    // One column: both order rows by their distance from about the same center.
    #expect(try numbers(found, "agreement")[0] > 0.3)
    let twins = try report("compare detectors pump --use zscore,zscore")
    #expect(try numbers(twins, "agreement") == [1, 1])
    #expect(try numbers(twins, "overlap") == [1, 1])
    #expect(twins.table?.column("group")?.cells == .text(TextColumn(["a", "a"])))
  }

  @Test func `names what could not work and why`() throws {
    let found = try report("compare detectors pump --use zscore,matrixprofile")
    #expect(found.table?.rowCount == 1)
    #expect(found.remarks.contains { $0.contains("matrixprofile") && $0.contains("takes one channel") })
    let failed = session.type("compare detectors pump --use matrixprofile")
    #expect(failed.diagnostics.first?.code == "D0105")
  }

  @Test func `never shows labels to the detectors`() throws {
    session.type("bare = select pump -fault", "bare = pump.Flow")
    let judged = try report("compare detectors pump.Flow --use iforest(20) --against pump.fault --seed 3")
    session.type("risk = detect iforest pump.Flow --trees 20 --seed 3")
    let own = try report("evaluate risk --against pump.fault --metrics auroc")
    #expect(try abs(numbers(judged, "auroc")[0] - own.metrics[0].value) < 1e-12)
  }
}

@Suite struct `Recommending detectors` {
  private func report(_ lines: String...) throws -> Report {
    let session = Session(world: .memory())
    var last: [SessionEvent] = []
    for line in lines { last = session.type(line) }
    guard case .report(let report) = try #require(last.results.last).value else { throw NotAReport() }
    return report
  }

  private struct NotAReport: Error {}

  private func lines(_ report: Report) -> [String] {
    guard case .sample(let names)? = report.table?.index.address else { return [] }
    return (0..<names.count).map { names[$0] }
  }

  @Test func `proposes lines that run`() throws {
    for value in ["pump", "pump.Flow", "vectors", "short"] {
      let session = Session(world: .memory())
      session.type(
        "pump = generate pump-station --minutes 20 --seed 7",
        "vectors = fuse concat pump",
        "short = generate pump-station --minutes 5 --seed 2 | where Flow > 36")
      let events = session.type("recommend \(value)")
      guard case .report(let report)? = events.results.last?.value else {
        Issue.record("\(value): \(events.diagnostics)")
        continue
      }
      #expect(lines(report).count >= 2)
      for line in lines(report) {
        let words = line.split(separator: " ")
        let typed = session.type(
          (words.prefix(2) + [Substring(value)] + words.dropFirst(2)).joined(separator: " "))
        #expect(typed.diagnostics.isEmpty, "\(line): \(typed.diagnostics)")
      }
    }
  }

  @Test func `finds the cycle, missing cells and copies`() throws {
    let pump = try report("pump = generate pump-station --minutes 20 --seed 7", "recommend pump.Flow")
    #expect(pump.metrics.contains { $0.name == "cycle" && $0.value > 20 })
    #expect(pump.remarks.contains { $0.contains("not known") })
    let copied = try report(
      "pump = generate pump-station --minutes 5 --seed 7", "same = derive pump x = 1", "one = same.x",
      "recommend one")
    #expect(copied.metrics.first { $0.name == "copies" }.map { $0.value > 99 } == true)
  }

  @Test func `tells how to encode what has no columns`() throws {
    let mic = try report("mic = generate pump-station --part mic --minutes 5", "recommend mic")
    #expect(mic.remarks.contains { $0.contains("encode mic --use mfcc") })
    #expect(mic.table == nil)
  }
}

import Language
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Sweeps` {
  private static let start = ["pump = generate pump-station --minutes 5 --seed 7", "far = detect mad pump"]

  private static func events(_ lines: String...) -> [SessionEvent] {
    let session = Session(world: .memory())
    return (start + lines).flatMap { session.type($0) }
  }

  private static func table(_ line: String) throws -> Frame {
    let value = try #require(events(line).results.last?.value)
    guard case .table(let frame) = value else { throw Failure.cancelled }
    return frame
  }

  private static let judge = "| evaluate --against pump.fault --metrics auroc,ap"

  @Test func `set the numbers of a pipeline side by side`() throws {
    let frame = try Self.table("sweep k in 3,5,10 detect knn pump --neighbors k \(Self.judge)")
    #expect(frame.columns.prefix(3).map(\.name) == ["k", "auroc", "ap"])
    #expect(frame.column("k")?.numbers == [3, 5, 10])
    let alone = Self.events("detect knn pump --neighbors 5 \(Self.judge)").results.last?.value
    guard case .report(let report) = alone else { throw Failure.cancelled }
    #expect(frame.column("auroc")?.numbers?[1] == report.metrics.first { $0.name == "auroc" }?.value)
  }

  @Test(arguments: [
    ("1..4", ["1", "2", "3", "4"]), ("1%..2%/3", ["1%", "1.5%", "2%"]),
    ("10s..30s/3", ["10s", "20s", "30s"]),
    ("0.1..0.3/3", ["0.1", "0.2", "0.3"]), ("knn,lof", ["knn", "lof"]), ("5..1", nil), ("1..2/1", nil),
    ("a..b", nil),
    ("1s..2m/3", nil), ("", nil), ("1.5..3", nil),
  ]) func `take lists and ranges`(written: String, values: [String]?) {
    #expect(SweepValues.read(written) == values)
  }

  @Test func `stand for methods, too, and are written down so that they replay`() throws {
    let line = "sweep m in knn,lof detect m pump \(Self.judge)"
    let result = try #require(Self.events(line).results.last)
    #expect(result.canonical == line)
    #expect(result.remarks.count == Set(result.remarks).count)
    guard case .table(let frame) = result.value else { throw Failure.cancelled }
    #expect(frame.column("m")?.type == .text)
  }

  @Test(arguments: [
    ("sweep", "E0215"), ("sweep k in 3", "E0215"), ("sweep k 3,5 detect knn pump", "E0215"),
    ("sweep k in 3,5 detect knn pump | evaluate --against pump.fault", "E0215"),
    ("sweep detect in 3,5 detect knn pump --neighbors detect", "E0105"),
    ("sweep k in 3,,5 detect knn pump --neighbors k", "E0306"),
    ("sweep k in 3,3 detect knn pump --neighbors k", "E0306"),
    ("sweep k in 1..900 detect knn pump --neighbors k", "E0307"),
    ("sweep k in 3,x detect knn pump --neighbors k | evaluate --against pump.fault", "E0306"),
    ("sweep k in 3,5 detect knn pump --neighbors k", "E0216"),
    ("sweep k in 3,5 detect knn pump --neighbors k | export --to a.csv", "E0217"),
    ("sweep n in 50,100 detect iforest pump --trees n | evaluate --against pump.fault", "E0217"),
    ("sweep = detect mad pump", "E0105"),
  ]) func `say what is wrong with them`(line: String, code: String) {
    #expect(Self.events(line).diagnostics.map(\.code) == [code], "\(line)")
  }
}

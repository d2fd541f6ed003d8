import Language
import Numerics
import Testing
import Values
import Workbench

@Suite struct `The pump station, judged` {
  static func named(_ name: String, _ value: Value) -> NamedValue { NamedValue(name: name, value: value) }

  struct Station {
    let pump: NamedValue
    let risk: NamedValue
    let alarms: NamedValue
  }

  /// Fits on the first 40 %, which hold no fault, and sets the threshold on them.
  static func station() throws -> Station {
    let pump = try run("generate pump-station", ["seed": .integer(7)], on: [:])
    let divided = named(
      "pump", try run("split", ["fit-share": .real(0.4)], on: ["value": named("pump", pump)]))
    let risk = named("risk", try run("detect pca", on: ["value": divided]))
    let alarms = try run("threshold pot", ["initial": .real(0.95)], on: ["scores": risk])
    return Station(pump: divided, risk: risk, alarms: named("alarms", alarms))
  }

  static func fault(_ pump: NamedValue) -> NamedValue {
    guard case .series(let frame) = pump.value else { return pump }
    return named("pump.fault", .series(frame.selecting(columns: ["fault"])))
  }

  @Test func `finds most faults and says how well`() throws {
    let station = try Self.station()
    let value = try run(
      "evaluate", on: ["value": station.alarms, "against": Self.fault(station.pump)], work: Work(threads: 2))
    guard case .report(let report) = value else { throw Failure.cancelled }
    let metrics = Dictionary(uniqueKeysWithValues: report.metrics.map { ($0.name, $0.value) })
    // Slow drift raises false alarms and one fault cannot be seen by these sensors: better than chance, not good.
    #expect(try #require(metrics["auroc"]) > 0.6)
    #expect(try #require(metrics["precision"]) > 1.3 * (try #require(metrics["prevalence"])))
    #expect(metrics["event-recall"] == 0.8)
    #expect(report.remarks[0].contains("test rows"))
    #expect(report.remarks.contains { $0.hasSuffix("fit rows") })
  }

  @Test func `meets the truth by time as by row`() throws {
    let station = try Self.station()
    let truth = try run(
      "generate pump-station", ["seed": .integer(7), "part": .choice("truth")], on: [:])
    let asked: [String: Argument] = ["metrics": .list([.choice("recall"), .choice("auroc")])]
    guard
      case .report(let byRow) = try run(
        "evaluate", asked, on: ["value": station.alarms, "against": Self.fault(station.pump)]),
      case .report(let byTime) = try run(
        "evaluate", asked, on: ["value": station.alarms, "against": Self.named("truth", truth)])
    else { throw Failure.cancelled }
    // Stamps jitter by some milliseconds, so that a row at the border of a fault may fall on the other side.
    for (a, b) in zip(byRow.metrics, byTime.metrics) { #expect(abs(a.value - b.value) < 0.01, "\(a.name)") }
  }

  @Test func `explains its alarms and draws them`() throws {
    let station = try Self.station()
    guard case .report(let report) = try run("explain", on: ["value": station.alarms, "data": station.pump]),
      case .figure(let figure) = try run("plot", on: ["values": station.risk, "mark": station.alarms]),
      case .lanes(let lanes, axis: .time) = figure.body, case .alarms(let alarms) = station.alarms.value
    else { throw Failure.cancelled }
    let shares = try #require(report.table?.column("share")?.numbers)
    #expect(abs(shares.reduce(0, +) - 1) < 1e-9)
    let highest = alarms.segments.indices.max { a, b in
      alarms.scores.values[alarms.segments[a].peak] < alarms.scores.values[alarms.segments[b].peak]
    }
    #expect(report.remarks[0].hasPrefix("alarm \(try #require(highest) + 1),"))
    #expect(lanes[0].marks.count == alarms.segments.count)
    #expect(lanes[0].level == alarms.thresholds[0])
  }
}

import Chronology
import Language
import Notation
import Numerics
import TestKit
import Testing
import Values
import Workbench

/// Runs a command of the table on values, without a session.
func run(
  _ name: String, _ arguments: [String: Argument] = [:], on values: [String: NamedValue],
  work: Work = Work()
) throws -> Value {
  let command = try #require(builtins.first { $0.spec.name == name })
  let call = Invocation(
    call: CheckedCall(spec: command.spec, arguments: arguments), values: values.mapValues { [$0] })
  if let pure = command as? any PureCommand { return try pure.run(call, work: work) }
  return try #require(command as? any WorldCommand).run(call, work: work, world: .memory())
}

func code(of body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch Failure.diagnostic(let diagnostic) {
    return diagnostic.remedy.isEmpty ? "no remedy" : diagnostic.code
  } catch {
    return "\(error)"
  }
}

@Suite struct `The evaluate command` {
  static let start = Instant(nanoseconds: 0)

  static func index(_ count: Int, splits: [Split]? = nil) -> Index {
    Index(.time(.regular(start: start, step: TimeSpan(seconds: 1), count: count)), splits: splits)
  }

  /// 40 rows at 1 Hz, anomalous from 20 on for 10 rows; scores rise two rows late.
  static func scores(splits: [Split]? = nil) -> Scores {
    Scores(
      index: index(40, splits: splits),
      values: (0..<40).map { (22..<30).contains($0) ? 5 : Double($0 % 3) / 10 }, method: "test")
  }

  static func truth(_ labels: [Double]) -> NamedValue {
    let columns = [
      Column(numbers: labels, name: "anomaly", role: .label),
      Column(numbers: labels, name: "Flow"),
    ]
    return NamedValue(name: "pump", value: .table(Frame(index: index(labels.count), columns: columns)))
  }
  static let labels = (0..<40).map { (20..<30).contains($0) ? 1.0 : 0 }

  static func report(_ value: Value) throws -> Report {
    guard case .report(let report) = value else { throw Failure.cancelled }
    return report
  }

  static func alarms(splits: [Split]? = nil) throws -> NamedValue {
    let value = try run(
      "threshold quantile", ["level": .real(0.7)],
      on: ["scores": NamedValue(name: "risk", value: .scores(scores(splits: splits)))])
    return NamedValue(name: "alarms", value: value)
  }

  @Test func `prints metrics beside trivial baselines`() throws {
    let report = try Self.report(
      run(
        "evaluate", ["metrics": .list(["f1", "far", "mar", "delay"].map { .choice($0) })],
        on: ["value": try Self.alarms(), "against": Self.truth(Self.labels)]))
    let found = Dictionary(uniqueKeysWithValues: report.metrics.map { ($0.name, $0) })
    #expect(report.title == "alarms against pump.anomaly")
    #expect(found["f1"]?.value == 16.0 / 18)
    #expect(found["far"]?.value == 0)
    #expect(found["mar"]?.value == 0.2)
    #expect(found["delay"]?.value == 2)
    #expect(found["delay"]?.note.contains("1 of 1 event found") == true)
    #expect(found["f1"]?.note == "threshold learned from judged rows")
    #expect(found["prevalence"]?.note == "above 20 %: flagging every row reaches F1 0.4")
    let table = try #require(report.table)
    #expect((0..<4).map { table.index.label(of: $0) } == ["given", "flag all", "flag none", "random"])
    let f1 = try #require(table.column("f1")?.numbers)
    #expect(f1[1] == 0.4)
    #expect(f1[2] == 0)
    #expect(f1[3] > 0 && f1[3] < f1[0])
    #expect(report.remarks[0].contains("10 anomalous in 1 event"))
  }

  @Test func `shows every metric that applies, and intervals for few anomalies`() throws {
    let few = (0..<40).map { (24..<28).contains($0) ? 1.0 : 0 }
    let report = try Self.report(
      run(
        "evaluate",
        on: ["value": NamedValue(name: "risk", value: .scores(Self.scores())), "against": Self.truth(few)]))
    #expect(report.metrics.map(\.name) == ["auroc", "ap", "best-f1", "vus-roc", "vus-pr", "prevalence"])
    #expect(report.metrics[0].note.hasPrefix("95 % interval"))
    #expect(report.metrics[2].note.hasPrefix("oracle"))
    #expect(report.table?.index.label(of: 1) == "constant")
    #expect(report.table?.column("auroc")?.numbers?[1] == 0.5)
  }

  @Test func `judges test rows with a threshold that never saw them`() throws {
    let splits = (0..<40).map { $0 < 15 ? Split.fit : .test }
    let report = try Self.report(
      run(
        "evaluate", ["metrics": .list([.choice("f1")])],
        on: ["value": try Self.alarms(splits: splits), "against": Self.truth(Self.labels)]))
    #expect(report.metrics[0].note == "")
    #expect(report.remarks[0].hasPrefix("judged 25 rows (test rows)"))
    #expect(report.remarks.last?.hasSuffix("fitted on 15 fit rows") == true)
  }

  @Test func `reads a table of incidents`() throws {
    let incidents = Frame(
      index: Index(.time(.listed([2_000_000_000, 22_000_000_000]))),
      columns: [
        Column("end", .time([5_000_000_000, 30_000_000_000]), role: .label),
        Column("fault", .bool([false, true]), role: .label),
      ])
    let report = try Self.report(
      run(
        "evaluate", ["metrics": .list([.choice("f1")])],
        on: [
          "value": try Self.alarms(), "against": NamedValue(name: "truth", value: .table(incidents)),
        ]))
    #expect(report.metrics[0].value == 1)
    #expect(report.remarks[0].contains("8 anomalous in 1 event"))
  }

  @Test func `says what is wrong with the truth`() throws {
    let scores = NamedValue(name: "risk", value: .scores(Self.scores()))
    func code(_ truth: Value, _ arguments: [String: Argument] = [:]) -> String? {
      WorkbenchTests.code {
        _ = try run(
          "evaluate", arguments, on: ["value": scores, "against": NamedValue(name: "t", value: truth)])
      }
    }
    let index = Self.index(40)
    let zeros = [Double](repeating: 0, count: 40)
    let none = Column(numbers: zeros, name: "Flow")
    let label = Column(numbers: zeros, name: "a", role: .label)
    let other = Column(numbers: zeros, name: "b", role: .label)
    let words = Column("c", .text(TextColumn((0..<40).map { "w\($0)" })), role: .label)
    #expect(code(.table(Frame(index: index, columns: [none, none]))) == "D0301")
    #expect(code(.table(Frame(index: index, columns: [label, other]))) == "D0302")
    #expect(code(.table(Frame(index: index, columns: [words]))) == "D0303")
    #expect(code(.table(Frame(index: .rows(40), columns: [label]))) == "D0305")
    #expect(
      code(.table(Frame(index: index, columns: [label])), ["metrics": .list([.choice("f1")])]) == "D0307")
    let unknown = Column(numbers: zeros.map { _ in .nan }, name: "a", role: .label)
    #expect(code(.table(Frame(index: index, columns: [unknown]))) == "D0304")
  }
}

@Suite struct `The threshold commands` {
  static let scores = NamedValue(
    name: "risk",
    value: .scores(
      Scores(index: .rows(1000), values: (0..<1000).map { Double($0 * 7 % 1000) }, method: "test")))

  @Test(arguments: [
    ("threshold quantile", 989.01, "quantile, level 0.99, fitted on 1000 all rows"),
    ("threshold mad", 499.5 + 3 * 1.482602218505602 * 250, "mad, factor 3.0, fitted on 1000 all rows"),
    ("threshold pot", 999.1, "pot, risk 0.001, fitted on 1000 all rows"),
  ]) func `decide with their defaults`(_ name: String, _ threshold: Double, _ rule: String) throws {
    guard case .alarms(let alarms) = try run(name, on: ["scores": Self.scores]) else {
      Issue.record("no alarms")
      return
    }
    #expect(abs(alarms.thresholds[0] - threshold) < 1, "\(alarms.thresholds)")
    #expect(alarms.rule == rule)
  }

  @Test(arguments: ["detect mahalanobis", "detect mcd --seed 2"])
  func `take degrees from the model of squared distances`(_ detect: String) throws {
    let session = Session(world: .memory())
    let lines = [
      "risk = generate pump-station --minutes 5 --seed 7 | \(detect)", "risk | threshold chi2",
      "risk | threshold chi2 --degrees 8",
    ]
    let found = lines.map { session.type($0).results.first?.value }
    guard case .alarms(let alarms) = found[1], case .alarms(let expected) = found[2] else {
      Issue.record("no alarms")
      return
    }
    #expect(alarms == expected)
  }

  @Test func `explain what cannot be done`() {
    #expect(code { _ = try run("threshold chi2", on: ["scores": Self.scores]) } == "D0215")
    #expect(
      code { _ = try run("threshold pot", ["initial": .real(0.995)], on: ["scores": Self.scores]) } == "D0202"
    )
    #expect(
      code { _ = try run("threshold pot", ["risk": .real(0.1)], on: ["scores": Self.scores]) } == "D0205")
    #expect(
      code {
        _ = try run("threshold mad", ["merge": .span(TimeSpan(seconds: 1))], on: ["scores": Self.scores])
      } == "D0206")
  }
}

@Suite struct `Short numbers` {
  @Test(arguments: [
    (0.0, "0"), (12.0, "12"), (0.026314, "0.02631"), (-3.14159, "-3.142"), (99999.6, "100000"),
    (123456.0, "123500"), (0.00001234, "1.234e-05"), (9.99996, "10"), (2e20, "2e+20"),
    (0.5, "0.5"), (.nan, "undefined"), (-.infinity, "-inf"), (1.5e-300, "1.5e-300"),
  ]) func `keep four digits`(_ number: Double, _ text: String) {
    #expect(number.shortText() == text)
  }
}

import Chronology
import Language
import Numerics
import TestKit
import Testing
import Values
import Workbench

private let made = "pump = generate pump-station --minutes 5 --seed 7"

private func session(_ lines: String...) -> Session {
  let session = Session(world: .memory())
  for line in [made] + lines {
    let events = session.type(line)
    #expect(events.diagnostics.isEmpty, "\(line): \(events.diagnostics)")
  }
  return session
}

extension Session {
  fileprivate func value(_ line: String) throws -> Value {
    let events = type(line)
    #expect(events.diagnostics.isEmpty, "\(line): \(events.diagnostics)")
    return try #require(events.results.first?.value)
  }

  fileprivate func frame(_ line: String) throws -> Frame { try #require(try value(line).cellFrame) }

  fileprivate func failure(_ line: String) -> Diagnostic? { type(line).diagnostics.first }
}

@Suite struct `Choosing rows` {
  @Test func `keeps those for which the condition holds`() throws {
    let session = session()
    let all = try session.frame("pump")
    guard case .number(let numbers) = all.column("Temperature")?.cells,
      case .number(let faults) = all.column("fault")?.cells
    else { return }
    let limit = try #require(SortedSample(numbers).median)
    let hot = try session.frame("pump | where Temperature > \(limit) and fault == 0")
    let expected = numbers.indices.filter { numbers[$0] > limit && faults[$0] == 0 }
    #expect(!expected.isEmpty && hot == all.selecting(rows: expected))
  }

  @Test func `keeps scores, alarms and logs what they are`() throws {
    let session = session(
      "risk = pump | detect zscore", "alarms = risk | threshold quantile --level 95%",
      "log = generate pump-station --part log --minutes 5 --seed 7")
    guard case .scores(let high) = try session.value("risk | where score > 3"),
      case .alarms(let flagged) = try session.value("alarms | where alarm"),
      case .log(let log) = try session.value("log | where time() < 2026-03-01T08:02")
    else {
      Issue.record("another kind")
      return
    }
    #expect(high.values.allSatisfy { $0 > 3 })
    #expect(
      flagged.flags.isFull && flagged.segments.map(\.rows.count).reduce(0, +) == flagged.scores.values.count)
    #expect(flagged.segments.allSatisfy { $0.rows.contains($0.peak) })
    #expect(log.templateOfRow.count == log.frame.rowCount)
  }

  @Test func `keeps the numbers of scores that have no other address`() throws {
    let scores = Scores(index: .rows(4), values: [1, 5, 2, 7], method: "test")
    guard case .scores(let kept) = try Value.scores(scores).selecting(rows: [1, 3], work: Work()) else {
      return
    }
    #expect([0, 1].map { kept.index.label(of: $0) } == ["1", "3"])
  }

  @Test func `says when nothing fits`() throws {
    let session = session()
    let result = try #require(session.type("pump | where Temperature > 1e6").results.first)
    #expect(result.value.index?.count == 0)
    #expect(result.remarks == ["no row of 269 fits"])
  }

  @Test(arguments: [
    ("pump | where Temperature", "E0407"), ("pump | where Temprature > 1", "E0203"),
    ("pump | where cause > 1", "E0404"), ("pump | where", "E0301"), ("where pump Flow >", "E0401"),
  ]) func `refuses what is no condition before anything runs`(line: String, code: String) {
    #expect(session().failure(line)?.code == code)
  }
}

@Suite struct `Deriving columns` {
  @Test func `adds or replaces, keeps units where they stay, and hides what comes from labels`() throws {
    let session = session()
    let unit = try session.frame("pump").column("Temperature")?.unit
    let derived = try session.frame(
      "pump | derive warm = rolling(mean, Temperature, 10s) - 1 | derive Flow = Flow * 2 | derive truth = fault > 0"
    )
    #expect(derived.columns.map(\.name).suffix(2) == ["warm", "truth"])
    #expect(unit != nil && derived.column("warm")?.unit == unit)
    #expect(derived.column("Flow")?.unit == nil)
    #expect(derived.column("truth")?.role == .label)
    #expect(derived.column("warm")?.role == .feature)
  }

  @Test func `is foreseen by the checker`() throws {
    let session = session()
    #expect(session.failure("pump | derive x = Flow / 2 | select x | where x > nothing")?.code == "E0203")
    #expect(session.failure("pump | derive x = Flow / 2 | select Flow | where x > 1")?.code == "E0203")
    #expect(session.failure("pump | derive x = cause == \"leak\" | where x > 1")?.code == "E0404")
    #expect(session.failure("pump | derive x = Flow > 2 | select x Flow | where x") == nil)
  }

  @Test func `makes seconds of lengths of time and tables of scores`() throws {
    let session = session("risk = detect zscore pump")
    let gaps = try session.frame("pump | derive gap = diff(time())")
    #expect(gaps.column("gap")?.unit == "s" && gaps.column("gap")?.type == .number)
    let high = try session.value("risk | derive high = score > 3 | where high")
    #expect(high.kind == .table)
  }

  @Test func `needs times for windows of time`() throws {
    let session = session()
    let failure = session.failure("describe pump | derive x = rolling(mean, mean, 10s)")
    #expect(failure?.code == "R0501" && failure?.remedy.isEmpty == false)
  }
}

@Suite struct `Choosing columns` {
  @Test(arguments: [
    ("select pump Temp* Flow", ["Temperature", "Flow"]),
    ("select pump Flow Temperature Flow", ["Flow", "Temperature"]),
    ("pump | select *meter* --drop Accelerometer2 | select Accel*", ["Accelerometer1"]),
  ]) func `keeps the order that was asked for`(line: String, names: [String]) throws {
    #expect(try session().frame(line).columns.map(\.name) == names)
  }

  @Test func `drops`() throws {
    let session = session()
    let all = try session.frame("pump").columns.map(\.name)
    #expect(
      try session.frame("select pump --drop fault,Temp*").columns.map(\.name)
        == all.filter { $0 != "fault" && $0 != "Temperature" })
  }

  @Test(arguments: [
    ("select pump", "E0301"), ("select pump Tmp", "E0203"), ("select pump --drop *", "R0504"),
  ])
  func `says what is wrong`(line: String, code: String) { #expect(session().failure(line)?.code == code) }

  @Test func `takes slots of bundles and features of embeddings`() throws {
    let session = session(
      "cam = generate pump-station --part camera --minutes 5 --seed 7",
      "all = align pump cam --every 1s --fill hold(5s)",
      "feats = encode all --use stats(10s) | fuse concat")
    guard case .bundle(let bundle) = try session.value("select all cam"),
      case .embedding(let embedding) = try session.value("select feats cam.* pump.Flow.*")
    else {
      Issue.record("another kind")
      return
    }
    #expect(bundle.slots.map(\.name) == ["cam"])
    #expect(embedding.blocks.map(\.name) == ["cam", "pump"])
  }
}

@Suite struct `Sorting` {
  private let frame = Frame(
    index: .rows(6),
    columns: [
      Column(numbers: [2, .nan, -1, 2, -0.0, 0], name: "x"),
      Column(
        "k", .category(codes: [0, 1, -1, 1, 0, 1], levels: ["b", "a"]),
        nulls: Mask([false, false, true, false, false, false])),
      Column("t", .text(TextColumn(["pump", "", "pum", "pumpe station", "Ä", "pump"]))),
      Column("c", .bool([true, false, false, true, false, false])),
    ])

  @Test(arguments: [
    (["x"], false, [2, 4, 5, 0, 3, 1]), (["x"], true, [0, 3, 4, 5, 2, 1]),
    (["k"], false, [1, 3, 5, 0, 4, 2]), (["k"], true, [0, 4, 1, 3, 5, 2]),
    (["t"], false, [1, 2, 0, 5, 3, 4]), (["c", "x"], false, [2, 4, 5, 1, 0, 3]),
    (["c"], true, [0, 3, 1, 2, 4, 5]),
  ]) func `is stable and puts missing cells last`(by: [String], isDescending: Bool, rows: [Int]) throws {
    let keys = try by.map { name in
      let column = try #require(frame.column(name))
      return (cells: column.cells, nulls: column.nulls)
    }
    #expect(try RowOrder(keys, isDescending: isDescending, work: Work()).rows == rows)
  }

  @Test func `agrees with the library's sort on many rows`() throws {
    var random = SeededGenerator(seed: 1)
    let numbers = (0..<5000).map { _ in
      random.below(3) == 0 ? Double(random.below(50)) : random.normal() * 1e9
    }
    let rows = try RowOrder([(.number(numbers), nil)], isDescending: false, work: Work()).rows
    #expect(rows == numbers.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) })
  }

  @Test func `brings rows back into the order of time`() throws {
    let session = session("mixed = sort pump Temperature --descending")
    let numbers = try session.frame("mixed").column("Temperature")?.numbers ?? []
    #expect(numbers == numbers.sorted(by: >))
    #expect(session.failure("mixed | derive x = rolling(mean, Flow, 10s)")?.code == "R0502")
    let columns = try session.frame("sort mixed").columns
    #expect(try session.frame("pump").columns == columns)
  }

  @Test func `keeps the numbers of scores`() throws {
    let scores = Scores(index: .rows(3), values: [1, 5, 2], method: "test")
    guard case .scores(let sorted) = try Value.scores(scores).selecting(rows: [1, 2, 0], work: Work()) else {
      return
    }
    #expect(sorted.index.label(of: 0) == "1")
  }
}

@Suite struct `Looking` {
  @Test func `shows stretches of rows in full without making a result`() throws {
    let session = session()
    let events = session.type(
      "show pump --rows 10..12", "show pump --around 2026-03-01T08:01 --margin 2", "show pump --all",
      "show pump")
    #expect(events.results.map { $0.value.index?.count } == [3, 5, 269, 269])
    #expect(events.results.map(\.showsAllRows) == [true, true, true, false])
    #expect(events.results.allSatisfy { $0.number == 0 && $0.isShown })
    #expect(session.steps.count == 1)
    let named = try #require(session.type("part = show pump --rows 0..9").results.first)
    #expect(named.number == 2 && named.name == "part")
  }

  @Test func `keeps the numbers of rows`() throws {
    let session = session("risk = detect zscore pump", "facts = describe pump")
    guard case .table(let risk) = try session.value("show risk --rows 7..8"),
      case .table(let facts) = try session.value("show facts --rows 2..3")
    else {
      Issue.record("another kind")
      return
    }
    #expect(risk.column("row")?.numbers == [7, 8])
    #expect(facts.index.label(of: 0) == "2")
  }

  @Test(arguments: [
    ("show pump --rows 269..271", "R0507"), ("show mic --rows 0..1", "R0506"),
    ("describe pump | show --around 2026-03-01T08:00", "R0508"), ("show pump --rows 5..1", "E0311"),
  ]) func `says what cannot be shown`(line: String, code: String) {
    #expect(session("mic = generate pump-station --part mic --minutes 5").failure(line)?.code == code)
  }

  @Test func `shows alarms by segment`() throws {
    let session = session("alarms = pump | detect zscore | threshold quantile --level 90%")
    guard case .alarms(let all) = try session.value("alarms"),
      case .alarms(let part) = try session.value("show alarms --rows 1..2")
    else { return }
    #expect(part.segments == Array(all.segments[1...2]))
  }
}

@Suite struct `Describing` {
  @Test func `tells a row a column`() throws {
    let frame = Frame(
      index: .rows(5),
      columns: [
        Column(numbers: [1, 2, .nan, 4, 4], name: "x", unit: "bar"),
        Column(
          "k", .category(codes: [0, 1, 1, -1, 0], levels: ["a", "b"]),
          nulls: Mask([false, false, false, true, false]), role: .label),
        Column("c", .bool([true, true, false, false, true])),
        Column("t", .text(TextColumn(["u", "v", "v", "w", ""]))),
      ])
    let x = ColumnSummary(frame.columns[0])
    #expect(x.missing == 1 && x.distinct == 3 && x.mean == 2.75 && x.quantiles == [1, 1.75, 3, 4, 4])
    #expect(abs(x.deviation - 1.5) < 1e-12)
    let k = ColumnSummary(frame.columns[1])
    #expect(k.missing == 1 && k.distinct == 2 && k.mode == "a" && k.mean.isNaN)
    let c = ColumnSummary(frame.columns[2])
    #expect(c.mean == 0.6 && c.mode == "true" && c.distinct == 2)
    let t = ColumnSummary(frame.columns[3])
    #expect(t.mode == "v" && t.distinct == 4)
  }

  @Test func `has an answer for every kind`() throws {
    let session = session(
      "mic = generate pump-station --part mic --minutes 5 --seed 7",
      "log = generate pump-station --part log --minutes 5 --seed 7", "all = align pump mic log --every 1s",
      "feats = encode all --use stats(10s)", "risk = detect zscore pump", "alarms = risk | threshold mad",
      "model = fit zscore pump")
    for name in ["pump", "mic", "log", "all", "feats", "risk", "alarms", "model"] {
      let result = try #require(session.type("describe \(name)").results.first, "\(name)")
      guard case .table(let table) = result.value else {
        Issue.record("\(name) is not described by a table")
        continue
      }
      #expect(table.rowCount > 0 && !result.remarks.isEmpty, "\(name)")
      #expect(table.columns.map(\.shape) == result.value.shape.columns)
    }
    let facts = session.type("describe pump").results.first?.remarks ?? []
    #expect(facts.first?.hasPrefix("269 rows, 2026-03-01T") == true, "\(facts)")
  }

  @Test func `finds gaps only where rows come at steady steps`() {
    let steady = Sampling(Index(.time(.listed([0, 10, 20, 31, 40, 200, 210, 220]))))
    #expect(steady?.isSteady == true && steady?.gaps == [5] && steady?.longestGap?.nanoseconds == 160)
    let irregular = Sampling(Index(.time(.listed([0, 1, 5, 6, 20, 90, 91, 300]))))
    #expect(irregular?.isSteady == false && irregular?.gaps == [])
    let backwards = Sampling(Index(.time(.listed([0, 10, 5, 20]))))
    #expect(backwards?.isAscending == false)
  }
}

@Suite struct `Help and notes` {
  @Test func `help has a text for every command, function and topic`() throws {
    let session = session()
    let before = session.steps.count
    func text(_ line: String) throws -> String {
      guard case .answer(let answer) = try session.value(line) else { return "" }
      return answer.text
    }
    for command in builtins {
      let text = try text("help \(command.spec.name)")
      for parameter in command.spec.parameters {
        #expect(text.contains(parameter.help), "\(command.spec.name)")
      }
    }
    for function in ExpressionFunction.all {
      // Some functions share their name with a verb, which comes first.
      let isShadowed = builtins.contains { $0.spec.verb == function.name }
      #expect(try isShadowed || text("help \(function.name)").contains(function.help))
    }
    for topic in ["", "commands", "expressions", "syntax", "errors", "E0203", "detect"] {
      #expect(try text("help \(topic)").count > 50, "\(topic)")
    }
    #expect(session.steps.count == before)
    #expect(session.failure("help whre")?.remedy.contains("where") == true)
  }

  @Test func `a note stands in the script`() throws {
    let session = session("note \"bearing noise, see 12:03\"")
    #expect(session.steps.count == 2)
    guard case .answer(let answer) = try session.value("r2") else { return }
    #expect(answer.text == "bearing noise, see 12:03")
  }
}

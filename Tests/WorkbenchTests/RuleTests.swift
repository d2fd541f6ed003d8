import Language
import Numerics
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Rules as values` {
  /// A value that jumps at rows 30 to 33 and 70 to 72; the second half of the first jump is no fault.
  static let table =
    "x,y,fault\n"
    + (0..<100).map { row in
      let isHigh = (30...33).contains(row) || (70...72).contains(row)
      return
        "\(isHigh ? 50 + row % 3 : row % 7),\(row % 2),\((30...31).contains(row) || (70...72).contains(row) ? 1 : 0)\n"
    }.joined()

  static func session() -> Session {
    let session = Session(world: .memory(MemoryFiles(["t.csv": table])), seed: 1)
    session.type("t = load table t.csv --labels fault")
    return session
  }

  static func scores(_ session: Session, _ line: String) throws -> [Double] {
    let events = session.type(line)
    guard case .scores(let scores)? = events.results.last?.value else {
      Issue.record("\(line): \(events.diagnostics)")
      return []
    }
    return scores.values
  }

  @Test func `score what holds, and normal overrules abnormal`() throws {
    let session = Self.session()
    session.type("g = rules write \"abnormal when x > 40\",\"abnormal when x > 51\",\"normal when x == 50\"")
    let found = try Self.scores(session, "detect rules t --by g")
    let naive = (0..<100).map { row -> Double in
      let x = ((30...33).contains(row) || (70...72).contains(row)) ? 50 + row % 3 : row % 7
      return x == 50 ? 0 : (x > 40 ? 1 : 0) + (x > 51 ? 1 : 0)
    }
    #expect(found == naive)
  }

  @Test func `merge with a base by maximum and minimum`() throws {
    let session = Self.session()
    session.type(
      "b = detect mad t.x", "g = rules write \"abnormal when y == 1 and x < 1\",\"normal when x > 51\"")
    let base = try Self.scores(session, "b")
    let merged = try Self.scores(session, "detect rules t --by g --base b")
    for row in 0..<100 {
      let x = ((30...33).contains(row) || (70...72).contains(row)) ? 50 + row % 3 : row % 7
      let wanted =
        x > 51 ? base.min() : (row % 2 == 1 && x < 1) ? base.max() : base[row]
      #expect(merged[row] == wanted, "row \(row)")
    }
  }

  @Test func `never see labels`() {
    let session = Self.session()
    session.type("g = rules write \"abnormal when fault == 1\"")
    #expect(session.type("detect rules t --by g").diagnostics.first?.code == "R0703")
  }

  /// The gate: the score on the rows learned from never falls, and everything kept runs.
  @Test(arguments: ["event-f1", "f1"]) func `improve without ever getting worse`(_ metric: String) throws {
    let session = Self.session()
    session.type("a = detect mad t.x | threshold quantile --level 90%")
    var last = 0.0
    var from = ""
    for proposal in [
      "abnormal when x > 49", "normal when x > 100", "abnormal when nothing > 2", "normal when x > 0",
    ] {
      let events = session.type(
        "g = improve rules t --against t.fault --base a --metric \(metric) \(from) --propose \"\(proposal)\"")
      let remark = try #require(events.results.last?.remarks.last)
      let numbers = remark.split(separator: " ").compactMap { Double($0) }
      let (before, after) = (numbers[1 + (numbers.count > 4 ? 1 : 0)], numbers[numbers.count - 2])
      #expect(after >= before && before >= last, "\(remark)")
      last = after
      from = "--from g"
      #expect(session.type("detect rules t --by g --base a").diagnostics.isEmpty)
    }
  }

  @Test func `find the jump by themselves, from the fit rows alone`() throws {
    let session = Self.session()
    session.type("h = t | split --fit 60", "g = improve rules h --against h.fault")
    let learned = session.bindings.last { $0.name == "g" }?.value
    // Labels behind the fit rows change nothing.
    session.type(
      "u = t | derive fault = if(rank(x) >= 0 and x > 40 and y == 0, 0, fault)", "h = u | split --fit 60")
    session.type("g = improve rules h --against t.fault")
    #expect(learned?.fingerprint == session.bindings.last { $0.name == "g" }?.value.fingerprint)
    let scores = try Self.scores(session, "detect rules t --by g")
    #expect(scores[70] > 0 && scores[10] == 0)
  }

  @Test func `survive a file and a comparison`() throws {
    let session = Self.session()
    session.type("g = rules write \"abnormal when (x>40)\",\"normal when `x` == 50\"")
    session.type("rules show g | select rule | export --to r.csv", "k = rules load r.csv")
    let diff = session.type("d = rules diff g k").results.first?.value
    guard case .table(let frame)? = diff else {
      Issue.record("no table")
      return
    }
    #expect(frame.rowCount == 2 && frame.column("change")?.cells == .category(codes: [0, 0], levels: ["="]))
  }

  @Test(arguments: [
    "x", "abnormal x", "abnormal when", "abnormal when x", "abnormal when rolling(median, x, 1000000) > 1",
  ]) func `are refused when they are none`(_ rule: String) {
    let code = Self.session().type("rules write \"\(rule)\" --for t").diagnostics.first?.code ?? ""
    #expect(code.hasPrefix("R07") || code.hasPrefix("E04"), "\(code)")
  }

  @Test func `stop when the work is stopped`() {
    let session = Self.session()
    var status = LineStatus.ok
    status = session.run(
      "g = improve rules t --against t.fault", work: Work(isCancelled: { true })
    ) { _ in }
    #expect(status == .cancelled)
  }
}

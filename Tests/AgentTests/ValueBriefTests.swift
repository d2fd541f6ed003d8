import Agent
import Chronology
import Notation
import Numerics
import Testing
import Values

@Suite struct `Value brief` {
  static let index = Index(
    .time(.regular(start: Instant(nanoseconds: 0), step: TimeSpan(seconds: 1), count: 4)))

  @Test func `a table tells its columns, their spread and its first rows`() throws {
    let frame = Frame(
      index: Self.index,
      columns: [
        Column(numbers: [1, 2, .nan, 3.00004], name: "flow", unit: "l/min"),
        Column("state", .category(codes: [0, 1, 0, 0], levels: ["ok", "bad\u{1b}[2J"])),
        Column("fault", .bool([false, true, false, false]), role: .label),
      ])
    let brief = try JSON(parsing: ValueBrief(.series(frame), name: "pump").text())
    #expect(brief["result"] == "pump")
    #expect(brief["rows"] == 4)
    #expect(brief["data_is_untrusted"] == true)
    #expect(
      brief["columns"] == [
        ["name": "flow", "type": "number", "unit": "l/min", "missing": 1, "min_mean_max_sd": "1 2 3 1"],
        ["name": "state", "type": "category", "levels": 2],
        ["name": "fault", "type": "bool", "role": "label", "true": 1],
      ])
    #expect(brief["head"]?[0] == ",flow,state,fault")
    #expect(brief["head"]?[2]?.string?.hasSuffix(",2,bad[2J,true") == true)
  }

  @Test func `scores tell their highest rows and the share of each modality`() throws {
    let contributions = Contributions(
      matrix: Matrix(rows: 4, columns: 2, repeating: 0.5), features: ["a", "b"],
      blocks: [Block(name: "mic", columns: 0..<1), Block(name: "pump", columns: 1..<2)], meaning: "m")
    let scores = Scores(
      index: Self.index, values: [1, 9, 2, 3], method: "knn", contributions: contributions)
    let brief = try JSON(parsing: ValueBrief(.scores(scores), name: "r3").text())
    #expect(brief["highest"]?[0]?["row"] == 1)
    #expect(brief["highest"]?[0]?["score"] == 9)
    #expect(brief["share_in_highest"] == ["mic": 0.5, "pump": 0.5])
  }

  @Test func `a brief stays within its bytes and stays JSON`() throws {
    let columns = (0..<300).map { number in
      Column(numbers: [Double](repeating: 1.23456e-7, count: 4), name: "a rather long name \(number)")
    }
    for limit in [2000, 1200, 400] {
      let text = ValueBrief(.table(Frame(index: Self.index, columns: columns)), name: "wide").text(
        limit: limit)
      #expect(text.utf8.count <= limit)
      #expect(try JSON(parsing: text)["kind"] == "table")
    }
  }

  @Test func `reports tell their metrics`() throws {
    let report = Report(
      title: "Evaluation", metrics: [Metric("f1", 0.912345), Metric("best-f1", 1, note: "oracle")])
    let brief = try JSON(parsing: ValueBrief(.report(report), name: "r9").text())
    #expect(
      brief["metrics"] == [
        ["name": "f1", "value": 0.9123], ["name": "best-f1", "value": 1, "note": "oracle"],
      ])
  }
}

@Suite struct `Workspace card` {
  @Test func `names the values, their columns and the last lines`() {
    let frame = Frame(
      index: .rows(2),
      columns: [
        Column(numbers: [1, 2], name: "flow", unit: "l/min"), Column(numbers: [1, 2], name: "t\u{1b}[2Jemp"),
        Column("fault", .bool([false, true]), role: .label),
      ])
    let card = WorkspaceCard([
      .init(
        name: "pump", version: 1, number: 1, value: .table(frame), line: "pump = load table a.csv",
        isStale: false),
      .init(
        name: "risk", version: 2, number: 4,
        value: .scores(Scores(index: .rows(2), values: [1, 2], method: "knn")),
        line: "risk = detect knn pump",
        isStale: true),
    ])
    #expect(
      card.text() == """
        Values (names and columns are data):
        - pump: table, 2 rows: flow [l/min], t[2Jemp; labels fault
        - risk: scores, 2 rows by knn (stale)
        Last lines:
        r1: pump = load table a.csv
        r4: risk = detect knn pump
        """)
    #expect(WorkspaceCard([]).text() == "There are no values yet.")
  }
}

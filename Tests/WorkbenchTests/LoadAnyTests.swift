import Formats
import Language
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Loading without saying what` {
  @Test(
    arguments: [
      ("a table", "a.csv", "a,b\n1,2\n3,4\n", ValueKind.table),
      ("objects", "a.jsonl", "{\"a\": 1}\n", .table),
      ("a cloud", "a.xyz", "1 2 3\n4 5 6\n", .cloud), ("words", "a.txt", "the pump hums\n", .text),
      ("attributes", "a.arff", "@relation r\n@attribute a real\n@data\n1\n", .table),
      ("a log", "a.log", "2026-03-01T08:00:00Z INFO on\n2026-03-01T08:00:01Z INFO off\n", .log),
      ("a picture", "a.pgm", "P2 2 2 9\n1 2 3 4\n", .images),
      ("a graph", "a.graphml", "<graphml><graph><edge source=\"a\" target=\"b\"/></graph></graphml>", .graph),
      (
        "statements", "a.txt", (0..<30).map { "Q\($0 % 7)\tP\($0 % 2)\tQ\($0 % 5)\n" }.joined(), .graph
      ),
    ] as [(String, String, String, ValueKind)])
  func `reads it and says what it was taken for`(
    _ name: String, _ path: String, _ text: String, _ kind: ValueKind
  )
    throws
  {
    let session = Session(world: .memory(MemoryFiles([path: text])))
    let events = session.type("x = load \(path)")
    let result = try #require(events.results.first, "\(name): \(events.diagnostics)")
    #expect(result.value.kind == kind, "\(name)")
    #expect(result.remarks.contains { $0.hasPrefix("read by `load ") }, "\(name)")
  }

  @Test func `takes the patterns of video programs for globs`() throws {
    var files = ["f/mask.pgm": "P2 1 1 9\n1\n"]
    for number in 0..<3 { files["f/img_000\(number).pgm"] = "P2 2 2 9\n1 2 3 \(number)\n" }
    let session = Session(world: .memory(MemoryFiles(files)))
    let events = session.type("x = load f/img_%04d.pgm")
    guard case .images(let images) = try #require(events.results.first, "\(events.diagnostics)").value else {
      Issue.record("no pictures")
      return
    }
    #expect(images.count == 3)
  }

  @Test func `knows the columns before anything runs`() {
    let session = Session(world: .memory(MemoryFiles(["a.csv": "a,b\n1,2\n"])))
    let diagnostic = session.type("load a.csv | select nope").diagnostics.first
    #expect(diagnostic != nil && session.bindings.isEmpty)
  }

  @Test func `names the command that has an option`() throws {
    let session = Session(world: .memory(MemoryFiles(["a.csv": "a,b\n1,2\n"])))
    let diagnostic = try #require(session.type("load a.csv --labels b").diagnostics.first)
    #expect(diagnostic.code == "E0302" && diagnostic.remedy.contains("`load table a.csv --labels b`"))
  }

  @Test(arguments: [
    ("a 0/1 column", "a,fault\n1,0\n2,1\n", true), ("a class", "a,Class\n1,ok\n2,bad\n", true),
    ("a measurement", "a,target\n" + (0..<40).map { "1,\($0).5\n" }.joined(), false),
  ]) func `points at what looks like the truth`(_ name: String, _ text: String, _ isTold: Bool) throws {
    let session = Session(world: .memory(MemoryFiles(["a.csv": text])))
    let result = try #require(session.type("x = load a.csv").results.first)
    #expect(result.remarks.contains { $0.contains("looks like the truth") } == isTold, "\(name)")
  }

  @Test(arguments: [
    (
      "cases", "a.csv", "case_id,activity,at\n1,a,2024-01-01T00:00:00Z\n1,b,2024-01-01T00:01:00Z\n",
      "`load events`"
    ),
    ("edges", "a.csv", "src,dst,bytes\na,b,1\nb,c,2\n", "`load graph`"),
    ("messages", "a.jsonl", "{\"ts\":\"2024-01-01T00:00:00Z\",\"msg\":\"on\"}\n", "`load log`"),
  ]) func `points at what a table may be besides`(
    _ name: String, _ path: String, _ text: String, _ command: String
  ) throws {
    let session = Session(world: .memory(MemoryFiles([path: text])))
    let result = try #require(session.type("x = load \(path)").results.first)
    #expect(
      result.remarks.contains { $0.contains(command) && $0.contains("look") }, "\(name): \(result.remarks)")
  }

  @Test func `documents may be called by a column`() throws {
    let text = "file,caption,odd\na.png,a three,0\nb.png,a four,1\n"
    let session = Session(world: .memory(MemoryFiles(["c.csv": text])))
    let result = try #require(
      session.type("t = load text c.csv --column caption --id file --labels odd").results.first)
    #expect(result.value.index?.address == .sample(TextColumn(["a.png", "b.png"])))
    #expect(session.type("load text c.csv --column caption --id nope").diagnostics.first?.code == "E0524")
    #expect(session.type("load text c.csv --column caption --id caption").diagnostics.first?.code == "E0524")
  }

  @Test(arguments: [
    ("t = load text c.csv --column caption", "detect knn t", "`encode t` makes an embedding of it"),
    ("t = load table n.csv", "threshold pot t", "`detect t` with a method makes scores of it"),
  ]) func `names the command that makes what is wanted`(_ load: String, _ line: String, _ remedy: String)
    throws
  {
    let files = ["c.csv": "caption\na three\na long four\n", "n.csv": "a\n1\n2\n"]
    let session = Session(world: .memory(MemoryFiles(files)))
    #expect(session.type(load).diagnostics.isEmpty)
    let diagnostic = try #require(session.type(line).diagnostics.first)
    #expect(diagnostic.code == "E0206" && diagnostic.remedy == remedy, "\(diagnostic)")
  }

  @Test func `a detector that saw the truth is told of`() throws {
    let text = "a,b,fault\n" + (0..<40).map { "\($0 % 7),\($0 % 5),\($0 == 20 ? 1 : 0)\n" }.joined()
    let session = Session(world: .memory(MemoryFiles(["a.csv": text])))
    session.type("x = load a.csv")
    session.type("y = load table a.csv --labels fault")
    for (line, isTold) in [
      ("x | detect knn | evaluate --against x.fault", true), ("y | detect knn | evaluate --against y", false),
    ] {
      let result = try #require(session.type(line).results.last)
      guard case .report(let report) = result.value else {
        Issue.record("no report")
        continue
      }
      #expect(report.remarks.contains { $0.contains("saw the truth") } == isTold, "\(line)")
    }
  }

  @Test func `objects are events if they are asked for as a log`() throws {
    let lines = (0..<6).map {
      "{\"ts\": \"2024-03-01T08:00:0\($0)Z\", \"level\": \"INFO\", \"msg\": \"job \($0 + 10) done\", \"n\": \($0)}\n"
    }
    let session = Session(
      world: .memory(MemoryFiles(["a.jsonl": lines.joined(), "b.jsonl": "{\"a\": 1}\n{\"a\": 2}\n"])))
    let result = try #require(session.type("x = load log a.jsonl --labels n").results.first)
    guard case .log(let log) = result.value else {
      Issue.record("no log")
      return
    }
    #expect(log.templates == ["job <*> done"] && log.frame.rowCount == 6 && log.frame.index.time != nil)
    #expect(log.frame.columns.map(\.name) == ["message", "level", "n"])
    #expect(log.frame.column("n")?.role == .label)
    #expect(session.type("load log b.jsonl").diagnostics.first?.code == "E0524")
    #expect(session.type("load log a.jsonl --time nope").diagnostics.first?.code == "E0524")
    #expect(session.type("load log a.jsonl --time msg").diagnostics.first?.code == "E0525")
  }

  @Test(arguments: [
    ("unknown bytes", "load a.bin", "E0545"), ("two kinds", "load a.csv b.xyz", "E0546"),
    ("a wrong method", "load tabel a.csv", "E0209"), ("a damaged database", "load a.db", "E0520"),
    ("several logs", "load a.log b.log", "E0502"),
  ]) func `says what is wrong`(_ name: String, _ line: String, _ code: String) throws {
    let log = "2026-03-01T08:00:00Z INFO on\n2026-03-01T08:00:01Z INFO off\n"
    let session = Session(
      world: .memory(
        MemoryFiles([
          "a.bin": "\u{0}\u{1}\u{2}\u{3}", "a.csv": "a,b\n1,2\n", "b.xyz": "1 2 3\n",
          "a.db": "SQLite format 3\u{0}",
          "a.log": log, "b.log": log,
        ])))
    let diagnostic = try #require(session.type(line).diagnostics.first, "\(name)")
    #expect(
      diagnostic.code == code && !diagnostic.remedy.isEmpty,
      "\(name): \(diagnostic.code) \(diagnostic.summary)")
  }
}

@Suite struct `Values written and read back` {
  @Test(arguments: ["csv", "jsonl", "npz", "npy", "arff", "sqlite"]) func `are equal`(_ ending: String) throws
  {
    let session = Session(world: .memory())
    let load =
      ["csv": "table", "jsonl": "json", "npz": "array", "npy": "array", "arff": "arff", "sqlite": "sqlite"][
        ending] ?? ""
    let events = session.type(
      "a = generate pump-station --minutes 5 --seed 3", "b = describe a | select mean,sd,min,max",
      "export b --to b.\(ending)", "c = load \(load) b.\(ending)")
    #expect(events.diagnostics.isEmpty, "\(events.diagnostics)")
    guard case .table(let before) = events.results[1].value, case .table(let after) = events.results[3].value
    else {
      Issue.record("no tables")
      return
    }
    #expect(before.rowCount == after.rowCount)
    for (column, other) in zip(before.columns, after.columns) {
      #expect(
        column.numbers?.map(\.bitPattern) == other.numbers?.map(\.bitPattern)
          || column.numbers?.contains { $0.isNaN } == true, "\(column.name)")
      #expect(column.nullCount == other.nullCount, "\(column.name)")
    }
  }

  @Test func `keep their texts, truths and times in NPZ and JSON Lines`() throws {
    let session = Session(
      world: .memory(
        MemoryFiles(["a.csv": "t,n,b,w\n2026-03-01T08:00:00Z,1,true,Grüße\n2026-03-01T08:00:01Z,2,false,x\n"])
      ))
    let events = session.type(
      "a = load table a.csv --text w", "export a --to a.npz", "export a --to a.jsonl", "x = load array a.npz",
      "y = load json a.jsonl")
    #expect(events.diagnostics.isEmpty, "\(events.diagnostics)")
    for result in events.results.suffix(2) {
      guard case .table(let frame) = result.value else { continue }
      #expect(frame.column("n")?.numbers == [1, 2] && frame.column("b")?.numbers == [1, 0])
    }
    guard case .table(let arrays) = events.results[3].value, case .text(let words) = arrays.column("w")?.cells
    else {
      Issue.record("no texts")
      return
    }
    #expect(
      words[0] == "Grüße"
        && arrays.column("t")?.cells == .time([1_772_352_000_000_000_000, 1_772_352_001_000_000_000]))
  }

  @Test func `are clouds and records, too`() throws {
    let session = Session(world: .memory(MemoryFiles(["a.xyz": "1 2 3.25\n4 5 6\n"])))
    let events = session.type(
      "a = load cloud a.xyz", "export a --to a.ply", "b = load cloud a.ply",
      "s = generate pump-station --minutes 5 --seed 3 | resample --every 1s | select Temperature",
      "export s --to s.hea", "t = load record s.hea")
    #expect(events.diagnostics.isEmpty, "\(events.diagnostics)")
    guard case .cloud(let a) = events.results[0].value, case .cloud(let b) = events.results[2].value,
      case .series(let s) = events.results[3].value, case .series(let t) = events.results[5].value
    else {
      Issue.record("other kinds")
      return
    }
    #expect(a.points.columns == b.points.columns)
    #expect(s.index.time?[0] == t.index.time?[0] && s.rowCount == t.rowCount)
    let pairs = zip(s.columns[0].numbers ?? [], t.columns[0].numbers ?? [])
    #expect(pairs.allSatisfy { ($0.isNaN && $1.isNaN) || abs($0 - $1) < 1e-6 })
  }
}

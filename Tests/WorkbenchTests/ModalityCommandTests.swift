import Formats
import Language
import Scenarios
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Pictures in a session` {
  /// The tiles of the scenario as files in the layout of MVTec AD.
  static func files(damaging name: String? = nil) throws -> MemoryFiles {
    let tiles = Tiles(seed: 3, count: 60).images()
    var files: [String: [UInt8]] = [:]
    for row in 0..<tiles.count {
      let name = tiles.index.label(of: row)
      files["tiles/" + name] = PictureWriter.png(try tiles.picture(row))
      if let mask = try tiles.mask(row) {
        let parts = name.split(separator: "/")
        files["tiles/ground_truth/\(parts[1])/\(parts[2].dropLast(4))_mask.png"] = PictureWriter.png(mask)
      }
    }
    if let name { files["tiles/" + name] = Array("no picture".utf8) }
    return MemoryFiles(files)
  }

  @Test func `load with truth, masks and division, and show which are damaged`() throws {
    let session = Session(world: .memory(try Self.files()))
    let events = session.type(
      "tiles = load images tiles/", "describe tiles", "features = encode tiles --use hog(4),colour,lbp",
      "risk = features | scale standard | detect knn", "evaluate risk --against tiles.anomaly --metrics auroc"
    )
    #expect(events.diagnostics.isEmpty, "\(events.diagnostics)")
    let results = events.results
    guard case .images(let images) = results[0].value, case .report(let report) = results[4].value else {
      Issue.record("not images and a report")
      return
    }
    #expect(images.count == 60 && images.hasMask.setCount == 15)
    #expect(images.index.rows(in: .fit).count == 30)
    #expect(images.frame.column("anomaly")?.role == .label)
    let area = report.metrics.first?.value ?? 0
    #expect(area > 0.9, "\(area)")
    let damaged = try #require((0..<images.count).first { images.hasMask[$0] })
    #expect(try images.mask(damaged)?.width == Tiles.side)
  }

  @Test func `are left out when damaged, and said so`() throws {
    let session = Session(world: .memory(try Self.files(damaging: "train/good/004.png")))
    let result = try #require(session.type("load images tiles/").results.first)
    guard case .images(let images) = result.value else { return }
    #expect(images.count == 59)
    #expect(result.remarks.contains { $0.hasPrefix("1 picture left out") && $0.contains("004.png") })
  }

  @Test(arguments: [
    ("no picture", "load images notes.txt", "E0522"), ("an empty folder", "load images none/", "E0501"),
    ("words for pictures", "load image notes.txt", "E0522"),
  ]) func `say what is wrong`(_ name: String, _ line: String, _ code: String) throws {
    let session = Session(world: .memory(MemoryFiles(["notes.txt": "hello"])))
    let diagnostic = try #require(session.type(line).diagnostics.first, "\(name)")
    #expect(diagnostic.code == code, "\(name): \(diagnostic.summary)")
    #expect(!diagnostic.remedy.isEmpty)
  }

  @Test func `refuse encoders of other kinds before anything runs`() throws {
    let session = Session(world: .memory())
    session.type("tiles = generate tiles --count 4 --seed 1")
    let diagnostic = try #require(session.type("encode tiles --use tfidf").diagnostics.first)
    #expect(diagnostic.code == "R0208" && diagnostic.remedy.contains("`hog`"))
  }
}

@Suite struct `Documents in a session` {
  @Test func `load, encode and show which one is odd`() throws {
    let usual = (0..<30).map { "{\"text\": \"the pump runs at \($0) percent and is quiet\", \"odd\": false}" }
    let lines = usual + ["{\"text\": \"buy cheap watches now\", \"odd\": true}"]
    let session = Session(world: .memory(MemoryFiles(["notes.jsonl": lines.joined(separator: "\n")])))
    let events = session.type(
      "notes = load text notes.jsonl --labels odd", "risk = encode notes --use tfidf(50) | detect knn",
      "evaluate risk --against notes.odd --metrics auroc")
    #expect(events.diagnostics.isEmpty, "\(events.diagnostics)")
    guard case .report(let report) = events.results.last?.value else { return }
    #expect(report.metrics.first?.value == 1)
  }

  @Test func `take train and test from the names of files`() throws {
    let session = Session(
      world: .memory(MemoryFiles(["a_train.txt": "one\ntwo\n", "a_test.txt": "three\n"])))
    let result = try #require(session.type("load text a_train.txt a_test.txt --lines").results.first)
    guard case .text(let documents) = result.value else { return }
    #expect(documents.frame.index.splits == [.fit, .fit, .test])
    #expect(documents.frame.index.segments.map(\.name) == ["a_train.txt", "a_test.txt"])
  }
}

@Suite struct `Event logs and graphs in a session` {
  @Test func `show the case that goes another way`() throws {
    var lines = ["case_id,activity,timestamp"]
    for number in 0..<20 {
      let steps = number == 13 ? ["pay", "order", "order", "ship"] : ["order", "pay", "ship"]
      for (hour, step) in steps.enumerated() { lines.append("k\(number),\(step),2026-03-01T0\(hour):00:00") }
    }
    let session = Session(world: .memory(MemoryFiles(["log.csv": lines.joined(separator: "\n")])))
    let events = session.type(
      "steps = load events log.csv", "describe steps", "risk = encode steps --use traces | detect knn")
    #expect(events.diagnostics.isEmpty, "\(events.diagnostics)")
    guard case .scores(let scores) = events.results.last?.value else { return }
    #expect(scores.index.count == 20)
    let oddest = scores.values.indices.max { scores.values[$0] < scores.values[$1] } ?? 0
    #expect(scores.index.label(of: oddest) == "k13")
  }

  @Test func `show the hub`() throws {
    var lines = ["from,to"]
    for node in 1...30 { lines.append("hub,n\(node)") }
    for node in 1...29 { lines.append("n\(node),n\(node + 1)") }
    let session = Session(world: .memory(MemoryFiles(["g.csv": lines.joined(separator: "\n")])))
    let events = session.type(
      "g = load graph g.csv", "g.edges", "risk = encode g --use structure | detect zscore")
    #expect(events.diagnostics.isEmpty, "\(events.diagnostics)")
    guard case .scores(let scores) = events.results.last?.value else { return }
    let oddest = scores.values.indices.max { scores.values[$0] < scores.values[$1] } ?? 0
    #expect(scores.index.label(of: oddest) == "hub")
  }

  @Test(arguments: [
    ("no case", "load events none.csv", "E0543"), ("one column", "load graph one.csv", "E0544"),
    ("no such column", "load graph none.csv --source q", "E0524"), ("no XES", "load events bad.xes", "E0522"),
  ]) func `say what is wrong`(_ name: String, _ line: String, _ code: String) throws {
    let session = Session(
      world: .memory(
        MemoryFiles(["none.csv": "p,r\n1,2\n", "one.csv": "p\n1\n2\n", "bad.xes": "<html></html>"])))
    let diagnostic = try #require(session.type(line).diagnostics.first, "\(name)")
    #expect(diagnostic.code == code && !diagnostic.remedy.isEmpty, "\(name): \(diagnostic.summary)")
  }
}

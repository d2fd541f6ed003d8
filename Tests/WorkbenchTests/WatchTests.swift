import Foundation
import Language
import Numerics
import Synchronization
import TestKit
import Testing
import Values
import Workbench

private func rows(_ count: Int, odd: Set<Int> = [], named names: String = "time,x,truth") -> String {
  var random = SeededGenerator(seed: 3)
  return names + "\n"
    + (1...count).map { row in
      let value = random.normal() + (odd.contains(row) ? 30 : 0)
      return "t\(row),\(value),\(odd.contains(row) ? 1 : 0)\n"
    }.joined()
}

private final class Told: Sendable {
  let texts = Mutex<[String]>([])
  var all: [String] { texts.withLock { $0 } }
}

/// What a session says while lines run, with its events.
private func watch(
  _ line: String, files: [String: String], work: Work = Work()
) -> (events: [SessionEvent], told: [String]) {
  let told = Told()
  var world = World.memory(MemoryFiles(files))
  world.tell = { text in told.texts.withLock { $0.append(text) } }
  let events = Session(world: world).type(line, work: work)
  return (events, told.all)
}

private func table(_ events: [SessionEvent]) throws -> Frame {
  guard case .table(let frame)? = events.results.first?.value else {
    Issue.record("no table: \(events)")
    throw CancellationError()
  }
  return frame
}

@Suite struct `Watching` {
  @Test(arguments: ["streamknn", "streamlof --neighbors 10", "rrcf --trees 20", "spot"])
  func `tells alarms as they happen and keeps them`(_ method: String) throws {
    let words = method.split(separator: " ", maxSplits: 1)
    let line =
      "a = watch \(words[0]) s.csv --time time --labels truth " + (words.count > 1 ? String(words[1]) : "")
    let (events, told) = watch(line, files: ["s.csv": rows(900, odd: [700])])
    let frame = try table(events)
    #expect(told.first?.hasPrefix("learning from the first") == true)
    #expect(told.contains { $0.hasPrefix("watching from row") })
    #expect(told.contains { $0.hasPrefix("alarm at t700 (row 700)") })
    #expect(frame.column("row")?.numbers?.contains(700) == true)
    #expect(frame.rowCount < 8)
    #expect(!told[0].contains("truth"))
  }

  @Test func `raises no alarm where a row is oddly usual`() throws {
    // Half-space trees give a row in a crowd a low score, and the crowd gathers.
    var random = SeededGenerator(seed: 3)
    let cells = (1...3000).map { row in "\(random.normal() * (row < 1500 ? 1 : 0.01))\n" }.joined()
    let (events, _) = watch("a = watch hst s.csv --alarm 1%", files: ["s.csv": "x\n" + cells])
    let scores = try table(events).column("score")?.numbers ?? []
    #expect(scores.allSatisfy { $0 > 0.5 }, "\(scores)")
  }

  @Test func `says when it was still learning`() throws {
    let (events, told) = watch("watch streamknn s.csv --columns x", files: ["s.csv": rows(60)])
    #expect(try table(events).rowCount == 0)
    #expect(told.count == 1)
    #expect(events.results[0].remarks.contains { $0.hasPrefix("still learning") })
  }

  @Test func `stops at the wish to stop and keeps what was found`() throws {
    let passed = Mutex(0)
    let work = Work(isCancelled: {
      passed.withLock {
        $0 += 1
        return $0 > 800
      }
    })
    let (events, told) = watch(
      "a = watch streamknn s.csv --columns x", files: ["s.csv": rows(2000, odd: [600, 1900])], work: work)
    let frame = try table(events)
    #expect(frame.column("row")?.numbers?.contains(600) == true)
    #expect(frame.column("row")?.numbers?.contains(1900) == false)
    #expect(told.contains { $0.hasPrefix("alarm at row 600") })
  }

  @Test func `stops after so many rows`() throws {
    let (events, _) = watch("watch spot s.csv --columns x --most 250", files: ["s.csv": rows(400)])
    #expect(events.results[0].remarks.contains { $0.hasPrefix("250 rows watched") })
  }

  @Test(arguments: [
    ("watch streamknn s.csv --columns y", "E0524"), ("watch streamknn s.csv --time y", "E0524"),
    ("watch streamknn empty.csv", "E0520"), ("watch streamknn words.csv", "E0524"),
    ("watch streamknn s.csv --neighbors 900 --memory 20 --columns x", "D0106"),
  ]) func `explains what is wrong`(_ line: String, _ code: String) {
    let files = ["s.csv": rows(20), "empty.csv": "x,y\n", "words.csv": "a,b\nred,blue\n"]
    let (events, _) = watch(line, files: files)
    #expect(events.diagnostics.map(\.code) == [code])
    #expect(events.diagnostics.allSatisfy { !($0.remedy.isEmpty) })
  }

  @Test func `reads lines however they are cut, quoted or delimited`() {
    let text = "\u{FEFF}a;\"b;c\";d\r\n1,5;2;\"x\"\r\n\r\n;3;\u{1b}[31my\n4;5"
    for size in [1, 3, 100] {
      var feed = RowFeed()
      var cells: [[String]] = []
      let bytes = Array(text.utf8)
      for start in stride(from: 0, to: bytes.count, by: size) {
        cells += feed.take(Array(bytes[start..<min(bytes.count, start + size)]))
      }
      #expect(feed.names == ["a", "b;c", "d"])
      #expect(cells == [["1,5", "2", "x"], ["", "3", "[31my"]])
      feed.choose([0, 1], time: 2)
      #expect(feed.row(cells[0]) == RowFeed.Row(number: 1, time: "x", values: [1.5, 2]))
      #expect(feed.row(cells[1]).values[0].isNaN)
    }
  }

  @Test func `reads a file from its start again when it became shorter`() throws {
    let files = MemoryFiles(["g": "abc"])
    let tail = try files.tail("g")
    #expect(try tail.next() == .bytes(Array("abc".utf8)))
    #expect(try tail.next() == .nothingYet)
    try files.append(Array("de".utf8), to: "g")
    #expect(try tail.next() == .bytes(Array("de".utf8)))
    try files.write(Array("x".utf8), to: "g")
    #expect(try tail.next() == .bytes(Array("x".utf8)))
  }
}

import Formats
import Language
import TestKit
import Testing
import Values
import Workbench

@Suite struct `What describe says of each kind` {
  private func facts(_ files: [String: String], _ line: String) throws -> String {
    let session = Session(world: .memory(MemoryFiles(files)))
    let events = session.type("x = \(line)", "describe x")
    let result = try #require(events.results.last, "\(events.diagnostics)")
    return result.remarks.joined(separator: "\n")
  }

  @Test func `of graphs: degrees, components, loops, repeated edges`() throws {
    let text = try facts(["g.csv": "s,t\na,b\na,c\na,a\nb,a\nd,e\n"], "load graph g.csv")
    #expect(text.contains("5 nodes, 5 edges") && text.contains("2 components, the largest of 3 nodes"))
    #expect(text.contains("degrees to 5 (a)") && text.contains("1 edge from a node to itself"))
    #expect(text.contains("1 edge joins two nodes that another edge joins"))
  }

  @Test func `of event logs: cases and ways through`() throws {
    let text = try facts(
      ["e.csv": "case,activity\n1,a\n1,b\n2,a\n2,b\n3,b\n"], "load events e.csv")
    #expect(text.contains("5 events of 2 activities in 3 cases") && text.contains("cases of 1 to 2 events"))
    #expect(text.contains("2 different ways through; the usual one in 2 cases, 1 taken once only"))
  }

  @Test func `of documents and clouds: lengths, copies, extent`() throws {
    let text = try facts(["d.txt": "one\ntwo!\none\n"], "load text d.txt --lines")
    #expect(
      text.contains("3 documents of 3 to 4 bytes, the median 3")
        && text.contains("1 is a copy of another"))
    #expect(
      try facts(["c.xyz": "0 0 0\n1 2 3\n"], "load cloud c.xyz").contains(
        "extent: x 0 to 1, y 0 to 2, z 0 to 3"))
  }

  @Test func `of pictures: copies, exposure, what is blurred`() throws {
    func pgm(_ value: (Int) -> Int) -> String {
      "P2 16 16 255\n" + (0..<256).map { String(value($0)) }.joined(separator: " ") + "\n"
    }
    var files = ["p/dark.pgm": pgm { _ in 0 }, "p/bright.pgm": pgm { _ in 255 }]
    for number in 0..<6 { files["p/\(number).pgm"] = pgm { ($0 * 97 + number * 31) % 200 + 20 } }
    files["p/copy.pgm"] = files["p/0.pgm"]
    files["p/soft.pgm"] = pgm { 100 + $0 % 16 }
    let text = try facts(files, "load images p/")
    #expect(
      text.contains("1 is a copy of another, byte by byte") && text.contains("mean brightness from 0 to 1"))
    #expect(
      text.contains("1 with more than a fifth black")
        && text.contains("1 with more than a fifth at full brightness"))
    #expect(text.contains("much less sharp than the others"))
  }
}

import Formats
import Numerics
import Testing
import Values

@Suite struct `Event logs` {
  static let xes = """
    <?xml version="1.0"?>
    <!-- two cases -->
    <log xes.version="1.0"><string key="concept:name" value="all"/>
     <trace><string key="concept:name" value="c&amp;1"/><int key="amount" value="7"/>
      <event><string key="concept:name" value="pay"/><date key="time:timestamp" value="2026-03-01T09:00:00.000+01:00"/></event>
      <event><string key="concept:name" value="order"/><date key="time:timestamp" value="2026-03-01T08:00:00.000+01:00"/>
       <string key="who" value="Ann"/></event>
     </trace>
     <trace><string key="concept:name" value="c2"/>
      <event><string key="concept:name" value="order"/><date key="time:timestamp" value="2026-03-02T08:00:00Z"/></event>
      <event><string key="who" value="Bob"/></event>
     </trace>
    </log>
    """

  @Test func `are read from XES in the order of each case`() throws {
    let records = try EventRecords.xes(MemorySource(Array(Self.xes.utf8)), work: Work())
    #expect(records.nameless == 1)
    let log = records.log()
    #expect(log.frame.index.segments.map(\.name) == ["c&1", "c2"])
    #expect(log.frame.index.segments.map(\.rows) == [0..<2, 2..<3])
    let (codes, levels) = log.activities
    #expect(codes.map { levels[Int($0)] } == ["order", "pay", "order"])
    #expect(log.frame.column("case:amount")?.numbers?.prefix(2) == [7, 7])
    #expect(log.frame.column("who")?.isNull(1) == true)
  }

  @Test(arguments: [
    ("cut short", String(xes.prefix(300))),
    ("a type of document", "<!DOCTYPE log [<!ENTITY a \"b\">]><log/>"),
    ("another root", "<html></html>"), ("crossed tags", "<log><trace></log></trace>"), ("nothing", ""),
    ("deep nesting", String(repeating: "<a>", count: 100_000)),
  ]) func `that are none are refused`(_ name: String, _ text: String) {
    #expect(throws: FormatError.self, "\(name)") {
      try EventRecords.xes(MemorySource(Array(text.utf8)), work: Work())
    }
  }

  @Test func `and graphs with changed bytes never end the program`() {
    var random = SeededGenerator(seed: 5)
    for bytes in [Array(Self.xes.utf8), Array(`Graphs in files`.markup.utf8)] {
      for _ in 0..<2000 {
        var changed = bytes
        for _ in 0...random.below(4) { changed[random.below(changed.count)] = UInt8(random.below(256)) }
        _ = try? EventRecords.xes(MemorySource(changed), work: Work()).log()
        _ = try? GraphRecords.markup(MemorySource(changed), work: Work()).graph
      }
    }
  }
}

@Suite struct `Graphs in files` {
  static let markup = """
    <graphml><key id="d0" for="node" attr.name="size" attr.type="double"/>
    <key id="d1" for="edge" attr.name="w"><default>1</default></key><key id="d2" for="node" attr.name="kind"><default>x</default></key>
    <graph edgedefault="directed"><node id="a"><data key="d0">1.5</data></node><node id="b"/>
    <edge source="a" target="b"><data key="d1">3</data></edge><edge source="b" target="c"/></graph></graphml>
    """

  @Test func `are read from GraphML with what is known of nodes and edges`() throws {
    let graph = try GraphRecords.markup(MemorySource(Array(Self.markup.utf8)), work: Work()).graph
    #expect(graph.isDirected)
    #expect((0..<3).map { graph.nodes.index.label(of: $0) } == ["a", "b", "c"])
    #expect(graph.sources == [0, 1] && graph.targets == [1, 2])
    #expect(graph.nodes.column("size")?.numbers?.first == 1.5)
    // What a node or an edge does not say, the keys say for it.
    #expect(graph.edges.column("w")?.numbers == [3, 1])
    guard case .category(let codes, ["x"])? = graph.nodes.column("kind")?.cells else {
      Issue.record("no kind")
      return
    }
    #expect(codes == [0, 0, 0])
  }
}

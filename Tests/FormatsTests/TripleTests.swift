import Formats
import Numerics
import Testing
import Values

@Suite struct `Statements of knowledge graphs` {
  static func read(_ text: String) throws -> [String] {
    let file = try TripleFile(MemorySource(Array(text.utf8)), work: Work())
    let graph = file.graph
    return graph.sources.indices.map { edge in
      let names = [graph.sources[edge], graph.targets[edge]].map { graph.nodes.index.label(of: Int($0)) }
      return "\(names[0]) \(file.relations[edge]) \(names[1])"
    }
  }

  @Test(
    arguments: [
      ("tabs", "Q1\tP1\tQ2\nQ2\tP1\tQ3\n", ["Q1 P1 Q2", "Q2 P1 Q3"]),
      (
        "N-Triples", "<a> <p> <b> . # note\n<a> <q> \"x. \\\"y\\\"\"@en .\n_:n <p> \"1\"^^<int> .\n",
        ["a p b", "a q \"x. \"y\"\"", "_:n p \"1\""]
      ),
      (
        "Turtle",
        "@prefix e: <http://e/> .\nPREFIX f: <g>\ne:a a e:T ;\n  e:p e:b, e:c ; .\nf:x e:n 4.5 , true .\n",
        [
          "http://e/a rdf:type http://e/T", "http://e/a http://e/p http://e/b",
          "http://e/a http://e/p http://e/c", "gx http://e/n \"4.5\"", "gx http://e/n \"true\"",
        ]
      ),
      ("a long literal", "<a> <p> \"\"\"one\ntwo\"\"\" .", ["a p \"one\ntwo\""]),
    ] as [(String, String, [String])]) func `are read`(_ name: String, _ text: String, _ expected: [String])
    throws
  {
    #expect(try Self.read(text) == expected, "\(name)")
  }

  @Test(arguments: [
    "", "<a> <p> .", "<a> <p> <b>", "<a <p> <b> .", "<a> <p> \"x .", "[ <p> <b> ] .", "a b c .",
    "Q1\tP1\tQ2\nQ1\tP1\nQ3\tP1\tQ4\n",
    "<a> <p> (1 2) .", "@prefix e .",
  ]) func `that are none are refused`(_ text: String) {
    #expect(throws: FormatError.self, "\(text)") { try Self.read(text) }
  }

  @Test func `with changed bytes never end the program`() {
    var random = SeededGenerator(seed: 3)
    let text = Array("@prefix e: <http://e/> .\ne:a a e:T ; e:p \"x\"@en, 'y'^^e:t .\n<a> <b> <c> .\n".utf8)
    for _ in 0..<4000 {
      var changed = Array(text.prefix(random.below(text.count) + 1))
      for _ in 0...random.below(3) { changed[random.below(changed.count)] = UInt8(random.below(256)) }
      _ = try? TripleFile(MemorySource(changed), work: Work())
    }
  }
}

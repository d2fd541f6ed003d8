import Language
import Numerics
import TestKit
import Testing
import Values
import Workbench

private let verbs: Set<String> = [
  "align", "encode", "fuse", "map", "scale", "window", "resample", "split", "compare",
]

/// The commands that join, shape, encode and fuse.
private let specs = builtins.map(\.spec).filter { verbs.contains($0.verb) && $0.needs == nil }

@Suite struct `Commands that join and fuse` {
  @Test(arguments: specs.map(\.name)) func `run their examples from top to bottom`(_ name: String) throws {
    let spec = try #require(specs.first { $0.name == name })
    #expect(spec.examples.filter { $0.line.contains(spec.name) }.count >= 2, "two examples of \(name)")
    let one = Session(world: .memory())
    let two = Session(world: .memory())
    for example in spec.examples {
      let events = one.type(example.line, work: Work(threads: 1))
      #expect(events.diagnostics.isEmpty, "\(example.line): \(events.diagnostics)")
      two.type(example.line, work: Work(threads: 2))
    }
    #expect(!one.bindings.isEmpty)
    for (a, b) in zip(one.bindings, two.bindings) {
      #expect(a.value.fingerprint == b.value.fingerprint, "\(a.name) depends on the number of threads")
    }
  }
}

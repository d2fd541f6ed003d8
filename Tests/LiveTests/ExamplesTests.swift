import Console
import Language
import Live
import Numerics
import TestKit
import Testing
import Values
import Workbench

/// The examples of every command, from top to bottom in one fresh session each, as a person would type them.
@Suite struct Examples {
  private static func world() -> World {
    World(files: MemoryFiles(), audio: SoundFileDecoder(), clock: StoppedClock())
  }

  @Test(arguments: builtins.map(\.spec).filter { $0.needs == nil }.map(\.name))
  func `run and print what they say`(name: String) throws {
    let spec = try #require(builtins.first { $0.spec.name == name }?.spec)
    let session = Session(world: Self.world())
    for (number, example) in spec.examples.enumerated() {
      var printed = ""
      let origin = Origin.script(file: name, line: number + 1)
      let status = session.run(example.line, origin: origin, work: Work(threads: 2)) { event in
        switch event {
        case .diagnostic(let diagnostic): Issue.record("\(example.line)\n\(diagnostic.text(.framed))")
        case .result(let result) where result.isShown:
          printed += View(showsAllRows: result.showsAllRows).plainText(of: result.value)
        default: break
        }
      }
      #expect(status == .ok, "\(example.line)")
      if let prints = example.prints {
        #expect(printed == prints + "\n", "\(example.line)\n\(printed)")
      }
    }
  }
}

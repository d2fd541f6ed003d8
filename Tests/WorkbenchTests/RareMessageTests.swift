import Formats
import Language
import Numerics
import TestKit
import Testing
import Workbench

/// What needs a line or a file too large for a transcript, or a disk that fails.
@Suite struct `Messages of rare moments` {
  @Test func `read as recorded`() throws {
    var told: [String] = []
    func type(_ line: String, file: (any ByteSource)? = nil) {
      var world = World.memory()
      if let file { world.files = OneFile(source: file) }
      let events = Session(world: world).type(line)
      told += events.diagnostics.map { diagnostic in
        var diagnostic = diagnostic
        if (diagnostic.source ?? "").utf8.count > 200 { diagnostic.source = nil }
        return diagnostic.text() + "\n"
      }
    }
    type("# " + String(repeating: "x", count: 1 << 18))
    type("/open night.sonde", file: FailingSource(count: 65 << 20))
    type("/open night.sonde", file: FailingSource(count: 10))
    type("/replay night.sonde", file: FailingSource(count: 10))
    type("load table night.csv", file: FailingSource(count: 10))
    let text = told.joined()
    #expect(told.count == 5)
    #expect(try Golden.recorded("rare.txt", now: text) == text)
  }
}

/// A disk that names a file and cannot read it.
private struct FailingSource: ByteSource {
  let count: Int
  func read(at offset: Int, count: Int) throws(FormatError) -> [UInt8] {
    throw .unreadable("the disk gave up")
  }
}

private struct OneFile: FileStore {
  let source: any ByteSource
  func open(_ path: String) throws(Diagnostic) -> any ByteSource { source }
  func write(_ bytes: [UInt8], to path: String) throws(Diagnostic) {}
  func append(_ bytes: [UInt8], to path: String) throws(Diagnostic) {}
  func files(matching path: String) -> [String] { [path] }
}

package import Chronology
package import Formats
package import Language
package import Numerics
import Values
package import Workbench

/// A clock that stands still.
package struct StoppedClock: Clock {
  package init() {}
  package func now() -> Instant { Instant(nanoseconds: 1_772_352_000_000_000_000) }
}

/// Sound files cannot be decoded in memory.
package struct NoDecoder: AudioDecoder {
  package init() {}
  package func decode(_ source: any ByteSource, name: String) throws(Diagnostic) -> DecodedSound {
    throw Diagnostic("E0520", "`\(name)` cannot be decoded here", remedy: "use the live decoder")
  }
}

extension World {
  /// A world without a disk.
  package static func memory(_ files: MemoryFiles = MemoryFiles([String: [UInt8]]())) -> World {
    World(files: files, audio: NoDecoder(), clock: StoppedClock(), commands: builtins)
  }
}

extension Session {
  /// Runs lines and gives what happened in each.
  @discardableResult
  package func type(_ lines: String..., work: Work = Work()) -> [SessionEvent] {
    var events: [SessionEvent] = []
    for line in lines { _ = run(line, work: work) { events.append($0) } }
    return events
  }
}

extension [SessionEvent] {
  package var results: [LineResult] {
    compactMap { if case .result(let result) = $0 { result } else { nil } }
  }
  package var diagnostics: [Diagnostic] {
    compactMap { if case .diagnostic(let diagnostic) = $0 { diagnostic } else { nil } }
  }
  package var texts: [String] { compactMap { if case .text(let text) = $0 { text } else { nil } } }
}

import Console
import Foundation
import Language
import Numerics
import Synchronization
import TestKit
import Testing
import Workbench

/// What a person sees, as files that can be read: each `sonde N> line` is typed again, and the whole text must come
/// out the same. `SONDE_UPDATE_GOLDENS=1` writes the files anew.
@Suite struct Transcripts {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Transcripts")

  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".txt") }.sorted()
  }()

  @Test func `exist`() { #expect(Self.names.count >= 5) }

  @Test(arguments: names) func `read as recorded`(name: String) throws {
    let file = Self.folder.appending(path: name)
    let golden = try String(contentsOf: file, encoding: .utf8)
    let found = Self.played(golden)
    if ProcessInfo.processInfo.environment["SONDE_UPDATE_GOLDENS"] != nil {
      try found.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(found == golden, "in \(name)")
  }

  /// Types the lines of a transcript into a fresh session.
  private static func played(_ golden: String) -> String {
    let screen = PaperScreen()
    let files = MemoryFiles(TranscriptFiles.all)
    var world = World.memory(files)
    world.home = ""
    world.networks = BrokenNetworks()
    let session = Session(world: world)
    let source = PaperSource(lines(of: golden), screen: screen)
    let shell = Shell(
      session: session, lines: source, screen: screen, messages: screen, interrupts: NoInterrupts())
    _ = shell.run(work: Work())
    return screen.text
  }

  /// The typed lines: what stands behind a prompt, with the continuation lines below it.
  private static func lines(of golden: String) -> [String] {
    var lines: [String] = []
    for line in golden.split(separator: "\n", omittingEmptySubsequences: false) {
      if let match = line.firstMatch(of: /^sonde \d+> (.*)$/) {
        lines.append(String(match.1))
      } else if line.hasPrefix("  ....> "), !lines.isEmpty {
        lines[lines.count - 1] += "\n" + line.dropFirst(8)
      }
    }
    return lines
  }
}

/// A terminal of 80 columns that keeps what is written.
private final class PaperScreen: Screen {
  private let written = Mutex("")
  let width = 80
  let isTerminal = true
  let hasColour = false
  func write(_ text: String) { written.withLock { $0 += text } }
  var text: String { written.withLock { $0 } }
}

/// Types lines and echoes them as a terminal would.
private final class PaperSource: LineSource {
  private var lines: [String]
  private let screen: PaperScreen

  init(_ lines: [String], screen: PaperScreen) {
    self.lines = lines
    self.screen = screen
  }

  func readLine(_ request: LineRequest) -> LineInput {
    if lines.isEmpty { return .end }
    let line = lines.removeFirst()
    screen.write(request.prompt + line.replacing("\n", with: "\n  ....> ") + "\n")
    return .line(line)
  }
}

private struct NoInterrupts: Interrupts {
  let isRaised = false
  let isTermination = false
  func clear() {}
}

/// Finds a fault in every network.
private struct BrokenNetworks: NetworkRuntime {
  func open(_ model: [UInt8]) throws(NetworkError) -> any Network { throw .failed("No graph was found.") }
}

import Foundation
import Language
import Live
import Numerics
import Testing
import Workbench

private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

private func world(home: URL = root) -> World {
  World(files: FileSystem(), audio: SoundFileDecoder(), clock: SystemClock(), home: home.path)
}

private func names(in folder: String, _ ending: String) -> [String] {
  let files = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)) ?? []
  return files.filter { $0.hasSuffix(ending) }.sorted()
}

@Suite struct `What comes with Sonde` {
  static let recipes = names(in: "sessions/recipes", ".sonde").map { "recipes/\($0)" }
  static let sessions = names(in: "sessions", ".sonde") + recipes
  static let lessons = names(in: "tutorials", ".md")

  @Test func `is there`() {
    #expect(Self.sessions.contains("pump-station.sonde"))
    #expect(Self.lessons.contains("01-first-investigation.md"))
  }

  @Test(arguments: recipes) func `says what a recipe rebuilds and what one may ask`(name: String) throws {
    let text = try FileSystem().text(root.appending(path: "sessions/\(name)").path)
    let comments = text.split(separator: "\n").filter { $0.hasPrefix("# ") }
    #expect(comments.first?.contains("(") == true, "the paper, with its year")
    #expect(text.contains("\n#? "))
    let list = try FileSystem().text(root.appending(path: "sessions/recipes/README.md").path)
    #expect(list.contains("`\(name.split(separator: "/")[1].dropLast(6))`"))
  }

  private func replay(_ path: String, threads: Int) throws -> Replay.Summary {
    let replay = try Replay(file: path, files: FileSystem())
    let session = Session(world: world(), seed: replay.script.seed ?? 0)
    #expect(replay.check(in: session).map { $0.text(.placed) } == [])
    #expect(replay.changedInputs(in: session) == [])
    return replay.run(in: session, work: Work(threads: threads)) { _ in }
  }

  @Test(arguments: sessions, [1, 2]) func `replays to the same bits`(name: String, threads: Int) throws {
    let summary = try replay(root.appending(path: "sessions/\(name)").path, threads: threads)
    #expect(summary.status == .ok)
    #expect(summary.compared > 0)
    // On another kind of processor the last digits may differ.
    #expect(summary.verdict <= .equal, "\(summary.drifts)")
  }

  @Test func `replays wherever it is moved to`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sonde-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(at: root.appending(path: "sessions"), to: folder)
    let summary = try replay(folder.appending(path: "pump-station.sonde").path, threads: 2)
    #expect(summary.verdict <= .equal && summary.status == .ok)
  }

  @Test(arguments: lessons) func `teaches lines that work`(name: String) throws {
    let text = try FileSystem().text(root.appending(path: "tutorials/\(name)").path)
    let lesson = Lesson(name: name, markdown: text)
    let session = Session(world: world())
    var diagnostics: [String] = []
    for case let line? in lesson.pages.map(\.line) {
      let status = session.run(line) { event in
        if case .diagnostic(let diagnostic) = event { diagnostics.append(diagnostic.text()) }
      }
      #expect(status == .ok, "\(line)")
    }
    #expect(diagnostics == [])
    #expect(lesson.pages.count > 10)
  }

  @Test func `is walked through line by line`() throws {
    let session = Session(world: world())
    var suggestion: String?
    var texts: [String] = []
    func type(_ line: String) {
      suggestion = nil
      _ = session.run(line) { event in
        if case .suggestion(let line) = event { suggestion = line }
        if case .text(let text) = event { texts.append(text) }
      }
    }
    type("/tutorial")
    #expect(texts.joined().contains("1  A first investigation"))
    type("/tutorial 1")
    var steps = 0
    while let line = suggestion, steps < 100 {
      type(line)
      steps += 1
    }
    #expect(texts.last?.hasPrefix("This was the lesson") == true)
  }

  @Test func `is offered again after a mistake, and may be changed`() {
    let session = Session(world: world())
    func offered(_ line: String) -> String? {
      var suggestion: String?
      _ = session.run(line) { if case .suggestion(let line) = $0 { suggestion = line } }
      return suggestion
    }
    let first = "pump = generate pump-station --seed 7"
    #expect(offered("/tutorial 1") == first)
    #expect(offered("pump = generate pump-statoin") == first)
    #expect(offered("12 * 7") == first)
    #expect(offered("") == first)
    #expect(offered("pump = generate pump-station --seed 8") == "pump")
    #expect(offered("/tutorial stop") == nil)
    #expect(offered("pump") == nil)
  }
}

import Agent
import Foundation
import Language
import Live
import Notation
import Numerics
import Synchronization
import Workbench

/// Tasks of this shell for a model, each with a check that looks at what was done, not at how it was said.
struct ShellTasks {
  let file: String
  let settings: ModelSettings

  private struct Task {
    let name: String
    let setup: [String]
    let question: String
    /// Words that one of the lines that ran must hold, all of them; one of these sets must be met.
    let lines: [[String]]
    /// Names that there must be, with their kind.
    let values: [(name: String, kind: String)]
    /// One of these stands in the answer.
    let answer: [String]

    init(_ json: JSON) {
      func texts(_ key: String) -> [String] { json[key]?.array?.compactMap(\.string) ?? [] }
      name = json["name"]?.string ?? ""
      setup = texts("setup")
      question = json["ask"]?.string ?? ""
      lines = texts("lines").map { $0.split(separator: " ").map(String.init) }
      values = (json["values"]?.members ?? []).map { ($0.key, $0.value.string ?? "") }
      answer = texts("answer")
    }
  }

  func run(print: (String) -> Void) throws {
    let tasks = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
      .map { Task(try JSON(parsing: String($0))) }
    // Where the tasks may write.
    let folder = NSTemporaryDirectory() + "sonde-tasks-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let home = FileManager.default.currentDirectoryPath
    defer {
      _ = FileManager.default.changeCurrentDirectoryPath(home)
      try? FileManager.default.removeItem(atPath: folder)
    }
    guard FileManager.default.changeCurrentDirectoryPath(folder) else { throw UsageError() }
    var done = 0
    var calls = 0
    var refused = 0
    var unrepaired = 0
    for task in tasks {
      let result = try attempt(task, home: home)
      let isDone = result.isDone
      if isDone { done += 1 }
      calls += result.ran.count + result.refused.count
      refused += result.refused.count
      unrepaired += result.unrepaired
      print(
        "\(isDone ? "done  " : "failed") \(task.name): \(result.ran.joined(separator: " ; "))"
          + " -> \(result.answer.prefix(160).replacing("\n", with: " ")) [\(String(format: "%.0f", result.seconds)) s]"
      )
      for (place, words) in result.refused.enumerated() {
        let isOpen = place >= result.refused.count - result.unrepaired
        print(
          "       \(isOpen ? "never repaired" : "repaired"): \(words.prefix(300).replacing("\n", with: " "))")
      }
    }
    print(
      "\(done) of \(tasks.count) tasks done; \(calls) calls, \(refused) refused at first,"
        + " \(unrepaired) of them never repaired")
  }

  private struct Attempt {
    var isDone = false
    var ran: [String] = []
    var refused: [String] = []
    var unrepaired = 0
    var answer = ""
    var seconds = 0.0
  }

  private func attempt(_ task: Task, home: String) throws -> Attempt {
    var world = World(
      files: FileSystem(), audio: SoundFileDecoder(), clock: SystemClock(), home: home)
    world.pause = LivePause()
    let session = Session(world: world, seed: 1)
    for line in task.setup {
      var problems: [String] = []
      _ = session.run(line, origin: .prompt, work: Work(threads: 2)) { event in
        if case .diagnostic(let diagnostic) = event { problems.append(diagnostic.text()) }
      }
      if let problem = problems.first { throw TaskError(description: "\(task.name): \(problem)") }
    }
    let transport = CurlTransport()
    let settings = settings
    let assistant = SessionAssistant(
      session: session, settings: { settings }, transport: transport, pause: LivePause(),
      prompt: { (name) throws(Diagnostic) in
        try RolePrompt.find(name, in: [home + "/prompts"]) {
          try? String(contentsOfFile: $0, encoding: .utf8)
        }
      }, catalog: ModelCatalog(transport: transport, clock: SystemClock()))
    assistant.mode = .auto
    assistant.writesJSON = true
    let screen = EventScreen()
    let started = Date()
    _ = assistant.ask(task.question, role: nil, screen: screen, lines: NoLines(), work: Work(threads: 2))
    return judge(task, screen.events, session, seconds: Date().timeIntervalSince(started))
  }

  private func judge(_ task: Task, _ events: [JSON], _ session: Session, seconds: Double) -> Attempt {
    var attempt = Attempt(seconds: seconds)
    var open = 0
    for event in events {
      switch event["event"]?.string {
      case "call":
        if event["status"]?.string == "succeeded" {
          attempt.ran.append(event["line"]?.string ?? "")
          open = 0
        } else {
          open += 1
          attempt.refused.append("\(event["line"]?.string ?? "") — \(event["status"]?.string ?? "")")
        }
      case "notice" where event["text"]?.string?.contains("   refused\n") == true:
        open += 1
        attempt.refused.append(event["text"]?.string ?? "")
      case "end": attempt.answer = event["answer"]?.string ?? ""
      default: break
      }
      // What is not followed by a call that runs was not repaired.
      if event["event"]?.string == "end" { attempt.unrepaired = open }
    }
    let linesMet =
      task.lines.isEmpty
      || task.lines.contains { words in
        attempt.ran.contains { line in words.allSatisfy { line.contains($0) } }
      }
    let valuesMet = task.values.allSatisfy { name, kind in
      session.bindings.contains { $0.name == name && $0.value.shortDescription.hasPrefix(kind) }
    }
    let said = attempt.answer.lowercased()
    let answerMet = task.answer.isEmpty || task.answer.contains { said.contains($0.lowercased()) }
    attempt.isDone = linesMet && valuesMet && answerMet
    return attempt
  }
}

struct TaskError: Error, CustomStringConvertible { let description: String }

/// Nobody types anything.
final class NoLines: LineSource {
  func readLine(_ request: LineRequest) -> LineInput { .end }
}

/// Collects the events of a turn.
final class EventScreen: Screen {
  let width = 100
  let isTerminal = false
  let hasColour = false
  let hasUnicode = true
  let pictures = PictureProtocol.blocks
  private let texts = Mutex("")

  func write(_ text: String) { texts.withLock { $0 += text } }
  var events: [JSON] {
    texts.withLock { $0 }.split(separator: "\n").compactMap { try? JSON(parsing: String($0)) }
  }
}

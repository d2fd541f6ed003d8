import Agent
import Console
import Language
import Notation
import Numerics
import Synchronization
import TestKit
import Testing
import Workbench

@Suite struct `Recorded exchanges` {
  static func assistant(_ session: Session, _ transport: any ModelTransport) -> SessionAssistant {
    SessionAssistant(
      session: session, settings: { ModelSettings(url: "http://127.0.0.1:1", model: "m", key: "s3cr3t-k3y") },
      transport: transport, pause: RecordedPause(),
      prompt: { (name) throws(Diagnostic) in
        try RolePrompt(name: name, parsing: "---\ntools: show detect export run\n---\nWork.")
      })
  }

  /// An investigation with two questions, one of which meets a busy server, as `/save` leaves it.
  static func recorded() throws -> MemoryFiles {
    let files = MemoryFiles()
    let session = Session(world: .memory(files), seed: 3)
    let assistant = assistant(
      session,
      ScriptedModel(
        .refusal(529, "{}", [HTTPHeader("retry-after", "1")]),
        .call("a", "detect", #"{"value":"pump","method":"iforest","as":"risk"}"#), .text("Row 7 [r2]."),
        .text("Yes, by sk-ant-0123456789abcdefghij.")))
    session.type("pump = generate pump-station --minutes 5 --seed 7")
    for question in ["find faults", "sure?"] {
      #expect(
        assistant.ask(question, role: nil, screen: RecordedScreen(), lines: TypedLines(), work: Work())
          == .answered)
    }
    session.type("/save night")
    return files
  }

  /// What people, other programs and a stopped question add to a recording.
  static func eventful() throws -> MemoryFiles {
    let files = MemoryFiles()
    let program = ScriptedProgram.files(says: "The valve was changed.")
    var world = World.memory(files)
    world.programs = program
    let session = Session(world: world, seed: 3)
    let read = { (id: String, path: String) in
      ScriptedModel.Reply.call(id, "mcp_notes_read", #"{"path":"\#(path)"}"#)
    }
    let export = { (id: String, path: String) in
      ScriptedModel.Reply.call(id, "export", #"{"value":"pump","to":"\#(path)"}"#)
    }
    let model = ScriptedModel(
      .text("Nothing yet."), read("a", "a.md"), read("b", "b.md"), .text("The valve [notes]."),
      .hang([#"{"choices":[{"delta":{"content":"It is the"}}]}"#]), .error(.unreachable("no route")),
      .error(.unreachable("no route")), .error(.unreachable("no route")), export("c", "one.csv"),
      export("d", "two.csv"), .text("One is written."), export("e", "three.csv"), .text("Three, too."))
    let assistant = assistant(session, model)
    session.type("pump = generate pump-station --minutes 5 --seed 7")
    func ask(_ text: String, _ lines: String..., work: Work = Work()) -> AssistantEnd {
      assistant.ask(text, role: nil, screen: RecordedScreen(), lines: TypedLines(lines), work: work)
    }
    #expect(ask("anything?") == .answered)
    session.type("/mcp connect notes server")
    // One call is allowed, one is not, with a reason that the model reads.
    #expect(ask("anything?", "y", "n not that one") == .answered)
    session.type("/mcp disconnect notes")
    let looks = Mutex(0)
    #expect(
      ask(
        "which part?",
        work: Work {
          looks.withLock {
            $0 += 1; return $0 > 20
          }
        }) == .interrupted)
    #expect(ask("is it there?") == .unavailable)
    #expect(ask("write it", "y", "n one is enough") == .answered)
    session.type("/mode auto")
    #expect(ask("write more") == .answered)
    session.type("/save night")
    #expect(files.text("two.csv") == nil)
    let kept = MemoryFiles()
    for name in ["night.sonde", "night.exchanges.jsonl"] {
      try kept.write(Array(try #require(files.text(name)).utf8), to: name)
    }
    return kept
  }

  static func replay(
    _ files: MemoryFiles
  ) throws -> (status: Console.ExitStatus, shown: String, session: Session) {
    let script = try Replay(file: "night.sonde", files: files)
    let exchanges = try Exchanges(
      parsing: files.text(Replay.exchangesPath(of: "night.sonde")) ?? "", name: "night")
    let session = Session(world: .memory(files), seed: script.script.seed ?? 0)
    let assistant = assistant(session, RecordedTransport(exchanges))
    assistant.follow(exchanges, of: script.script)
    let screen = RecordedScreen()
    let headless = Headless(session: session, results: screen, messages: screen, assistant: assistant)
    let status = headless.replay(script, options: Headless.ReplayOptions(asksAgain: true), work: Work())
    return (status, screen.text, session)
  }

  @Test func `replay the conversation to the same numbers`() throws {
    let files = try Self.recorded()
    let (status, shown, session) = try Self.replay(files)
    #expect(status == .ok, "\(shown)")
    #expect(shown.contains("identical: 2 of 2 statements, 2 compared"))
    #expect(shown.contains("Row 7 [r2]."))
    #expect(session.bindings.map(\.name) == ["pump", "risk"])
  }

  @Test func `replay what people and other programs answered`() throws {
    let files = try Self.eventful()
    let (status, shown, _) = try Self.replay(files)
    #expect(status == .ok, "\(shown)")
    #expect(shown.contains("identical: 3 of 3 statements"), "\(shown)")
    #expect(files.text("one.csv") != nil && files.text("two.csv") == nil && files.text("three.csv") != nil)
  }

  /// Nobody reads a file of exchanges, so that a yes in it is worth nothing by itself.
  @Test func `allow no file that the script does not write`() throws {
    let files = try Self.eventful()
    let script = try #require(files.text("night.sonde"))
    let without = script.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("export") || !$0.contains("one.csv") }
    try files.write(Array(without.joined(separator: "\n").utf8), to: "night.sonde")
    let (status, shown, _) = try Self.replay(files)
    #expect(status != .ok, "\(shown)")
    #expect(files.text("one.csv") == nil)
  }

  @Test func `hold no key`() throws {
    let text = try #require(try Self.recorded().text("night.exchanges.jsonl"))
    #expect(text.split(separator: "\n").count { $0.contains(#""request""#) } == 4)
    #expect(!text.contains("s3cr3t") && !text.contains("sk-ant-0"))
  }

  @Test func `are never replaced by a live request`() throws {
    let files = try Self.recorded()
    let lines = try #require(files.text("night.exchanges.jsonl")).split(separator: "\n")
      .filter { $0.contains(#""request""#) }
    try files.write(
      Array((lines.dropLast().joined(separator: "\n") + "\n").utf8), to: "night.exchanges.jsonl")
    let (status, shown, _) = try Self.replay(files)
    #expect(status == .unavailable)
    #expect(shown.contains("the recording holds no answer to this question"))
  }

  @Test func `tell where the agent goes another way`() throws {
    let files = try Self.recorded()
    let script = try #require(files.text("night.sonde"))
    try files.write(
      Array(script.replacing("risk = detect iforest pump --seed 3", with: "risk = detect mad pump").utf8),
      to: "night.sonde")
    let (status, shown, _) = try Self.replay(files)
    #expect(status == .drifted || status == .checkFailed)
    #expect(status == .checkFailed || shown.contains("the agent wrote"))
  }

  @Test func `are refused when damaged`() {
    let error = #expect(throws: Diagnostic.self) { try Exchanges(parsing: "{}\n", name: "x") }
    #expect(error?.code == "A0125")
  }
}

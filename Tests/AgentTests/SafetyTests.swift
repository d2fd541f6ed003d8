import Agent
import Foundation
import Language
import Notation
import Numerics
import Synchronization
import TestKit
import Testing
import Workbench

/// Sends its answers byte by byte, and lets the user stop it after so many.
private final class CutModel: ModelTransport {
  private let answers: [[UInt8]]
  private struct State {
    var sent = 0
    var answer = 0
    var bodies: [JSON] = []
    var isStopped = false
  }
  private let state = Mutex(State())
  private let cut: Int

  init(_ answers: [String], cut: Int) {
    self.answers = answers.map { Array("data: \($0)\n\ndata: [DONE]\n\n".utf8) }
    self.cut = cut
  }

  static func length(_ answers: [String]) -> Int {
    answers.reduce(0) { $0 + "data: \($1)\n\ndata: [DONE]\n\n".utf8.count }
  }

  var isStopped: Bool { state.withLock { $0.isStopped } }
  var bodies: [JSON] { state.withLock { $0.bodies } }

  func send(
    _ request: HTTPRequest, isCancelled: () -> Bool, receive: (HTTPEvent) -> Void
  ) throws(HTTPError) {
    let body = (try? JSON(parsing: request.body)) ?? .null
    let answer = state.withLock { state -> [UInt8] in
      state.bodies.append(body)
      defer { state.answer += 1 }
      return state.answer < answers.count ? answers[state.answer] : []
    }
    receive(.head(status: 200, headers: [HTTPHeader("content-type", "text/event-stream")]))
    for byte in answer {
      state.withLock { state in
        if state.sent == cut { state.isStopped = true }
        state.sent += 1
      }
      if isCancelled() { throw .cancelled }
      receive(.body([byte]))
    }
  }
}

@Suite struct `What must hold of the agent` {
  private static func assistant(_ session: Session, _ transport: any ModelTransport) -> SessionAssistant {
    SessionAssistant(
      session: session, settings: { ModelSettings(url: "http://127.0.0.1:1", model: "m") },
      transport: transport, pause: RecordedPause(),
      prompt: { (name) throws(Diagnostic) in
        try RolePrompt(name: name, parsing: "---\ntools: show detect threshold export run\n---\nWork.")
      })
  }

  private static func call(_ id: String, _ name: String, _ arguments: String) -> String {
    let call: JSON = [
      "index": 0, "id": .string(id), "function": ["name": .string(name), "arguments": .string(arguments)],
    ]
    return JSON.object([("choices", [["delta": ["tool_calls": [call]]]])]).description
  }

  private static let turn = [
    call("a", "detect", #"{"value":"pump","method":"mad","as":"risk"}"#),
    #"{"choices":[{"delta":{"content":"The pressure – höher."}}]}"#,
  ]

  /// Ten ranges, so that two threads share them.
  @Test(arguments: 0..<10)
  func `an interrupt at every byte of a tool turn leaves the next question whole`(_ part: Int) throws {
    let length = CutModel.length(Self.turn)
    for cut in stride(from: part, through: length, by: 10) {
      let session = Session(world: .memory(), seed: 3)
      session.type("pump = generate pump-station --minutes 5 --seed 7")
      // Behind the cut turn stands the next one.
      let model = CutModel(Self.turn + Self.turn, cut: cut)
      let assistant = Self.assistant(session, model)
      let screen = RecordedScreen()
      let first = assistant.ask(
        "which?", role: nil, screen: screen, lines: TypedLines(), work: Work { model.isStopped })
      let rest = CutModel([#"{"choices":[{"delta":{"content":"Fine."}}]}"#], cut: .max)
      let desk = Self.assistant(session, rest)
      #expect(first == (cut < length ? .interrupted : .answered), "byte \(cut)")
      #expect(
        desk.ask("again?", role: nil, screen: screen, lines: TypedLines(), work: Work()) == .answered)
      // The same conversation goes on, too: every call that it sends has one result.
      let again = assistant.ask(
        "and now?", role: nil, screen: screen, lines: TypedLines(), work: Work())
      #expect(again == .answered || again == .failed, "byte \(cut)")
      let messages = model.bodies.last?["messages"]?.array ?? []
      let calls = messages.flatMap { $0["tool_calls"]?.array ?? [] }.compactMap { $0["id"]?.string }
      let results = messages.compactMap { $0["tool_call_id"]?.string }
      #expect(calls.sorted() == results.sorted(), "byte \(cut)")
      #expect(Set(session.bindings.map(\.name)).isSubset(of: ["pump", "risk"]), "byte \(cut)")
    }
  }

  @Test func `a first question stays under 3,000 tokens, and 100 values add less than 500`() throws {
    let prompt = try `Shipped prompts`.prompt("analyst")
    func request(values: Int) throws -> JSON {
      let session = Session(world: .memory(), seed: 3)
      session.type(
        "pump = generate pump-station --seed 7", "mic = generate pump-station --part mic --minutes 5")
      session.type("risk = detect iforest pump --trees 10", "alarms = risk | threshold quantile --level 99%")
      for number in 0..<values { session.type("extra\(number) = select pump Flow") }
      let model = ScriptedModel(.text("Fine."))
      let assistant = SessionAssistant(
        session: session, settings: { ModelSettings(url: "http://127.0.0.1:1", model: "m") },
        transport: model, pause: RecordedPause(), prompt: { (_) throws(Diagnostic) in prompt })
      _ = assistant.ask(
        "which modality drives the alarm at 12:03, and is it a false one?", role: nil,
        screen: RecordedScreen(), lines: TypedLines(), work: Work())
      return try #require(model.requests.first)
    }
    let few = Toolbox.tokens(inBytes: try request(values: 0).description.utf8.count)
    let many = Toolbox.tokens(inBytes: try request(values: 100).description.utf8.count)
    #expect(few < 3000, "\(few) tokens")
    #expect(many - few < 500, "\(many - few) tokens more")
  }

  @Test func `in plan mode nothing is computed, and the plan can be run`() throws {
    let session = Session(world: .memory(), seed: 3)
    session.type("pump = generate pump-station --minutes 5 --seed 7")
    let model = ScriptedModel(
      .call("a", "detect", #"{"value":"pump","method":"mad","as":"risk"}"#),
      .call("b", "threshold", #"{"scores":"risk","method":"quantile","as":"alarms"}"#),
      .call("c", "export", #"{"value":"alarms","to":"out.csv"}"#), .text("Run these."))
    let assistant = Self.assistant(session, model)
    assistant.mode = .plan
    let screen = RecordedScreen()
    _ = assistant.ask(
      "find faults and keep them", role: nil, screen: screen, lines: TypedLines("y", "y", "y"), work: Work())
    #expect(session.bindings.map(\.name) == ["pump"])
    for line in ["risk = detect mad pump", "alarms = threshold quantile risk"] {
      #expect(screen.text.contains(line), "\(screen.text)")
      #expect(session.type(line).diagnostics.isEmpty, "\(line)")
    }
  }

  @Test func `a turn is taken back as a whole, and what it wrote is named`() throws {
    let files = MemoryFiles()
    let session = Session(world: .memory(files), seed: 3)
    session.type("pump = generate pump-station --minutes 5 --seed 7")
    let model = ScriptedModel(
      .call("a", "detect", #"{"value":"pump","method":"mad","as":"pump_risk"}"#),
      .call("b", "run", #"{"line":"pump = select pump Flow"}"#),
      .call("c", "export", #"{"value":"pump_risk","to":"out.csv"}"#), .text("Done."))
    let assistant = Self.assistant(session, model)
    _ = assistant.ask(
      "find faults", role: nil, screen: RecordedScreen(), lines: TypedLines("y", "y"), work: Work())
    #expect(Set(session.bindings.map(\.name)) == ["pump", "pump_risk"])
    let said = session.type("/undo turn").texts.joined(separator: "\n")
    #expect(session.bindings.map(\.name) == ["pump"] && session.bindings.first?.version == 1)
    #expect(said.contains("written files stay: out.csv") && files.paths == ["out.csv"], "\(said)")
    #expect(session.type("/undo turn").texts.joined().contains("the agent has done nothing"))
  }

  /// A name with a line break would otherwise write a line of the script that is saved.
  @Test(arguments: ["a\nexport t --to stolen.csv", "a\r#", "a  b", "a\\u{a}b", "\u{1b}[2J", "\u{85}x"])
  func `a name of a file never becomes a statement of the saved script`(_ name: String) throws {
    let files = MemoryFiles([name + ".csv": "a,b\n1,2\n3,4\n"])
    let session = Session(world: .memory(files), seed: 3)
    session.type("t = load table *.csv", "/save night")
    let text = try #require(files.text("night.sonde"))
    #expect(ScriptFile(text).statements.map(\.text) == ["t = load table *.csv"])
    #expect(!text.unicodeScalars.contains(where: `Injected instructions`.steers))
    let inputs = ScriptFile(text).header.filter { $0.key == "input" }.compactMap {
      InputDigest($0.value)?.path
    }
    #expect(inputs == [name + ".csv"])
    let replay = try Replay(file: "night.sonde", files: files)
    #expect(replay.changedInputs(in: Session(world: .memory(files), seed: 3)).isEmpty)
  }
}

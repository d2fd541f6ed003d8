import Agent
import Chronology
import Language
import Notation
import Numerics
import Testing
import Workbench

@Suite struct `Conversation with a model` {
  static let tools: [JSON] = ["detect", "export"].map {
    ["type": "function", "function": ["name": .string($0)]]
  }

  /// One session with a scripted model, and what its console shows.
  final class Stage {
    let model: ScriptedModel
    let pause: RecordedPause
    let workplace = ToyWorkplace()
    let conversation: Conversation
    private(set) var screen = ""
    private(set) var diagnostics: [Diagnostic] = []
    private(set) var statuses: [String] = []
    private var view = AgentScreen(isTerminal: false, width: 80)

    init(
      _ model: ScriptedModel, pause: RecordedPause = RecordedPause(), clock: SteppingClock = SteppingClock()
    ) {
      self.model = model
      self.pause = pause
      conversation = Conversation(
        client: ModelClient(settings: ModelSettings(url: "http://127.0.0.1:1", model: "m"), transport: model),
        pause: pause, clock: clock, workplace: workplace,
        role: AgentRole(systemText: "You are an analyst.", tools: `Conversation with a model`.tools))
    }

    func ask(
      _ question: String, isCancelled: @escaping @Sendable () -> Bool = { false },
      approve: (Approval) -> Approval.Answer = { _ in .unattended }
    ) -> TurnEnd {
      conversation.ask(question, work: Work(isCancelled: isCancelled), approve: approve) { event in
        if case .diagnostic(let diagnostic) = event { diagnostics.append(diagnostic) }
        if case .status(let text) = event, !text.isEmpty { statuses.append(text) }
        screen += view.text(for: event)
      }
    }
  }

  @Test func `shows calls as lines and then the answer`() {
    let stage = Stage(
      ScriptedModel(.call("a", "detect", #"{"input":"joint"}"#), .text("Audio leads [r1].")))
    let end = stage.ask("which?")
    #expect(end.reason == .answered)
    #expect(
      stage.screen == """
        ● detect joint   compute · 0.4 s · r1
          │ row  score
          └ scores 3
        Audio leads [r1].
        ─ 1 call · 0.0 s

        """)
    #expect(stage.model.requests.count == 2)
  }

  @Test func `rebuilds the card for each request and sends the tools`() {
    let stage = Stage(
      ScriptedModel(.call("a", "detect", #"{"input":"joint"}"#), .text("Done.")))
    _ = stage.ask("which?")
    let cards = stage.model.requests.map { $0["messages"]?[1]?["content"]?.string ?? "" }
    #expect(cards == (0...1).map { "Values: \($0) lines were run.\n\nQuestion: which?" })
    #expect(stage.model.requests[0]["tools"]?.array == Self.tools)
    let last = stage.model.requests[1]["messages"]?.array?.last
    #expect(last == ["role": "tool", "tool_call_id": "a", "content": #"{"result":"r1"}"#])
  }

  @Test func `gives a model that makes no sense one chance to correct itself`() {
    let stage = Stage(
      ScriptedModel(
        .call("a", "detect", #"{"input":"#), .call("b", "detect", #"{"input":"x"}"#), .text("Ok.")))
    #expect(stage.ask("which?").reason == .answered)
    #expect(stage.workplace.lines == ["detect x"])
    let result = stage.model.requests[1]["messages"]?.array?.last?["content"]?.string ?? ""
    #expect(result.contains("not JSON"))
    // The broken arguments go back as an empty object: servers parse the history again.
    #expect(
      stage.model.requests[1]["messages"]?[2]?["tool_calls"]?[0]?["function"]?["arguments"] == "{}")
  }

  @Test func `runs a model that only ever prints the same call, and ends without raw JSON on the screen`() {
    let printed = "```json\n{\"name\": \"detect\", \"arguments\": {\"input\": \"joint\"}}\n```"
    let stage = Stage(
      ScriptedModel(.text(printed), .text(printed), .text(printed), .text("Three rows stand out.")))
    let end = stage.ask("which?")
    #expect(end.answer == "Three rows stand out.")
    #expect(stage.workplace.lines == ["detect joint"])
    #expect(!stage.screen.contains("{"))
    let final = stage.model.requests[3]
    #expect(final["tools"] == nil)
    #expect(
      final["messages"]?[1]?["content"]?.string?.contains("> detect joint\n{\"result\":\"r1\"}") == true)
  }

  @Test func `waits as long as the server wishes, visibly`() {
    let busy = ScriptedModel.Reply.refusal(429, "{}", [HTTPHeader("Retry-After", "12")])
    let stage = Stage(ScriptedModel(busy, .text("Ok.")))
    #expect(stage.ask("which?").reason == .answered)
    #expect(stage.pause.waits == [TimeSpan(seconds: 12)])
    #expect(stage.statuses.contains("rate limited (429), retrying in 12 s · Esc or Ctrl-C stops"))
  }

  @Test func `stops waiting at the user's wish`() {
    let stage = Stage(ScriptedModel(.refusal(529, "{}")), pause: RecordedPause(goesOn: false))
    #expect(stage.ask("which?").reason == .interrupted)
  }

  @Test func `keeps an interrupted answer, and the session goes on`() {
    let piece = #"{"choices":[{"delta":{"content":"Audio lea"}}]}"#
    let stage = Stage(ScriptedModel(.hang([piece]), .text("Audio.")))
    let end = stage.ask("which?", isCancelled: { true })
    #expect(end.reason == .interrupted)
    #expect(stage.screen.hasPrefix("Audio lea [interrupted]\n"))
    #expect(stage.ask("again?").answer == "Audio.")
    let earlier = stage.model.requests[1]["messages"]?.array?.map { $0["content"]?.string ?? "" }
    #expect(
      earlier == [
        "You are an analyst.", "which?", "Audio lea [interrupted]",
        "Values: 0 lines were run.\n\nQuestion: again?",
      ])
  }

  @Test func `answers an interrupted call, and the next request is whole`() {
    let stage = Stage(ScriptedModel(.call("a", "detect", #"{"input":"joint"}"#), .text("Ok.")))
    #expect(stage.ask("which?", isCancelled: { true }).reason == .interrupted)
    _ = stage.ask("again?")
    let messages = stage.model.requests[1]["messages"]?.array ?? []
    #expect(messages.map { $0["role"]?.string } == ["system", "user", "assistant", "tool", "user"])
  }

  @Test func `gives up when the time is over`() {
    let stage = Stage(ScriptedModel(.hang([])), clock: SteppingClock(step: TimeSpan(seconds: 40)))
    #expect(stage.ask("which?").reason == .outOfTime)
    #expect(stage.diagnostics.map(\.code) == ["A0110"])
  }

  @Test func `asks before it writes and tells the model what the user said`() {
    let stage = Stage(ScriptedModel(.call("a", "export", #"{"input":"x"}"#), .text("Not written.")))
    var asked: [String] = []
    let end = stage.ask(
      "write",
      approve: { approval in
        asked.append(approval.text)
        return .no("not now")
      })
    #expect(asked == ["export x"])
    #expect(stage.workplace.lines.isEmpty)
    #expect(end.exitCode == 0)
    #expect("\(stage.model.requests[1])".contains("the user said no: not now"))
  }

  @Test func `remembers what was allowed for the session`() {
    let write = ScriptedModel.Reply.call("a", "export", #"{"input":"x"}"#)
    let other = ScriptedModel.Reply.call("b", "export", #"{"input":"y"}"#)
    let stage = Stage(ScriptedModel(write, .text("Ok."), other, .text("Ok.")))
    var asked = 0
    for question in ["one", "two"] {
      _ = stage.ask(
        question,
        approve: { _ in
          asked += 1
          return .session
        })
    }
    #expect(asked == 1)
    #expect(stage.workplace.lines == ["export x", "export y"])
  }

  @Test(arguments: [
    (ScriptedModel.Reply.error(.unreachable("Could not connect")), "A0109"),
    (.error(.unavailable), "A0117"), (.error(.plainHTTP(host: "h")), "A0115"),
    (.error(.untrusted("")), "A0114"),
    (.refusal(401, "{}"), "A0102"), (.refusal(404, #"{"error":"model 'x' not found"}"#), "A0103"),
    (.refusal(400, #"{"error":{"type":"exceed_context_size_error","n_ctx":512}}"#), "A0104"),
    (.refusal(429, #"{"error":{"code":"insufficient_quota"}}"#), "A0106"), (.refusal(400, "{}"), "A0108"),
    (.pieces([]), "A0119"),
  ]) func `says what is wrong and what to do`(_ reply: ScriptedModel.Reply, _ code: String) {
    let stage = Stage(ScriptedModel(reply, reply, reply))
    #expect(stage.ask("which?").exitCode == 5)
    #expect(stage.diagnostics.map(\.code) == [code])
    #expect(stage.diagnostics.allSatisfy { !$0.remedy.isEmpty })
  }

  @Test func `data never steers the terminal`() {
    let stage = Stage(ScriptedModel(.text("a\u{1b}]52;c;eA==\u{07}b\u{9b}2J\u{202e}c")))
    _ = stage.ask("which?")
    #expect(stage.screen.hasPrefix("a]52;c;eA==b2Jc\n"))
  }
}

import Agent
import Chronology
import Foundation
import Language
import Live
import Notation
import Numerics
import TestKit
import Testing
import Workbench

/// Every quirk that servers are known for, over a real socket: the right result or a clear error, and the session goes on.
@Suite struct `Quirks of model servers` {
  typealias Action = ScriptedServer.Action

  static let head = `Model client`.streamHead
  static let key = "s3cr3t-k3y-of-mine"

  static func event(_ body: String) -> String { "data: \(body)\n\n" }
  static func delta(_ delta: String) -> String { event(#"{"choices":[{"index":0,"delta":\#(delta)}]}"#) }
  static func call(_ members: String) -> String { delta(#"{"tool_calls":[{\#(members)}]}"#) }
  static let done = "data: [DONE]\n\n"

  struct Quirk: CustomTestStringConvertible {
    let testDescription: String
    /// What the server does with the first request; with the next ones it answers `Fine.`.
    let script: [Action]
    /// The line that must have run, and the answer.
    var line: String?
    var answer = "Fine."
    /// How the question ends.
    var end = AssistantEnd.answered
    var shown: String?
    /// Seconds that were waited for a second try.
    var wait: Double?
  }

  static let arguments = #"{\"value\":\"pump\",\"method\":\"mad\",\"as\":\"risk\"}"#

  static func calling(_ name: String, _ pieces: String...) -> Quirk {
    Quirk(
      testDescription: name, script: [.text(head + pieces.joined() + done)], line: "risk = detect mad pump")
  }

  static let calls = [
    calling(
      "the index is missing",
      call(#""id":"a","type":"function","function":{"name":"detect","arguments":""}"#),
      call(#""function":{"arguments":"\#(arguments)"}"#)),
    calling(
      "the name repeats in each piece",
      call(#""index":0,"id":"a","function":{"name":"detect","arguments":""}"#),
      call(#""index":0,"function":{"name":"detect","arguments":"\#(arguments)"}"#)),
    calling(
      "arguments as an object",
      call(
        #""index":0,"id":"a","function":{"name":"detect","arguments":{"value":"pump","method":"mad","as":"risk"}}"#
      )),
    calling(
      "empty choices between the pieces", event(#"{"choices":[]}"#),
      call(#""index":0,"id":"a","function":{"name":"detect","arguments":"\#(arguments)"}"#),
      event(#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}"#)),
    calling(
      "no id, and finish reason stop",
      call(#""index":0,"function":{"name":"detect","arguments":"\#(arguments)"}"#),
      event(#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#)),
    Quirk(
      testDescription: "no end mark, a byte at a time",
      script: [.text(head)]
        + Array(
          call(#""index":0,"id":"a","function":{"name":"detect","arguments":"\#(arguments)"}"#).utf8
        ).map { .send([$0]) },
      line: "risk = detect mad pump"),
    Quirk(
      testDescription: "CRLF, comments and no space behind the colon",
      script: [
        .text(
          head + ": ping\r\n\r\ndata:"
            + #"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"detect","arguments":"\#(arguments)"}}]}}]}"#
            + "\r\n\r\ndata:[DONE]\r\n\r\n")
      ], line: "risk = detect mad pump"),
  ]

  static let answers = [
    Quirk(
      testDescription: "characters that are split between packets",
      script: [.text(head)] + Array(delta(#"{"content":"Größe 🛠 höher"}"#).utf8).map { .send([$0]) } + [
        .text(done)
      ],
      answer: "Größe 🛠 höher"),
    Quirk(
      testDescription: "one token of a megabyte",
      script: [.text(head + delta(#"{"content":"\#(String(repeating: "ab ", count: 350_000))"}"#) + done)],
      answer: String(repeating: "ab ", count: 350_000)),
    Quirk(
      testDescription: "gzip that nobody asked for",
      script: [
        .text(
          "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n"
        ),
        // printf 'data: {"choices":[{"delta":{"content":"Zipped."}}]}\n\n' | gzip -n
        .send(Self.zipped),
      ], answer: "Zipped."),
  ]

  static let zipped: [UInt8] = [
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 75, 73, 44, 73, 180, 82, 168, 86, 74, 206, 200, 207, 76, 78, 45, 86, 178,
    138, 174, 86, 74, 73, 205, 41, 73, 84, 178, 2, 10, 230, 231, 149, 164, 230, 149, 40, 89, 41, 69, 101, 22,
    20, 164, 166, 232, 41, 213, 214, 198, 214, 114, 113, 1, 0, 126, 37, 9, 137, 53, 0, 0, 0,
  ]

  static func busy(_ header: String) -> [Action] {
    `Model client`.failing(429, #"{"error":{"message":"slow down"}}"#, headers: header + "\r\n")
  }

  static let troubles = [
    Quirk(testDescription: "429 with milliseconds", script: busy("retry-after-ms: 1500"), wait: 1.5),
    Quirk(testDescription: "429 with seconds", script: busy("retry-after: 3"), wait: 3),
    Quirk(
      testDescription: "429 with a date", script: busy("retry-after: Sun, 01 Mar 2026 08:00:30 GMT"), wait: 30
    ),
    Quirk(
      testDescription: "429 with a wish beyond all patience", script: busy("retry-after: 9000"),
      end: .unavailable,
      shown: "A0105"),
    Quirk(
      testDescription: "an error behind the status 200",
      script: [
        .text(head + delta(#"{"content":"Aud"}"#) + event(#"{"error":{"message":"crash of \#(key)"}}"#))
      ],
      end: .unavailable, shown: "A0107"),
    Quirk(
      testDescription: "reset in the middle of an answer",
      script: [.text(head + delta(#"{"content":"Audio le"}"#)), .reset], end: .unavailable, shown: "A0118"),
    Quirk(
      testDescription: "reset in the middle of a call, which is asked again",
      script: [
        .text(head + call(#""index":0,"id":"a","function":{"name":"detect","arguments":"{"#)), .reset,
      ],
      wait: 0.5),
    Quirk(
      testDescription: "a key in the error",
      script: `Model client`.failing(401, #"{"error":{"message":"bad \#(key)"}}"#),
      end: .unavailable, shown: "A0102"),
    Quirk(
      testDescription: "nothing but an end", script: [.text(head + done)], end: .unavailable, shown: "A0119"),
  ]

  @Test(arguments: calls + answers + troubles) func `are met`(_ quirk: Quirk) throws {
    let fine: [Action] = [.text(Self.head + Self.delta(#"{"content":"Fine."}"#) + Self.done)]
    let server = try ScriptedServer([quirk.script, fine, fine])
    let session = Session(world: .memory(), seed: 3)
    session.type("pump = generate pump-station --minutes 5 --seed 7")
    let pause = RecordedPause()
    let assistant = SessionAssistant(
      session: session, settings: { ModelSettings(url: server.url, model: "m", key: Self.key) },
      transport: CurlTransport(), pause: pause,
      prompt: { (name) throws(Diagnostic) in
        try RolePrompt(name: name, parsing: "---\ntools: show detect run\n---\nWork.")
      })
    let screen = RecordedScreen()
    let end = assistant.ask("which?", role: nil, screen: screen, lines: TypedLines(), work: Work())
    #expect(end == quirk.end, "\(screen.text.prefix(600))")
    if let line = quirk.line { #expect(session.type("/history").texts.joined().contains(line)) }
    if quirk.end == .answered { #expect(screen.text.contains(quirk.answer.prefix(200))) }
    if let shown = quirk.shown { #expect(screen.text.contains(shown), "\(screen.text.prefix(600))") }
    // Without a wish of the server the wait is shortened by chance, by a quarter at most.
    #expect(pause.waits.count == (quirk.wait == nil ? 0 : 1))
    if let wait = quirk.wait, let waited = pause.waits.first?.seconds {
      #expect(wait == 0.5 ? (0.375...0.5).contains(waited) : waited == wait)
    }
    #expect(!screen.text.contains(Self.key))
    // The next question works.
    let again = assistant.ask("and now?", role: nil, screen: screen, lines: TypedLines(), work: Work())
    #expect(again == .answered && screen.text.contains("Fine."))
    let sent = try JSON(parsing: server.requests.last?.body ?? "")
    let messages = sent["messages"]?.array ?? []
    let asked = messages.flatMap { $0["tool_calls"]?.array ?? [] }.compactMap { $0["id"]?.string }
    #expect(asked == messages.compactMap { $0["tool_call_id"]?.string })
  }

  /// Byte after byte, a few a second, for ever: it never counts as silent, so the turn's own time must end it.
  @Test func `of dripping for ever end with the turn's time`() throws {
    let drip = Array(repeating: Action.text(": \n"), count: 50)
    let server = try ScriptedServer([
      [.text(Self.head)] + drip + [.hang], [.text(Self.head + Self.delta(#"{"content":"Fine."}"#))],
    ])
    var limits = TurnLimits()
    limits.seconds = 0.3
    let session = Session(world: .memory(), seed: 3)
    let conversation = Conversation(
      client: ModelClient(settings: ModelSettings(url: server.url), transport: CurlTransport()),
      pause: RecordedPause(), clock: SystemClock(), workplace: SessionWorkplace(session: session),
      role: AgentRole(systemText: "Work.", tools: []), limits: limits)
    let end = conversation.ask("which?", work: Work(), approve: { _ in .unattended }, emit: { _ in })
    #expect(end.reason == .outOfTime && end.exitCode == 124)
    conversation.limits.seconds = 60
    #expect(
      conversation.ask("again?", work: Work(), approve: { _ in .unattended }, emit: { _ in }).answer
        == "Fine.")
  }

  /// llama.cpp answers everything so until its model is in memory; nothing is settled meanwhile.
  @Test func `of loading still are told, and the next question finds the model`() throws {
    let loading =
      "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n"
    let busy: [Action] = [
      .text(loading + #"{"error":{"message":"Loading model","type":"unavailable_error","code":503}}"#)
    ]
    let list: [Action] = [
      .text(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n"
          + #"{"data":[{"id":"tiny","owned_by":"llamacpp"}]}"#)
    ]
    let server = try ScriptedServer([
      busy, busy, list, busy, [.text(Self.head + Self.delta(#"{"content":"Fine."}"#) + Self.done)],
    ])
    let transport = CurlTransport()
    let assistant = SessionAssistant(
      session: Session(world: .memory(), seed: 3), settings: { ModelSettings(url: server.url) },
      transport: transport, pause: RecordedPause(),
      prompt: { (name) throws(Diagnostic) in
        try RolePrompt(name: name, parsing: "---\ntools: show\n---\nWork.")
      },
      catalog: ModelCatalog(transport: transport, clock: SystemClock(), ports: []))
    let screen = RecordedScreen()
    let first = assistant.ask("which?", role: nil, screen: screen, lines: TypedLines(), work: Work())
    #expect(first != .answered && screen.text.contains("still loading its model"))
    let second = assistant.ask("again?", role: nil, screen: screen, lines: TypedLines(), work: Work())
    #expect(second == .answered && screen.text.contains("Fine."))
  }
}

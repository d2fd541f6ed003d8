import Agent
import Glibc
import Live
import Notation
import Synchronization
import TestKit
import Testing
import Workbench

/// Over a real socket and libcurl.
@Suite struct `Model client` {
  typealias Action = ScriptedServer.Action

  static let streamHead = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
  static let request = ChatRequest(messages: [.user("hi")], tools: [])

  static func failing(_ status: Int, _ body: String, headers: String = "") -> [Action] {
    [
      .text(
        "HTTP/1.1 \(status) X\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n"
          + "\(headers)connection: close\r\n\r\n\(body)")
    ]
  }

  static func ask(
    _ server: ScriptedServer, key: String? = nil, isCancelled: () -> Bool = { false },
    receive: (ChatAccumulator.Delta) -> Void = { _ in }
  ) -> ModelOutcome {
    let settings = ModelSettings(url: server.url, model: "m", key: key)
    let client = ModelClient(settings: settings, transport: CurlTransport())
    return client.ask(request, maximumOutput: 100, isCancelled: isCancelled, receive: receive)
  }

  static func ask(_ script: [Action], key: String? = nil) throws -> ModelOutcome {
    try ask(ScriptedServer([script]), key: key)
  }

  static func replied(_ text: String) -> ModelOutcome { .replied(ModelReply(text: text)) }

  @Test func `reads a stream whose pieces end inside characters`() throws {
    let event = Array("data: {\"choices\":[{\"delta\":{\"content\":\"größer 🛠\"}}]}\r\n\r\n".utf8)
    let script = [Action.text(Self.streamHead)] + event.map { .send([$0]) } + [.text("data: [DONE]\n\n")]
    #expect(try Self.ask(script) == Self.replied("größer 🛠"))
  }

  @Test func `does without the end mark and without a content type`() throws {
    let event = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}"
    #expect(
      try Self.ask([.text("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + event)]) == Self.replied("a"))
  }

  @Test func `reads an answer that was not streamed`() throws {
    #expect(
      try Self.ask(Self.failing(200, #"{"choices":[{"message":{"content":"a"}}]}"#)) == Self.replied("a"))
  }

  @Test func `sends the key in the header and shows it nowhere`() throws {
    let server = try ScriptedServer([Self.failing(401, #"{"error":{"message":"bad key s3cr3t-k3y"}}"#)])
    let outcome = Self.ask(server, key: "s3cr3t-k3y")
    #expect(server.requests[0].head.contains("authorization: Bearer s3cr3t-k3y"))
    #expect(server.requests[0].head.hasPrefix("POST /v1/chat/completions "))
    #expect(!server.requests[0].body.contains("s3cr3t"))
    #expect(
      outcome
        == .failed(ModelFailure(.notAllowed, status: 401, message: "bad key [REDACTED:key]"), shown: false))
    let settings = ModelSettings(url: server.url, key: "s3cr3t-k3y")
    var dumped = ""
    dump(settings, to: &dumped)
    #expect(!"\(settings) \(String(reflecting: settings)) \(dumped)".contains("s3cr3t"))
  }

  struct Refusal: CustomTestStringConvertible {
    let testDescription: String
    let status: Int
    let body: String
    let failure: ModelFailure
  }

  static let refusals = [
    Refusal(
      testDescription: "rate limit", status: 429, body: #"{"error":{"message":"slow","type":"requests"}}"#,
      failure: ModelFailure(.rateLimited, status: 429, message: "slow")),
    Refusal(
      testDescription: "quota", status: 429,
      body: #"{"error":{"message":"pay","code":"insufficient_quota"}}"#,
      failure: ModelFailure(.quotaExhausted, status: 429, message: "pay")),
    Refusal(
      testDescription: "overloaded", status: 529,
      body: #"{"type":"error","error":{"type":"overloaded_error"}}"#,
      failure: ModelFailure(.overloaded, status: 529)),
    Refusal(
      testDescription: "context of llama.cpp", status: 400,
      body:
        #"{"error":{"code":400,"message":"too big","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":4096}}"#,
      failure: ModelFailure(.contextExceeded(window: 4096), status: 400, message: "too big")),
    Refusal(
      testDescription: "context of vLLM", status: 400,
      body: #"{"object":"error","message":"This model's maximum context length is 2048 tokens","code":400}"#,
      failure: ModelFailure(
        .contextExceeded(window: nil), status: 400,
        message: "This model's maximum context length is 2048 tokens")),
    Refusal(
      testDescription: "unknown model of Ollama", status: 404, body: #"{"error":"model 'x' not found"}"#,
      failure: ModelFailure(.noSuchModel, status: 404, message: "model 'x' not found")),
    Refusal(
      testDescription: "no JSON", status: 502, body: "<html>",
      failure: ModelFailure(.serverError, status: 502)),
    Refusal(
      testDescription: "control characters in the message", status: 500,
      body: #"{"error":"a\u001b]0;x\u0007b"}"#,
      failure: ModelFailure(.serverError, status: 500, message: "a]0;xb")),
    Refusal(
      testDescription: "a redirect is not followed", status: 302, body: "",
      failure: ModelFailure(.notAModelServer, status: 302)),
    Refusal(
      testDescription: "JSON of something else", status: 200, body: #"{"hello":1}"#,
      failure: ModelFailure(.notAModelServer, status: 200)),
  ]

  @Test(arguments: refusals) func `reads errors in every shape`(_ refusal: Refusal) throws {
    let outcome = try Self.ask(Self.failing(refusal.status, refusal.body))
    #expect(outcome == .failed(refusal.failure, shown: false))
  }

  @Test func `notices an error after success was promised`() throws {
    let script: [Action] = [
      .text(Self.streamHead + "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"),
      .text("data: {\"error\":{\"message\":\"crash\"}}\n\n"),
    ]
    #expect(try Self.ask(script) == .failed(ModelFailure(.serverError, message: "crash"), shown: true))
  }

  @Test func `notices a connection that breaks in the middle`() throws {
    let server = try ScriptedServer([
      [.text(Self.streamHead + "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"), .reset]
    ])
    guard case .failed(let failure, _) = Self.ask(server) else {
      Issue.record("no failure")
      return
    }
    #expect(failure.cause == .broken)
  }

  @Test func `stops a silent server within 50 ms and goes on with the next question`() throws {
    let event = "data: {\"choices\":[{\"delta\":{\"content\":\"Audio\"}}]}\n\n"
    let server = try ScriptedServer([
      [.text(Self.streamHead + event), .hang], [.text(Self.streamHead + event)],
    ])
    var wish: ContinuousClock.Instant?
    let outcome = Self.ask(
      server, isCancelled: { wish != nil }, receive: { _ in wish = ContinuousClock.now })
    let waited = try ContinuousClock.now - #require(wish)
    #expect(outcome == .cancelled(partial: ModelReply(text: "Audio")))
    #expect(waited < .milliseconds(50))
    #expect(Self.ask(server) == Self.replied("Audio"))
    #expect(server.departures == 1)
  }

  @Test func `says that nobody listens`() throws {
    let url = try ScriptedServer([]).url
    let client = ModelClient(settings: ModelSettings(url: url), transport: CurlTransport())
    let outcome = client.ask(Self.request, maximumOutput: 1, isCancelled: { false }, receive: { _ in })
    guard case .failed(let failure, shown: false) = outcome else {
      Issue.record("no failure")
      return
    }
    #expect(failure.cause == .unreachable)
  }

  /// The key must not reach a proxy: all that it may see is where the tunnel goes.
  @Test func `goes through the proxy of the environment, in a tunnel`() throws {
    let proxy = try ScriptedServer([[.text("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")]])
    unsafe setenv("https_proxy", proxy.url, 1)
    defer { unsafe unsetenv("https_proxy") }
    let client = ModelClient(
      settings: ModelSettings(url: "https://models.invalid/v1", key: "s3cr3t-k3y"), transport: CurlTransport()
    )
    let outcome = client.ask(Self.request, maximumOutput: 1, isCancelled: { false }, receive: { _ in })
    guard case .failed(let failure, shown: false) = outcome else {
      Issue.record("no failure")
      return
    }
    #expect(failure.cause == .unreachable || failure.cause == .broken)
    let seen = proxy.requests.map { $0.head + $0.body }.joined()
    #expect(seen.hasPrefix("CONNECT models.invalid:443") && !seen.contains("s3cr3t"), "\(seen)")
  }

  @Test(arguments: [
    ("http://example.org", ModelFailure.Cause.plainHTTP(host: "example.org")),
    ("http://127.0.0.1@example.org/v1", .plainHTTP(host: "example.org")),
    ("http://127.0.0.1.example.org", .plainHTTP(host: "127.0.0.1.example.org")),
    ("ftp://example.org", .badAddress), ("127.0.0.1:8080", .badAddress), ("", .badAddress),
    ("http://", .badAddress),
  ]) func `refuses addresses that are not safe`(_ url: String, _ cause: ModelFailure.Cause) {
    let client = ModelClient(settings: ModelSettings(url: url), transport: CurlTransport())
    let outcome = client.ask(Self.request, maximumOutput: 1, isCancelled: { false }, receive: { _ in })
    #expect(outcome == .failed(ModelFailure(cause), shown: false))
  }

  @Test(arguments: [
    (["Unsupported parameter: 'max_tokens'"], ["max_completion_tokens"], ["max_tokens"]),
    (
      ["temperature does not support 0", "unknown field stream_options"], ["max_tokens"],
      ["temperature", "stream_options"]
    ),
    (["parallel_tool_calls is not allowed"], ["tools"], ["parallel_tool_calls"]),
    (["m does not support tools"], [], ["tools", "tool_choice"]),
    (["output that does not match the expected peg-native format"], [], ["tools"]),
  ]) func `leaves out what a server does not take`(
    _ refusals: [String], _ kept: [String], _ dropped: [String]
  ) throws {
    let answer = Self.failing(200, #"{"choices":[{"message":{"content":"a"}}]}"#)
    let server = try ScriptedServer(
      refusals.map { Self.failing(400, #"{"error":{"message":"\#($0)"}}"#) } + [answer, answer])
    var client = ModelClient(settings: ModelSettings(url: server.url), transport: CurlTransport())
    let chat = ChatRequest(
      messages: [.system("S"), .user("hi")], tools: [["type": "function", "function": ["name": "detect"]]])
    for _ in 0..<2 {
      var outcome: ModelOutcome
      repeat {
        outcome = client.ask(chat, maximumOutput: 9, isCancelled: { false }, receive: { _ in })
      } while learns(from: outcome, &client)
      #expect(outcome == Self.replied("a"))
    }
    #expect(server.requests.count == refusals.count + 2)
    let last = try JSON(parsing: server.requests[refusals.count + 1].body)
    #expect(kept.allSatisfy { last[$0] != nil })
    #expect(dropped.allSatisfy { last[$0] == nil })
    if kept.isEmpty { #expect(last["messages"]?[0]?["content"]?.string?.contains("- detect(") == true) }
  }

  private func learns(from outcome: ModelOutcome, _ client: inout ModelClient) -> Bool {
    if case .failed(let failure, _) = outcome { client.learn(from: failure) } else { false }
  }
}

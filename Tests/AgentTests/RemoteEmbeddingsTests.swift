import Agent
import Language
import Notation
import Numerics
import Synchronization
import TestKit
import Testing
import Values
import Workbench

/// A server for embeddings that answers with the length of each text, last one first.
private final class LengthServer: ModelTransport {
  private let seen = Mutex<[HTTPRequest]>([])
  var requests: [HTTPRequest] { seen.withLock { $0 } }
  let body: String?
  let status: Int

  init(status: Int = 200, body: String? = nil) {
    self.status = status
    self.body = body
  }

  func send(
    _ request: HTTPRequest, isCancelled: () -> Bool, receive: (HTTPEvent) -> Void
  ) throws(HTTPError) {
    seen.withLock { $0.append(request) }
    receive(.head(status: status, headers: []))
    if let body {
      receive(.body(Array(body.utf8)))
      return
    }
    let texts = (try? JSON(parsing: request.body))?["input"]?.array ?? []
    let items = texts.enumerated().reversed().map { place, text -> JSON in
      ["index": .number(Double(place)), "embedding": [.number(Double(text.string?.count ?? 0)), 1]]
    }
    receive(.body(Array(JSON.object([("data", .array(Array(items)))]).description.utf8)))
  }
}

@Suite struct `Embeddings from a server` {
  private static func session(
    _ transport: LengthServer,
    _ settings: [String: String] = ["SONDE_EMBEDDINGS_URL": "http://127.0.0.1:9/v1"]
  ) -> Session {
    var world = World.memory(MemoryFiles(["news.txt": Array("one\nthree\n\nsixsix\n".utf8)]))
    world.embeddings = RemoteEmbeddings(
      environment: { settings[$0] }, secret: { _ throws(Diagnostic) in "" }, transport: transport)
    return Session(world: world)
  }

  @Test func `come in the order of the texts, with the key of their own server`() throws {
    let server = LengthServer()
    let session = Self.session(
      server,
      [
        "SONDE_EMBEDDINGS_URL": "http://127.0.0.1:9/v1", "SONDE_EMBEDDINGS_KEY": "own-key",
        "SONDE_LLM_URL": "https://elsewhere.example", "SONDE_LLM_KEY": "other-key",
      ])
    let events = session.type("news = load text news.txt --lines", "encode remote news --batch 2 --model m")
    #expect(events.diagnostics.isEmpty, "\(events.diagnostics)")
    guard case .embedding(let embedding) = try #require(events.results.last).value else {
      Issue.record("no embedding")
      return
    }
    let lengths = embedding.matrix.column(0).filter(\.isFinite)
    #expect(lengths == [3, 5, 6])
    #expect(server.requests.count == 2)
    #expect(server.requests.allSatisfy { $0.url == "http://127.0.0.1:9/v1/embeddings" })
    let headers = server.requests.flatMap(\.headers).map(\.value)
    #expect(headers.contains { $0.contains("own-key") } && !headers.contains { $0.contains("other-key") })
    #expect((try? JSON(parsing: server.requests[0].body))?["model"]?.string == "m")
  }

  @Test(arguments: [
    (401, #"{"error":{"message":"bad key own-key"}}"#, "A0102"), (200, #"{"data":[]}"#, "E0557"),
    (200, #"{"data":[{"embedding":[1]},{"embedding":["x"]},{"embedding":[1]}]}"#, "E0557"),
    (200, "no json", "E0557"),
  ])
  func `tell what a server did wrong, without the key`(_ status: Int, _ body: String, _ code: String) {
    let session = Self.session(
      LengthServer(status: status, body: body),
      ["SONDE_EMBEDDINGS_URL": "http://127.0.0.1:9", "SONDE_EMBEDDINGS_KEY": "own-key"])
    let found = session.type("news = load text news.txt --lines", "encode remote news").diagnostics
    #expect(found.map(\.code) == [code])
    #expect(!found.contains { $0.text().contains("own-key") })
  }

  @Test func `need a server, and are nothing for the agent`() {
    let session = Self.session(LengthServer(), [:])
    let found = session.type("news = load text news.txt --lines", "encode remote news").diagnostics
    #expect(found.map(\.code) == ["E0556"])
    let workplace = SessionWorkplace(session: session)
    // Whoever insists, or adds what can be left out again, gets no further.
    for (tool, arguments) in [
      ("run", #"{"line":"encode remote news"}"#), ("run", #"{"line":"encode remote news --batch 1"}"#),
      ("encode", #"{"method":"remote","value":"news","batch":1}"#),
    ] {
      for _ in 0..<3 {
        let review = workplace.review(ToolCall(id: "1", name: tool, arguments: arguments))
        guard case .refused(_, let diagnostic) = review else {
          Issue.record("not refused: \(review)")
          return
        }
        #expect(diagnostic.contains("A0150") || diagnostic.contains("batch"))
      }
    }
    let tools = Toolbox(verbs: ["encode"], specs: builtins.map(\.spec), tokens: 4000).tools
    #expect(!tools.description.contains("remote"))
  }
}

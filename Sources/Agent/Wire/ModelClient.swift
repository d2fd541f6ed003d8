package import Language
import Notation
package import Workbench

/// Where the model is and who may ask it. The key appears in no text that this program makes.
package struct ModelSettings: Sendable {
  package var url: String
  /// Empty: the server's own choice.
  package var model: String
  package var wire: WireFormat
  private let key: String?

  /// Without a `wire` the address tells it.
  package init(url: String, model: String = "", key: String? = nil, wire: WireFormat? = nil) {
    self.url = url
    self.model = model
    self.key = key
    self.wire = wire ?? WireFormat(address: url)
  }

  /// Reads `SONDE_LLM_URL`, `SONDE_LLM_MODEL`, `SONDE_LLM_KEY`, `SONDE_LLM_KEY_FILE` and `SONDE_LLM_API`.
  ///
  /// `secret` reads a key file and refuses one that others may read.
  package init(
    environment: (String) -> String?, secret: (String) throws(Diagnostic) -> String
  ) throws(Diagnostic) {
    func set(_ name: String) -> String? { environment(name).flatMap { $0.isEmpty ? nil : $0 } }
    guard let url = set("SONDE_LLM_URL") else {
      throw Diagnostic(
        "A0101", "no model server is set",
        remedy: "set SONDE_LLM_URL to an OpenAI-compatible address, such as http://127.0.0.1:8080;"
          + " `scripts/local-model` starts one")
    }
    var key = set("SONDE_LLM_KEY")
    if key == nil, let path = set("SONDE_LLM_KEY_FILE") { key = try secret(path) }
    self.init(
      url: url, model: set("SONDE_LLM_MODEL") ?? "", key: key.map(Self.trimmed),
      wire: set("SONDE_LLM_API").flatMap { WireFormat(rawValue: $0) })
  }

  var hasKey: Bool { key != nil }

  private static func trimmed(_ text: String) -> String {
    String(text.filter { !$0.isWhitespace })
  }

  /// The host, for messages: no user name, no path.
  package var host: String { Self.host(of: url) }

  /// Whether the server is this machine.
  package var isLocal: Bool {
    let name = host.split(separator: ":").first.map(String.init) ?? ""
    return name == "localhost" || name.hasPrefix("127.") || host.hasPrefix("[::1]")
  }

  static func host(of url: String) -> String {
    let rest = url.split(separator: "//", maxSplits: 1).last ?? ""
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    return SafeText.oneLine(String(authority.split(separator: "@").last ?? ""), limit: 80)
  }

  func request(_ chat: ChatRequest, maximumOutput: Int, dialect: ChatDialect) -> HTTPRequest {
    let body = wire.body(chat, model: model, maximumOutput: maximumOutput, dialect: dialect)
    return HTTPRequest(
      url: wire.address(base: url), headers: wire.headers(key: key), body: Array(body.description.utf8))
  }

  /// A look at another page of the server: its models, its facts.
  func look(at page: String) -> HTTPRequest {
    HTTPRequest(
      url: WireFormat.address(base: url, page: page), headers: wire.headers(key: key), body: [])
  }

  /// The text without the key, should a server repeat it.
  func withoutKey(_ text: String) -> String {
    guard let key, key.utf8.count >= 4 else { return text }
    return text.replacing(key, with: "[REDACTED:key]")
  }
}

extension ModelSettings: CustomStringConvertible, CustomReflectable {
  package var description: String { "\(model.isEmpty ? "model" : model) at \(host)" }
  /// Dumps and debuggers see no key.
  package var customMirror: Mirror { Mirror(self, children: ["url": host, "model": model]) }
}

/// How a request went.
package enum ModelOutcome: Sendable, Equatable {
  case replied(ModelReply)
  case failed(ModelFailure, shown: Bool)
  case cancelled(partial: ModelReply)
}

/// Sends a request and reads the answer, streamed or not.
package struct ModelClient: Sendable {
  package let settings: ModelSettings
  package private(set) var dialect = ChatDialect()
  private let transport: any ModelTransport

  /// An error body longer than this is not read to its end.
  private static let longestBody = 1 << 20

  package init(
    settings: ModelSettings, transport: any ModelTransport, dialect: ChatDialect = ChatDialect()
  ) {
    self.settings = settings
    self.transport = transport
    self.dialect = dialect
  }

  /// Learns from a refusal; true if the same request is worth sending again at once.
  package mutating func learn(from failure: ModelFailure) -> Bool { dialect.learn(from: failure) }

  package func ask(
    _ chat: ChatRequest, maximumOutput: Int, isCancelled: () -> Bool, tick: () -> Void = {},
    receive: (ChatAccumulator.Delta) -> Void
  ) -> ModelOutcome {
    var answer = Answer(knownTools: Set(chat.tools.compactMap { $0["function"]?["name"]?.string }))
    func show(_ deltas: [ChatAccumulator.Delta]) {
      for delta in deltas {
        receive(delta)
        if case .text = delta { answer.isShown = true }
      }
    }
    do {
      try transport.send(
        settings.request(chat, maximumOutput: maximumOutput, dialect: dialect), isCancelled: isCancelled
      ) {
        event in
        switch event {
        case .head(let status, let headers): answer.begin(status: status, headers: headers)
        case .body(let bytes): show(answer.feed(bytes, limit: Self.longestBody))
        case .tick: tick()
        }
      }
    } catch .cancelled {
      return .cancelled(partial: answer.accumulator.reply())
    } catch {
      return .failed(cleaned(ModelFailure(transport: error)), shown: answer.isShown)
    }
    show(answer.finish())
    if let failure = answer.failure { return .failed(cleaned(failure), shown: answer.isShown) }
    var reply = answer.accumulator.reply()
    if dialect.callForm == .constrained, let text = ToolsInText.answer(in: reply.text) { reply.text = text }
    return .replied(reply)
  }

  private func cleaned(_ failure: ModelFailure) -> ModelFailure {
    var failure = failure
    failure.message = settings.withoutKey(failure.message)
    return failure
  }
}

/// An answer while it arrives.
private struct Answer {
  var accumulator: ChatAccumulator
  var isShown = false
  private var stream = EventStream()
  private var status = 0
  private var headers: [HTTPHeader] = []
  private var whole: [UInt8] = []
  private var isStream = false

  init(knownTools: Set<String>) { accumulator = ChatAccumulator(knownTools: knownTools) }

  mutating func begin(status: Int, headers: [HTTPHeader]) {
    self.status = status
    self.headers = headers
    let type = headers.last { $0.name == "content-type" }?.value.lowercased() ?? ""
    // Some servers forget to name the type of a stream.
    isStream = status < 400 && !type.contains("json") && !type.contains("html")
  }

  mutating func feed(_ bytes: [UInt8], limit: Int) -> [ChatAccumulator.Delta] {
    guard isStream else {
      if whole.count < limit { whole += bytes }
      return []
    }
    return stream.feed(bytes).flatMap { accumulator.consume($0) }
  }

  mutating func finish() -> [ChatAccumulator.Delta] {
    if isStream { return stream.finish().flatMap { accumulator.consume($0) } }
    return status < 400 ? accumulator.consume(String(decoding: whole, as: UTF8.self)) : []
  }

  var failure: ModelFailure? {
    if status >= 300, status < 400 { return ModelFailure(.notAModelServer, status: status) }
    if status >= 400 {
      return ModelFailure(status: status, body: try? JSON(parsing: whole), headers: headers)
    }
    if let failure = accumulator.failure { return failure }
    return accumulator.hasContent ? nil : ModelFailure(.notAModelServer, status: status)
  }
}

import Chronology
import Language
import Notation
package import Workbench

/// A model server as it describes itself.
package struct ModelServer: Sendable {
  package var settings: ModelSettings
  /// What it serves; one name if it serves whatever was loaded.
  package var models: [String]
  /// Tokens that a request and its answer may have together, if the server tells.
  package var window: Int?
  /// llama.cpp's own server: it can hold a model to a schema, and its templates often miss tool calls.
  package var isLlama: Bool
  package var seesPictures: Bool

  /// How its models are best asked, as far as its own words tell.
  package var dialect: ChatDialect {
    ChatDialect(callForm: isLlama ? .constrained : .native, seesPictures: seesPictures)
  }
}

/// Finds model servers and asks them what they are. Looks at this machine only, unless an address was set.
package struct ModelCatalog {
  /// Where model servers listen by default: llama.cpp, Ollama, vLLM, LM Studio.
  package static let usualPorts = [8080, 11434, 8000, 1234]

  private let transport: any ModelTransport
  private let clock: any Clock
  private let ports: [Int]
  /// A server that does not describe itself within this time is no help.
  private static let patience = 2.0
  private static let longestPage = 1 << 20

  package init(transport: any ModelTransport, clock: any Clock, ports: [Int] = usualPorts) {
    self.transport = transport
    self.clock = clock
    self.ports = ports
  }

  /// The servers at the usual ports of this machine.
  package func discovered() -> [ModelServer] {
    ports.compactMap { look(at: ModelSettings(url: "http://127.0.0.1:\($0)")) }
  }

  /// The first server at the usual ports that will serve soon.
  package func loading() -> ModelSettings? {
    ports.map { ModelSettings(url: "http://127.0.0.1:\($0)") }.first(where: isLoading)
  }

  /// Whether a server is there whose model is not in memory yet; llama.cpp answers everything so meanwhile.
  package func isLoading(_ settings: ModelSettings) -> Bool {
    let answer = answer("models", of: settings)
    return answer.status == 503 && answer.page?["error"]?["message"]?.string?.contains("oading") == true
  }

  /// Asks a server what it serves; nil if it does not tell.
  package func look(at settings: ModelSettings) -> ModelServer? {
    guard let list = page("models", of: settings) else { return nil }
    let entries = list["data"]?.array ?? list["models"]?.array ?? []
    let models = entries.compactMap { $0["id"]?.string ?? $0["name"]?.string }
    if models.isEmpty { return nil }
    var server = ModelServer(
      settings: settings, models: models, window: nil, isLlama: false, seesPictures: false)
    let wanted = entries.first { $0["id"]?.string == settings.model } ?? entries.first
    server.window = Self.count(wanted?["max_model_len"] ?? wanted?["context_length"])
    server.isLlama = wanted?["owned_by"] == "llamacpp"
    if server.isLlama, let facts = page("/props", of: settings) {
      server.window = Self.count(facts["default_generation_settings"]?["n_ctx"]) ?? server.window
      server.seesPictures = facts["modalities"]?["vision"]?.bool ?? false
    }
    return server
  }

  private static func count(_ number: JSON?) -> Int? {
    number?.number.flatMap { Int(exactly: $0) }.flatMap { $0 > 0 ? $0 : nil }
  }

  private func page(_ page: String, of settings: ModelSettings) -> JSON? {
    let answer = answer(page, of: settings)
    return answer.status == 200 ? answer.page : nil
  }

  private func answer(_ page: String, of settings: ModelSettings) -> (status: Int, page: JSON?) {
    let started = clock.now()
    var status = 0
    var bytes: [UInt8] = []
    do {
      try transport.send(settings.look(at: page)) {
        (clock.now() - started).seconds > Self.patience
      } receive: { event in
        switch event {
        case .head(let code, _): status = code
        case .body(let piece): if bytes.count < Self.longestPage { bytes += piece }
        case .tick: break
        }
      }
    } catch { return (0, nil) }
    return (status, try? JSON(parsing: bytes))
  }
}

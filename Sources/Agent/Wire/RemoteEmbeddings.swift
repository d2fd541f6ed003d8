package import Language
import Notation
package import Workbench

/// Asks a server for embeddings, as OpenAI's interface has it, with the settings and the care of a model's client.
package struct RemoteEmbeddings: EmbeddingService {
  private let settings: ModelSettings?
  /// Why the settings cannot be used.
  package let problem: Diagnostic?
  /// Has an address of its own.
  private let isOwn: Bool
  private let transport: any ModelTransport

  /// 2,048 vectors of 4,096 numbers as text.
  private static let longestBody = 256 << 20

  /// Reads `SONDE_EMBEDDINGS_URL`, `_KEY` and `_KEY_FILE`; without an address those of the agent's model server.
  ///
  /// A key is only ever sent to the address that it was set for.
  package init(
    environment: (String) -> String?, secret: (String) throws(Diagnostic) -> String,
    transport: any ModelTransport
  ) {
    self.transport = transport
    let isOwn = environment("SONDE_EMBEDDINGS_URL").map { !$0.isEmpty } ?? false
    self.isOwn = isOwn
    do throws(Diagnostic) {
      let settings = try ModelSettings(
        environment: { name in
          if name == "SONDE_LLM_API" { return WireFormat.chat.rawValue }
          if name == "SONDE_LLM_MODEL" { return nil }
          return environment(isOwn ? name.replacing("SONDE_LLM_", with: "SONDE_EMBEDDINGS_") : name)
        }, secret: secret)
      (self.settings, problem) = (settings, nil)
    } catch {
      (settings, problem) = (nil, error.code == "A0101" ? nil : error)
    }
  }

  package var host: String? { problem == nil ? settings?.host : "a server" }

  package func vectors(
    of texts: [String], model: String, isCancelled: () -> Bool
  ) throws(Failure) -> [[Double]] {
    if let problem { throw .diagnostic(problem) }
    guard let settings else { return [] }
    var request = settings.look(at: "embeddings")
    var body: [(key: String, value: JSON)] = model.isEmpty ? [] : [("model", .string(model))]
    body += [("input", .array(texts.map { .string($0) })), ("encoding_format", "float")]
    request.body = Array(JSON.object(body).description.utf8)
    var (status, headers, bytes): (Int, [HTTPHeader], [UInt8]) = (0, [], [])
    do throws(HTTPError) {
      try transport.send(request, isCancelled: isCancelled) { event in
        switch event {
        case .head(let code, let fields): (status, headers) = (code, fields)
        case .body(let piece): if bytes.count <= Self.longestBody { bytes += piece }
        case .tick: break
        }
      }
    } catch {
      if error == .cancelled { throw .cancelled }
      throw failure(ModelFailure(transport: error), settings)
    }
    let answer = try? JSON(parsing: bytes)
    if status >= 400 { throw failure(ModelFailure(status: status, body: answer, headers: headers), settings) }
    guard let vectors = Self.vectors(in: answer, count: texts.count) else {
      throw .diagnostic(
        Diagnostic(
          "E0557", "\(settings.host) did not answer with one vector a text (status \(status))",
          remedy: "Point SONDE_EMBEDDINGS_URL at the server's base address; /v1/embeddings is added to it."))
    }
    return vectors
  }

  /// By their `index`, since servers need not keep the order; nil if one is missing or holds no finite numbers.
  static func vectors(in answer: JSON?, count: Int) -> [[Double]]? {
    guard let items = answer?["data"]?.array, items.count == count else { return nil }
    var vectors = [[Double]](repeating: [], count: count)
    for (place, item) in items.enumerated() {
      let number = item["index"]?.number.flatMap { Int(exactly: $0) } ?? place
      guard vectors.indices.contains(number), vectors[number].isEmpty, let list = item["embedding"]?.array
      else { return nil }
      let numbers = list.compactMap { $0.number }
      guard !numbers.isEmpty, numbers.count == list.count, numbers.allSatisfy(\.isFinite) else { return nil }
      vectors[number] = numbers
    }
    return vectors
  }

  private func failure(_ failure: ModelFailure, _ settings: ModelSettings) -> Failure {
    var failure = failure
    failure.message = settings.withoutKey(failure.message)
    var diagnostic = AgentText.diagnostic(failure, settings: settings)
    if isOwn { diagnostic.remedy = diagnostic.remedy.replacing("SONDE_LLM_", with: "SONDE_EMBEDDINGS_") }
    return .diagnostic(diagnostic)
  }
}

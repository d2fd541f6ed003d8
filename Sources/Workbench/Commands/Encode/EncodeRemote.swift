import Language
import Numerics
import Values

/// `encode remote`: vectors of texts from a server.
struct EncodeRemote: WorldCommand {
  static let input = Parameter<Reference>.value("value", [.text], help: "The documents to encode.")
  static let model = Parameter<String?>.optional(
    "model", .text, help: "The server's name of the model; its own choice if absent."
  ) { if case .text(let text) = $0 { text } else { nil } }
  static let longest = Parameter<Int>.integer(
    "characters", in: 1...1_000_000, default: 8000, help: "Characters of each text that are sent, at most.")
  static let batch = Parameter<Int>.integer(
    "batch", in: 1...2048, default: 32, help: "Texts in one request.")

  let spec = CommandSpec(
    "encode", "remote", "Turns texts into vectors by a server that speaks OpenAI's embeddings.",
    discussion: """
      The texts leave this machine for the server that SONDE_EMBEDDINGS_URL names, with the key of SONDE_EMBEDDINGS_KEY or of the file \
      SONDE_EMBEDDINGS_KEY_FILE; without that address the model server of the agent is asked (SONDE_LLM_URL and its key). Plain http goes to this \
      machine only. Requests are made one after the other, and one that fails is not made again. Vectors come as the server gives them, one a \
      text, all of one length; empty texts are absent. The agent cannot run this command.
      """,
    parameters: [input.base, model.base, longest.base, batch.base], output: .embedding, reach: .network,
    needs: "scripts/local-model",
    examples: [
      Example("news = load text news.txt --lines"),
      Example("meaning = encode remote news"),
      Example("encode remote news --model nomic-embed-text --batch 8"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    guard case .text(let documents) = call[Self.input].value else { throw call.noRows(Self.input.base) }
    guard let host = world.embeddings.host else {
      throw call.blame(
        Self.input.base, "E0556", "no server for embeddings is set", label: "needs a server",
        remedy:
          "Set SONDE_EMBEDDINGS_URL to an OpenAI-compatible address such as http://127.0.0.1:8080, or use `encode --use lsa`."
      )
    }
    let rows = (0..<documents.texts.count).filter { row in documents.texts[row].contains { !$0.isWhitespace }
    }
    if rows.isEmpty { throw call.noRows(Self.input.base) }
    call.note("\(counted(rows.count, "text")) sent to \(host)")
    var vectors: [[Double]] = []
    for start in stride(from: 0, to: rows.count, by: call[Self.batch]) {
      do { try work.check() } catch { throw .cancelled }
      work.report(Double(start) / Double(rows.count), "asking for vectors")
      let chosen = rows[start..<min(rows.count, start + call[Self.batch])]
      vectors += try world.embeddings.vectors(
        of: chosen.map { String(documents.texts[$0].prefix(call[Self.longest])) },
        model: call[Self.model] ?? "", isCancelled: work.isCancelled)
    }
    let width = vectors.first?.count ?? 0
    guard width > 0, vectors.count == rows.count, vectors.allSatisfy({ $0.count == width }) else {
      throw call.blame(
        Self.input.base, "E0557", "the server gives vectors of several lengths, or not one a text",
        label: "not one space", remedy: "Choose another model with --model.")
    }
    var matrix = Matrix(rows: documents.texts.count, columns: width, repeating: .nan)
    for (row, vector) in zip(rows, vectors) {
      for (column, number) in vector.enumerated() { matrix[row, column] = number }
    }
    if rows.count < documents.texts.count {
      call.note("\(counted(documents.texts.count - rows.count, "row")) without a text")
    }
    let name = call[Self.input].name.isEmpty ? "text" : call[Self.input].name
    return .embedding(
      Embedding(
        index: documents.frame.index, matrix: matrix, features: (0..<width).map { "\($0)" },
        blocks: [Block(name: name, columns: 0..<width)]))
  }
}

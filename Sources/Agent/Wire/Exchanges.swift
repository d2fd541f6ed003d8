package import Language
package import Notation
import Synchronization
import Values
package import Workbench

/// What was said to models and what they answered, by the digest of each request; without keys.
package final class Exchanges: Sendable {
  /// One answer, as it came.
  package struct Answer: Sendable, Equatable {
    package var status: Int
    /// Only what decides how the answer is read.
    package var headers: [HTTPHeader]
    package var body: String
  }

  private struct Record: Sendable {
    let key: String
    let model: JSON
    let answer: Answer
  }

  private let records = Mutex<[Record]>([])
  /// How the model was asked, for the records that follow.
  private let model = Mutex(JSON.null)

  package init() {}

  /// Reads a file of exchanges, one a line.
  package init(parsing text: String, name: String) throws(Diagnostic) {
    var all: [Record] = []
    for (number, line) in text.split(separator: "\n").enumerated() {
      guard let json = try? JSON(parsing: String(line)), let key = json["request"]?.string,
        let status = json["status"]?.number.flatMap({ Int(exactly: $0) }), let body = json["body"]?.string
      else {
        throw Diagnostic(
          "A0125", "line \(number + 1) of \(name) is no exchange", remedy: "replay without `--agent recorded`"
        )
      }
      let headers = (json["headers"]?.members ?? []).map { HTTPHeader($0.key, $0.value.string ?? "") }
      all.append(
        Record(
          key: key, model: json["model"] ?? .null,
          answer: Answer(status: status, headers: headers, body: body)))
    }
    let records = all
    self.records.withLock { $0 = records }
  }

  /// The digest of a request: its notation and its body, where neither address nor key stand.
  package static func key(of request: HTTPRequest) -> String {
    var builder = FingerprintBuilder()
    builder.add(bytes: Redaction.redacted(String(decoding: request.body, as: UTF8.self)).utf8)
    return builder.finish().digits
  }

  func begin(_ model: JSON) { self.model.withLock { $0 = model } }

  func add(_ answer: Answer, for key: String) {
    let model = model.withLock { $0 }
    var answer = answer
    answer.body = Redaction.redacted(answer.body)
    let record = Record(key: key, model: model, answer: answer)
    records.withLock { $0.append(record) }
  }

  /// The first answer to such a request that was not taken yet.
  func take(_ key: String) -> Answer? {
    records.withLock { records in
      records.firstIndex { $0.key == key }.map { records.remove(at: $0).answer }
    }
  }

  /// How the model of the first record was asked.
  package var firstModel: JSON? { records.withLock { $0.first?.model } }

  /// One exchange a line.
  package var text: String {
    records.withLock { $0 }.map { record in
      let line: JSON = [
        "request": .string(record.key), "model": record.model,
        "status": .number(Double(record.answer.status)),
        "headers": .object(record.answer.headers.map { ($0.name, .string($0.value)) }),
        "body": .string(record.answer.body),
      ]
      return line.description + "\n"
    }.joined()
  }
}

/// Passes requests on and keeps what came back.
struct RecordingTransport: ModelTransport {
  let base: any ModelTransport
  let exchanges: Exchanges

  private static let keptHeaders: Set<String> = [
    "content-type", "retry-after", "retry-after-ms", "x-should-retry",
  ]

  func send(_ request: HTTPRequest, isCancelled: () -> Bool, receive: (HTTPEvent) -> Void) throws(HTTPError) {
    var status = 0
    var headers: [HTTPHeader] = []
    var bytes: [UInt8] = []
    try base.send(request, isCancelled: isCancelled) { event in
      switch event {
      case .head(let code, let all):
        status = code
        headers = all.filter { Self.keptHeaders.contains($0.name) }
      case .body(let piece): bytes += piece
      case .tick: break
      }
      receive(event)
    }
    // A look at a page is no exchange.
    if request.body.isEmpty { return }
    exchanges.add(
      Exchanges.Answer(status: status, headers: headers, body: String(decoding: bytes, as: UTF8.self)),
      for: Exchanges.key(of: request))
  }
}

/// Answers from a recording; what is not in it is an error, never a live request.
package struct RecordedTransport: ModelTransport {
  private let exchanges: Exchanges

  package init(_ exchanges: Exchanges) { self.exchanges = exchanges }

  package func send(
    _ request: HTTPRequest, isCancelled: () -> Bool, receive: (HTTPEvent) -> Void
  ) throws(HTTPError) {
    let answer =
      exchanges.take(Exchanges.key(of: request))
      ?? Exchanges.Answer(
        status: 400, headers: [HTTPHeader("content-type", "application/json")],
        body: #"{"error":{"message":"the recording holds no answer to this question"}}"#)
    receive(.head(status: answer.status, headers: answer.headers))
    receive(.body(Array(answer.body.utf8)))
  }
}

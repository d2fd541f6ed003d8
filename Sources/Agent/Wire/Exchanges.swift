package import Language
import Notation
import Synchronization
import Values
package import Workbench

/// What was said to models and what they answered, by the digest of each request, and what else decided how a question
/// went: what people allowed and what other programs gave. Without keys.
package final class Exchanges: Sendable {
  /// One answer, as it came.
  package struct Answer: Sendable, Equatable {
    package var status: Int
    /// Only what decides how the answer is read.
    package var headers: [HTTPHeader]
    package var body: String
    /// What broke it off.
    package var error: HTTPError?
  }

  enum Record: Sendable {
    case exchange(key: String, model: JSON, Answer)
    case question(AskedQuestion)
    case approval(line: String, Approval.Answer)
    case call(line: String, CallOutcome)
  }

  private let records = Mutex<[Record]>([])
  /// The question that is put again was stopped by the user.
  private let stopped = Mutex(false)
  var isStopped: Bool { stopped.withLock { $0 } }

  package init() {}

  /// Reads a file of exchanges, one a line.
  package init(parsing text: String, name: String) throws(Diagnostic) {
    var all: [Record] = []
    for (number, line) in text.split(separator: "\n").enumerated() {
      guard let json = try? JSON(parsing: String(line)), let record = Self.record(json) else {
        throw Diagnostic(
          "A0125", "line \(number + 1) of \(name) is no exchange", remedy: "replay without `--agent recorded`"
        )
      }
      all.append(record)
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

  /// - Parameter model: how it was asked.
  func add(_ answer: Answer, for key: String, model: JSON) {
    var answer = answer
    answer.body = Redaction.redacted(answer.body)
    add(.exchange(key: key, model: model, answer))
  }

  func add(_ question: AskedQuestion) { add(.question(question)) }

  func add(_ answer: Approval.Answer, to line: String) {
    add(.approval(line: Redaction.redacted(line), answer))
  }

  func add(_ outcome: CallOutcome, of line: String) {
    add(.call(line: Redaction.redacted(line), outcome))
  }

  private func add(_ record: Record) { records.withLock { $0.append(record) } }

  /// The first answer to such a request that was not taken yet.
  func take(_ key: String) -> Answer? {
    take { if case .exchange(key, _, let answer) = $0 { answer } else { nil } }
  }

  /// How this question went, the first time that it was asked and not taken yet.
  func takeQuestion(_ text: String) -> AskedQuestion? {
    let text = Redaction.redacted(text)
    let question = take {
      if case .question(let question) = $0, question.text == text { question } else { nil }
    }
    stopped.withLock { $0 = question?.end == AssistantEnd.interrupted.rawValue }
    return question
  }

  func takeApproval(of line: String) -> Approval.Answer? {
    let line = Redaction.redacted(line)
    return take { if case .approval(line, let answer) = $0 { answer } else { nil } }
  }

  func takeCall(_ line: String) -> CallOutcome? {
    let line = Redaction.redacted(line)
    return take { if case .call(line, let outcome) = $0 { outcome } else { nil } }
  }

  private func take<Found: Sendable>(_ find: (Record) -> Found?) -> Found? {
    records.withLock { records in
      for (position, record) in records.enumerated() {
        guard let found = find(record) else { continue }
        records.remove(at: position)
        return found
      }
      return nil
    }
  }

  /// How the model of the first record was asked, or of the first one by this name.
  func model(named name: String? = nil) -> JSON? {
    records.withLock { records in
      for case .exchange(_, let model, _) in records {
        if name.map({ model["name"]?.string?.hasPrefix($0) == true }) ?? true { return model }
      }
      return nil
    }
  }

  /// One record a line.
  package var text: String {
    records.withLock { $0 }.map { Self.json(of: $0).description + "\n" }.joined()
  }
}

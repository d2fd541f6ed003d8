import Notation
import Workbench

extension Exchanges {
  static func json(of record: Record) -> JSON {
    switch record {
    case .exchange(let key, let model, let answer):
      var members: [(key: String, value: JSON)] = [
        ("request", .string(key)), ("model", model), ("status", .number(Double(answer.status))),
        ("headers", .object(answer.headers.map { ($0.name, .string($0.value)) })),
        ("body", .string(answer.body)),
      ]
      if let error = answer.error { members.append(("error", error.json)) }
      return .object(members)
    case .question(let question): return question.json
    case .approval(let line, let answer):
      return .object([("approval", .string(line))] + answer.members)
    case .call(let line, let outcome):
      return [
        "call": .string(line), "status": .string(outcome.status.rawValue), "text": .string(outcome.text),
        "summary": .string(outcome.summary), "preview": .array(outcome.preview.map(JSON.string)),
      ]
    }
  }

  /// nil if it is none.
  static func record(_ json: JSON) -> Record? {
    if let question = AskedQuestion(json) { return .question(question) }
    if let line = json["approval"]?.string {
      return Approval.Answer(json).map { .approval(line: line, $0) }
    }
    if let line = json["call"]?.string {
      guard let status = json["status"]?.string.flatMap(CallOutcome.Status.init) else { return nil }
      return .call(
        line: line,
        CallOutcome(
          status, text: json["text"]?.string ?? "", summary: json["summary"]?.string ?? "",
          preview: json["preview"]?.array?.compactMap(\.string) ?? []))
    }
    guard let key = json["request"]?.string, let body = json["body"]?.string,
      let status = json["status"]?.number.flatMap({ Int(exactly: $0) })
    else { return nil }
    let headers = (json["headers"]?.members ?? []).map { HTTPHeader($0.key, $0.value.string ?? "") }
    return .exchange(
      key: key, model: json["model"] ?? .null,
      Answer(status: status, headers: headers, body: body, error: json["error"].flatMap(HTTPError.init)))
  }
}

extension Approval.Answer {
  var members: [(key: String, value: JSON)] {
    switch self {
    case .once: [("answer", "once")]
    case .session: [("answer", "session")]
    case .edited(let text): [("answer", "edited"), ("text", .string(Redaction.redacted(text)))]
    case .no(let reason): [("answer", "no"), ("text", .string(Redaction.redacted(reason)))]
    case .unattended: [("answer", "unattended")]
    case .stop: [("answer", "stop")]
    }
  }

  init?(_ json: JSON) {
    let text = json["text"]?.string ?? ""
    switch json["answer"]?.string {
    case "once": self = .once
    case "session": self = .session
    case "edited": self = .edited(text)
    case "no": self = .no(text)
    case "unattended": self = .unattended
    case "stop": self = .stop
    default: return nil
    }
  }

  /// The line runs.
  var isYes: Bool {
    switch self {
    case .once, .session, .edited: true
    case .no, .unattended, .stop: false
    }
  }
}

extension HTTPError {
  var json: JSON {
    switch self {
    case .cancelled: "cancelled"
    case .unavailable: "unavailable"
    case .badAddress: "badAddress"
    case .plainHTTP(let host): ["plainHTTP": .string(host)]
    case .unreachable(let words): ["unreachable": .string(Redaction.redacted(words))]
    case .timedOut(let words): ["timedOut": .string(Redaction.redacted(words))]
    case .untrusted(let words): ["untrusted": .string(Redaction.redacted(words))]
    case .broken(let words): ["broken": .string(Redaction.redacted(words))]
    }
  }

  init?(_ json: JSON) {
    let words = json.members?.first
    switch (json.string ?? words?.key, words?.value.string ?? "") {
    case ("cancelled", _): self = .cancelled
    case ("unavailable", _): self = .unavailable
    case ("badAddress", _): self = .badAddress
    case ("plainHTTP", let host): self = .plainHTTP(host: host)
    case ("unreachable", let words): self = .unreachable(words)
    case ("timedOut", let words): self = .timedOut(words)
    case ("untrusted", let words): self = .untrusted(words)
    case ("broken", let words): self = .broken(words)
    default: return nil
    }
  }
}

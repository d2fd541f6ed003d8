package import Notation
package import Workbench

/// Why a request gave no answer: facts, without the text for people.
package struct ModelFailure: Error, Sendable, Equatable {
  package enum Cause: Sendable, Equatable {
    /// The key is missing or refused.
    case notAllowed
    case noSuchModel
    /// The request does not fit; the window, if the server told.
    case contextExceeded(window: Int?)
    /// Waiting helps.
    case rateLimited
    /// Waiting does not help: money or quota are used up.
    case quotaExhausted
    case overloaded
    case rejected
    case serverError
    /// No connection came about.
    case unreachable
    case untrusted
    case plainHTTP(host: String)
    case badAddress
    case noLibrary
    /// The answer broke off or fell silent.
    case broken
    /// The server answered with something that is not chat completions.
    case notAModelServer
    /// A replay asks what was not asked when it was recorded.
    case notRecorded
  }

  package var cause: Cause
  package var status: Int?
  /// The server's own words, at most 300 characters, free of control characters and keys.
  package var message: String
  /// What the headers say about trying again.
  package var advice: RetryAdvice

  package init(_ cause: Cause, status: Int? = nil, message: String = "", advice: RetryAdvice = RetryAdvice())
  {
    self.cause = cause
    self.status = status
    self.message = SafeText.oneLine(Redaction.redacted(message), limit: 300)
    self.advice = advice
  }

  /// Reads an error body, in any of the shapes that servers use.
  package init(status: Int?, body: JSON?, headers: [HTTPHeader] = []) {
    let error = body?["error"]
    let code = error?["code"] ?? body?["code"]
    let message =
      error?["message"]?.string ?? error?.string ?? body?["message"]?.string ?? body?["detail"]?.string ?? ""
    let words = [code?.string, error?["type"]?.string, body?["type"]?.string, message]
      .compactMap { $0?.lowercased() }.joined(separator: " ")
    let effective = status ?? code?.number.flatMap { Int(exactly: $0) }
    let window = (error?["n_ctx"] ?? body?["n_ctx"])?.number.flatMap { Int(exactly: $0) }
    self.init(
      Self.cause(status: effective, words: words, window: window), status: effective, message: message,
      advice: RetryAdvice(headers: headers))
  }

  package init(transport error: HTTPError) {
    switch error {
    case .cancelled, .broken(_): self.init(.broken)
    case .unavailable: self.init(.noLibrary)
    case .badAddress: self.init(.badAddress)
    case .plainHTTP(let host): self.init(.plainHTTP(host: host))
    case .unreachable(let text): self.init(.unreachable, message: text)
    case .timedOut(let text): self.init(.broken, message: text)
    case .untrusted(let text): self.init(.untrusted, message: text)
    }
  }

  private static func cause(status: Int?, words: String, window: Int?) -> Cause {
    let overflow = [
      "exceed_context_size", "context_length_exceeded", "maximum context length", "context size",
    ]
    if overflow.contains(where: words.contains) { return .contextExceeded(window: window) }
    if words.contains(RecordedTransport.missing) { return .notRecorded }
    switch status {
    case 401, 403: return .notAllowed
    case 404: return words.contains("model") ? .noSuchModel : .notAModelServer
    case 429:
      return words.contains("insufficient_quota") || words.contains("billing")
        ? .quotaExhausted : .rateLimited
    case 503, 529: return .overloaded
    case let status? where status >= 500: return .serverError
    case 408, 409: return .serverError
    case let status? where status >= 400: return .rejected
    default: return words.contains("overloaded") ? .overloaded : .serverError
    }
  }
}

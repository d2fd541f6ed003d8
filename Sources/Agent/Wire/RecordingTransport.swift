import Notation
package import Workbench

/// Passes requests on and keeps what came back.
struct RecordingTransport: ModelTransport {
  let base: any ModelTransport
  let exchanges: Exchanges
  /// How the model is asked.
  let model: JSON

  private static let keptHeaders: Set<String> = [
    "content-type", "retry-after", "retry-after-ms", "x-should-retry",
  ]

  func send(_ request: HTTPRequest, isCancelled: () -> Bool, receive: (HTTPEvent) -> Void) throws(HTTPError) {
    var answer = Exchanges.Answer(status: 0, headers: [], body: "", error: nil)
    var bytes: [UInt8] = []
    defer {
      // A look at a page is no exchange.
      if !request.body.isEmpty {
        answer.body = String(decoding: bytes, as: UTF8.self)
        exchanges.add(answer, for: Exchanges.key(of: request), model: model)
      }
    }
    do {
      try base.send(request, isCancelled: isCancelled) { event in
        switch event {
        case .head(let code, let all):
          answer.status = code
          answer.headers = all.filter { Self.keptHeaders.contains($0.name) }
        case .body(let piece): bytes += piece
        case .tick: break
        }
        receive(event)
      }
    } catch {
      answer.error = error
      throw error
    }
  }
}

/// Answers from a recording; what is not in it is an error, never a live request.
package struct RecordedTransport: ModelTransport {
  private let exchanges: Exchanges

  package init(_ exchanges: Exchanges) { self.exchanges = exchanges }

  package func send(
    _ request: HTTPRequest, isCancelled: () -> Bool, receive: (HTTPEvent) -> Void
  ) throws(HTTPError) {
    guard let answer = exchanges.take(Exchanges.key(of: request)) else {
      // Whoever stopped the question stopped it before it got here.
      if exchanges.isStopped { throw .cancelled }
      receive(.head(status: 400, headers: [HTTPHeader("content-type", "application/json")]))
      let words = "the recording holds no answer to this question"
      receive(.body(Array(JSON.object([("error", ["message": .string(words)])]).description.utf8)))
      return
    }
    if answer.status > 0 {
      receive(.head(status: answer.status, headers: answer.headers))
      receive(.body(Array(answer.body.utf8)))
    }
    if let error = answer.error { throw error }
  }
}

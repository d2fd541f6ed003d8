/// Keeps earlier turns short: the state is in the session, and the card tells it anew for each request.
package enum History {
  /// Results become their one-line summaries, and the oldest whole turns go until the rest fits.
  package static func compacted(_ messages: [ChatMessage], limit: Int) -> [ChatMessage] {
    var turns: [[ChatMessage]] = []
    for message in messages.map(summarised) {
      if case .picture = message { continue }
      if case .user(let text) = message, !text.hasPrefix("Result of ") {
        turns.append([message])
      } else if !turns.isEmpty {
        turns[turns.count - 1].append(message)
      }
    }
    while turns.count > 1, turns.joined().reduce(0, { $0 + size($1) }) > limit { turns.removeFirst() }
    if turns.joined().reduce(0, { $0 + size($1) }) > limit { return [] }
    return Array(turns.joined())
  }

  private static func summarised(_ message: ChatMessage) -> ChatMessage {
    switch message {
    case .toolResult(let id, _, let summary): .toolResult(id: id, text: summary, summary: summary)
    case .user(let text) where text.hasPrefix("Result of "):
      .user(SafeText.bounded(text, limit: 240))
    default: message
    }
  }

  static func size(_ message: ChatMessage) -> Int {
    switch message {
    case .system(let text), .user(let text): text.utf8.count
    case .toolResult(_, let text, _): text.utf8.count
    case .picture(let base64, _): base64.utf8.count
    case .assistant(let text, let calls):
      calls.reduce(text.utf8.count) { $0 + $1.name.utf8.count + $1.arguments.utf8.count }
    }
  }
}

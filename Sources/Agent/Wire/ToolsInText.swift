import Notation

/// Tells tools and calls in plain words, for servers and models that know no tool calls.
enum ToolsInText {
  static func rewritten(_ request: ChatRequest) -> ChatRequest {
    var messages = HistoryRepair.repaired(request.messages).map(plain)
    if !request.tools.isEmpty {
      let lines = request.tools.compactMap { $0["function"]?.description }
      let text =
        "Tools:\n" + lines.joined(separator: "\n")
        + "\nTo use a tool, answer with one JSON object and nothing else:"
        + #" {"name": "<tool>", "arguments": {"<argument>": <value>}}"#
      if case .system(let system)? = messages.first {
        messages[0] = .system("\(system)\n\n\(text)")
      } else {
        messages.insert(.system(text), at: 0)
      }
    }
    return ChatRequest(messages: messages, tools: [])
  }

  private static func plain(_ message: ChatMessage) -> ChatMessage {
    switch message {
    case .assistant(let text, let calls) where !calls.isEmpty:
      let printed = calls.map { #"{"name": \#(JSON.string($0.name)), "arguments": \#($0.arguments)}"# }
      return .assistant(text: ([text] + printed).filter { !$0.isEmpty }.joined(separator: "\n"), calls: [])
    case .toolResult(_, let text, _): return .user("Result:\n\(text)")
    default: return message
    }
  }
}

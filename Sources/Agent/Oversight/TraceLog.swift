package import Notation

/// Reads the logs that other agents leave: lists of messages with `role`, `name`, `content` and perhaps `tool_calls`.
package enum TraceLog {
  private static let replying: Set<String> = ["user", "tool", "system", "function"]

  /// Steps of a list of messages. A `name` decides who speaks where there is one; a tool's reply has the role `tool`.
  package static func steps(_ messages: JSON) -> [TraceStep] {
    (messages.array ?? []).map { message in
      let role = message["role"]?.string ?? "assistant"
      let name = message["name"]?.string
      var text = message["content"]?.string ?? ""
      for call in message["tool_calls"]?.array ?? [] {
        let function = call["function"]
        text += " \(function?["name"]?.string ?? "") \(function?["arguments"]?.string ?? "")"
      }
      // In group chats everybody but the speaker has the role `user`; only the terminal is no agent there.
      let isTool = role == "tool" || name?.lowercased().contains("terminal") == true
      let isReply = isTool || (name == nil && replying.contains(role))
      return TraceStep(actor: name ?? role, kind: isReply ? .reply : .agent, text: text)
    }
  }
}

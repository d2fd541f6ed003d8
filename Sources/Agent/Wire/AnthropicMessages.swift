import Notation

/// The notation of Anthropic's messages.
enum AnthropicMessages {
  static func body(_ request: ChatRequest, model: String, maximumOutput: Int, dialect: ChatDialect) -> JSON {
    let temperature = request.temperature
    let request = ToolsInText.rewritten(request, form: dialect.callForm)
    var system: [String] = []
    var messages: [(role: String, blocks: [JSON])] = []
    for message in HistoryRepair.repaired(request.messages) {
      if case .system(let text) = message {
        system.append(text)
        continue
      }
      let (role, blocks) = blocks(of: message, sees: dialect.seesPictures)
      if blocks.isEmpty { continue }
      // All results belong into the one message behind their calls; so neighbours of one role are one message.
      if messages.last?.role == role {
        messages[messages.count - 1].blocks += blocks
      } else {
        messages.append((role, blocks))
      }
    }
    var members: [(key: String, value: JSON)] = [
      ("model", .string(model)), ("max_tokens", .number(Double(maximumOutput))), ("stream", true),
    ]
    if !dialect.omitsTemperature { members.append(("temperature", .number(temperature))) }
    if !system.isEmpty {
      // What stands before the mark is the same in each request and need not be read again.
      members.append(
        (
          "system",
          [
            [
              "type": "text", "text": .string(system.joined(separator: "\n\n")),
              "cache_control": ["type": "ephemeral"],
            ]
          ]
        ))
    }
    members.append(
      ("messages", .array(messages.map { ["role": .string($0.role), "content": .array($0.blocks)] })))
    if !request.tools.isEmpty {
      members.append(("tools", .array(request.tools.compactMap { tool($0["function"]) })))
      members.append(("tool_choice", ["type": "auto", "disable_parallel_tool_use": true]))
    }
    return .object(members)
  }

  private static func tool(_ function: JSON?) -> JSON? {
    guard let function, let name = function["name"] else { return nil }
    return [
      "name": name, "description": function["description"] ?? "",
      "input_schema": function["parameters"] ?? ["type": "object"],
    ]
  }

  private static func blocks(of message: ChatMessage, sees: Bool) -> (role: String, blocks: [JSON]) {
    switch message {
    case .picture(let base64, let caption) where sees:
      (
        "user",
        [
          ["type": "text", "text": .string(caption)],
          [
            "type": "image",
            "source": ["type": "base64", "media_type": "image/png", "data": .string(base64)],
          ],
        ]
      )
    case .picture(_, let caption):
      ("user", [["type": "text", "text": .string(caption + ChatMessage.unseen)]])
    case .system, .user(""): ("user", [])
    case .user(let text): ("user", [["type": "text", "text": .string(text)]])
    case .toolResult(let id, let text, _):
      (
        "user",
        [["type": "tool_result", "tool_use_id": .string(id), "content": .string(text.isEmpty ? "-" : text)]]
      )
    case .assistant(let text, let calls):
      (
        "assistant",
        calls.flatMap(\.carried)
          + (text.allSatisfy(\.isWhitespace) ? [] : [["type": "text", "text": .string(text)]])
          + calls.map { call in
            [
              "type": "tool_use", "id": .string(call.id), "name": .string(call.name),
              "input": call.soundArguments,
            ]
          }
      )
    }
  }
}

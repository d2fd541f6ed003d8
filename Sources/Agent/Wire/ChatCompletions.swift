package import Notation

/// The notation of OpenAI's chat completions, as most model servers speak it.
package enum ChatCompletions {
  /// The path behind the base address; the address may be given with `/v1`, with the whole path, or bare.
  package static func address(base: String) -> String {
    var trimmed = Substring(base)
    while trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
    if trimmed.hasSuffix("/chat/completions") { return String(trimmed) }
    let last = trimmed.split(separator: "/").last ?? ""
    let isVersion = last.first == "v" && last.count > 1 && last.dropFirst().allSatisfy(\.isNumber)
    return trimmed + (isVersion ? "/chat/completions" : "/v1/chat/completions")
  }

  /// The body of a request. `maximumOutput` bounds what the model may write.
  package static func body(
    _ request: ChatRequest, model: String, maximumOutput: Int, dialect: ChatDialect = ChatDialect()
  ) -> JSON {
    let request = dialect.putsToolsInText ? ToolsInText.rewritten(request) : request
    var members: [(key: String, value: JSON)] = []
    if !model.isEmpty { members.append(("model", .string(model))) }
    members.append(("stream", true))
    if !dialect.omitsStreamOptions { members.append(("stream_options", ["include_usage": true])) }
    if !dialect.omitsTemperature { members.append(("temperature", 0)) }
    let limit = dialect.namesCompletionTokens ? "max_completion_tokens" : "max_tokens"
    members.append((limit, .number(Double(maximumOutput))))
    members.append(("messages", .array(HistoryRepair.repaired(request.messages).map(message))))
    if !request.tools.isEmpty {
      members.append(("tools", .array(request.tools)))
      members.append(("tool_choice", "auto"))
      if !dialect.omitsParallel { members.append(("parallel_tool_calls", false)) }
    }
    return .object(members)
  }

  private static func message(_ message: ChatMessage) -> JSON {
    switch message {
    case .system(let text): ["role": "system", "content": .string(text)]
    case .user(let text): ["role": "user", "content": .string(text)]
    case .toolResult(let id, let text, _):
      ["role": "tool", "tool_call_id": .string(id), "content": .string(text)]
    case .assistant(let text, let calls):
      calls.isEmpty
        ? ["role": "assistant", "content": .string(text)]
        : [
          "role": "assistant", "content": text.isEmpty ? .null : .string(text),
          "tool_calls": .array(calls.map(call)),
        ]
    }
  }

  private static let longestArguments = 8192

  private static func call(_ call: ToolCall) -> JSON {
    // Servers parse the arguments of the history again and refuse the whole request if they are broken.
    // Endless ones would fill the window with what was refused anyway.
    let isShort = call.arguments.utf8.count <= longestArguments
    let isObject = isShort && (try? JSON(parsing: call.arguments))?.members != nil
    return [
      "id": .string(call.id), "type": "function",
      "function": [
        "name": .string(call.name), "arguments": .string(isObject ? call.arguments : "{}"),
      ],
    ]
  }
}

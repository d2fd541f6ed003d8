import Notation

/// The notation of OpenAI's chat completions, as most model servers speak it.
enum ChatCompletions {
  /// The body of a request. `maximumOutput` bounds what the model may write.
  static func body(
    _ request: ChatRequest, model: String, maximumOutput: Int, dialect: ChatDialect
  ) -> JSON {
    let asked = dialect.callForm == .constrained ? ToolFit.narrowed(request) : request
    let tools = asked.tools
    let schema = ToolsInText.schema(of: asked)
    let temperature = request.temperature
    let request = ToolsInText.rewritten(asked, form: dialect.callForm)
    var members: [(key: String, value: JSON)] = []
    if !model.isEmpty { members.append(("model", .string(model))) }
    members.append(("stream", true))
    if !dialect.omitsStreamOptions { members.append(("stream_options", ["include_usage": true])) }
    if !dialect.omitsTemperature { members.append(("temperature", .number(temperature))) }
    let limit = dialect.namesCompletionTokens ? "max_completion_tokens" : "max_tokens"
    members.append((limit, .number(Double(maximumOutput))))
    members.append(
      (
        "messages",
        .array(HistoryRepair.repaired(request.messages).map { message($0, sees: dialect.seesPictures) })
      ))
    if !request.tools.isEmpty {
      members.append(("tools", .array(request.tools)))
      members.append(("tool_choice", "auto"))
      if !dialect.omitsParallel { members.append(("parallel_tool_calls", false)) }
    }
    if dialect.callForm == .constrained, !tools.isEmpty {
      members.append(
        (
          "response_format",
          [
            "type": "json_schema",
            "json_schema": ["name": "call", "strict": true, "schema": schema],
          ]
        ))
    }
    return .object(members)
  }

  private static func message(_ message: ChatMessage, sees: Bool) -> JSON {
    switch message {
    case .picture(let base64, let caption) where sees:
      [
        "role": "user",
        "content": [
          ["type": "text", "text": .string(caption)],
          ["type": "image_url", "image_url": ["url": .string("data:image/png;base64,\(base64)")]],
        ],
      ]
    case .picture(_, let caption):
      ["role": "user", "content": .string(caption + ChatMessage.unseen)]
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

  private static func call(_ call: ToolCall) -> JSON {
    [
      "id": .string(call.id), "type": "function",
      "function": [
        "name": .string(call.name), "arguments": .string(call.soundArguments.description),
      ],
    ]
  }
}

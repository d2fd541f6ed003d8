import Notation

/// The notation of OpenAI's responses; nothing is stored on the server.
enum OpenAIResponses {
  static func body(_ request: ChatRequest, model: String, maximumOutput: Int, dialect: ChatDialect) -> JSON {
    let temperature = request.temperature
    let request = ToolsInText.rewritten(request, form: dialect.callForm)
    var instructions: [String] = []
    var input: [JSON] = []
    for message in HistoryRepair.repaired(request.messages) {
      switch message {
      case .system(let text): instructions.append(text)
      case .user(let text): input.append(["role": "user", "content": .string(text)])
      case .picture(let base64, let caption) where dialect.seesPictures:
        input.append([
          "role": "user",
          "content": [
            ["type": "input_text", "text": .string(caption)],
            ["type": "input_image", "image_url": .string("data:image/png;base64,\(base64)")],
          ],
        ])
      case .picture(_, let caption):
        input.append(["role": "user", "content": .string(caption + ChatMessage.unseen)])
      case .toolResult(let id, let text, _):
        input.append(["type": "function_call_output", "call_id": .string(id), "output": .string(text)])
      case .assistant(let text, let calls):
        input += calls.flatMap(\.carried)
        if !text.isEmpty { input.append(["role": "assistant", "content": .string(text)]) }
        input += calls.map { call in
          [
            "type": "function_call", "call_id": .string(call.id), "name": .string(call.name),
            "arguments": .string(call.soundArguments.description),
          ]
        }
      }
    }
    var members: [(key: String, value: JSON)] = [
      ("model", .string(model)), ("stream", true), ("store", false),
    ]
    if !instructions.isEmpty {
      members.append(("instructions", .string(instructions.joined(separator: "\n\n"))))
    }
    if !dialect.omitsTemperature { members.append(("temperature", .number(temperature))) }
    members.append(("max_output_tokens", .number(Double(maximumOutput))))
    members.append(("include", ["reasoning.encrypted_content"]))
    members.append(("input", .array(input)))
    if !request.tools.isEmpty {
      members.append(("tools", .array(request.tools.compactMap { tool($0["function"]) })))
      members.append(("tool_choice", "auto"))
      if !dialect.omitsParallel { members.append(("parallel_tool_calls", false)) }
    }
    return .object(members)
  }

  /// Flat, where chat completions nest.
  private static func tool(_ function: JSON?) -> JSON? {
    guard let members = function?.members else { return nil }
    return .object([("type", "function")] + members + [("strict", false)])
  }
}

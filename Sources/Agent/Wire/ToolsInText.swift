import Notation

/// Tells tools and calls in plain words, for servers and models that know no tool calls.
enum ToolsInText {
  /// The tool that ends a turn where the model can write nothing but calls.
  static let answerName = "answer"

  static func rewritten(_ request: ChatRequest, form: CallForm) -> ChatRequest {
    if form == .native { return request }
    var messages = HistoryRepair.repaired(request.messages).map(plain)
    if !request.tools.isEmpty {
      var lines = request.tools.compactMap { tool in
        signature(
          tool["function"], isOwn: tool["function"]?["name"]?.string.map { request.forms[$0] != nil } == true)
      }
      if form == .constrained {
        lines.append(
          "- \(answerName)(text): Answers the user, once the results say it or no tool is needed.")
      }
      let text =
        "Tools (? marks what may be left out):\n" + lines.joined(separator: "\n")
        + "\nTo use a tool, reply with one JSON object and nothing else:"
        + #" {"tool": "<name>", "arguments": {"<argument>": <value>}}"#
      if case .system(let system)? = messages.first {
        messages[0] = .system("\(system)\n\n\(text)")
      } else {
        messages.insert(.system(text), at: 0)
      }
    }
    return ChatRequest(messages: messages, tools: [])
  }

  /// Of what another program says about an argument, so many characters are told.
  private static let longestHelp = 160

  /// `- detect(method: mad|knn, value, as?): Scores rows.` costs a quarter of the schema that says the same. What the shell's own
  /// arguments mean, their forms tell, and most are texts; those of others are described, with the type of each.
  static func signature(_ function: JSON?, isOwn: Bool) -> String? {
    guard let function, let name = function["name"]?.string else { return nil }
    let parameters = function["parameters"] ?? .null
    let line = "- \(name)(\(arguments(parameters, isOwn: isOwn))): \(function["description"]?.string ?? "")"
    if isOwn { return line }
    let help = (parameters["properties"]?.members ?? []).compactMap { key, value in
      value["description"]?.string.map { "\n    \(key): \(SafeText.oneLine($0, limit: longestHelp))" }
    }
    return line + help.joined()
  }

  /// `field: string, limit?: integer = 10`
  private static func arguments(_ parameters: JSON, isOwn: Bool, depth: Int = 0) -> String {
    let required = Set(parameters["required"]?.array?.compactMap(\.string) ?? [])
    return (parameters["properties"]?.members ?? []).map { key, value in
      let name = required.contains(key) ? key : key + "?"
      let type = type(value, depth: depth)
      if isOwn { return type == "string" ? name : "\(name): \(type)" }
      return "\(name): \(type)"
        + (value["default"].map { " = \(SafeText.oneLine("\($0)", limit: longestHelp))" } ?? "")
    }.joined(separator: ", ")
  }

  /// `string`, `mad|knn`, `[number]`, `{field: string, limit?: integer}`
  private static func type(_ value: JSON, depth: Int) -> String {
    if let choices = value["enum"]?.array?.compactMap(\.string), !choices.isEmpty {
      return choices.joined(separator: "|")
    }
    if depth < deepest {
      if value["properties"]?.members?.isEmpty == false {
        return "{\(arguments(value, isOwn: false, depth: depth + 1))}"
      }
      if let items = value["items"], items.members != nil { return "[\(type(items, depth: depth + 1))]" }
    }
    let names = value["type"]?.array?.compactMap(\.string) ?? []
    return names.isEmpty ? value["type"]?.string ?? "string" : names.joined(separator: "|")
  }

  /// Arguments inside of arguments are told so far down.
  private static let deepest = 3

  /// What a constrained reply must look like: a call of one of the tools, or an answer.
  static func schema(of request: ChatRequest) -> JSON {
    let calls = request.tools.flatMap { tool -> [JSON] in
      guard let function = tool["function"], let name = function["name"]?.string else { return [] }
      let forms = request.forms[name] ?? [bounded(function["parameters"] ?? ["type": "object"])]
      return forms.map { call(.string(name), $0) }
    }
    let answer = call(.string(answerName), text("text", [("maxLength", .number(Double(longestAnswer)))]))
    return ["anyOf": .array(request.mustLook && !calls.isEmpty ? calls : calls + [answer])]
  }

  /// Characters; a small model may go on for ever.
  private static let longestAnswer = 1500

  /// Of an argument.
  private static let longestText = 160

  /// Parameters of one text.
  private static func text(_ name: String, _ limits: [(key: String, value: JSON)]) -> JSON {
    [
      "type": "object", "properties": .object([(name, .object([("type", "string")] + limits))]),
      "required": [.string(name)], "additionalProperties": false,
    ]
  }

  /// The parameters, where a text that may be anything has an end.
  private static func bounded(_ parameters: JSON) -> JSON {
    guard let members = parameters.members else { return parameters }
    return .object(
      members.map { key, value in
        guard key == "properties", let properties = value.members else { return (key, value) }
        return (key, .object(properties.map { ($0.key, withEnd($0.value)) }))
      })
  }

  private static func withEnd(_ property: JSON) -> JSON {
    guard property["type"] == "string", property["enum"] == nil, property["pattern"] == nil,
      let members = property.members
    else { return property }
    return .object(members + [("maxLength", .number(Double(longestText)))])
  }

  private static func call(_ name: JSON, _ parameters: JSON) -> JSON {
    [
      "type": "object", "properties": ["tool": ["const": name], "arguments": parameters],
      "required": ["tool", "arguments"], "additionalProperties": false,
    ]
  }

  /// The text of an answer that came as a call.
  static func answer(in text: String) -> String? {
    guard let reply = try? JSON(parsing: text), reply["tool"]?.string == answerName else { return nil }
    return reply["arguments"]?["text"]?.string ?? ""
  }

  private static func plain(_ message: ChatMessage) -> ChatMessage {
    switch message {
    case .assistant(let text, let calls) where !calls.isEmpty:
      let printed = calls.map {
        #"{"tool": \#(JSON.string($0.name)), "arguments": \#($0.soundArguments)}"#
      }
      return .assistant(text: ([text] + printed).filter { !$0.isEmpty }.joined(separator: "\n"), calls: [])
    case .toolResult(_, let text, _): return .user("Result:\n\(text)")
    default: return message
    }
  }
}

package import Language
package import Notation

/// The commands behind a role's tools.
package struct ToolCommands: Sendable, Equatable {
  /// Those that have a tool, by verb.
  package var tools: [String: [CommandSpec]] = [:]
  /// Those that only a line reaches; empty if the role takes no lines.
  package var lines: [CommandSpec] = []

  package init() {}
}

/// The tools of a role, computed from the command table: one a verb, with its methods as a choice.
///
/// Tools and system text together must leave a small model's window to the question: the help texts of the longest
/// tool are shortened, step by step, until all fit the budget.
package struct Toolbox: Sendable, Equatable {
  /// In the notation of chat completions.
  package let tools: [JSON]
  package let commands: ToolCommands

  /// Bytes that one token stands for in such JSON; small models' tokenizers were measured at 4.3 to 4.5.
  package static let bytesPerToken = 4.0

  private struct Detail {
    /// Characters of help for a parameter, and of a summary for a method.
    let help: Int
    let summary: Int
    let hasOptional: Bool

    static let levels = [
      Detail(help: 90, summary: 80, hasOptional: true), Detail(help: 60, summary: 60, hasOptional: true),
      Detail(help: 40, summary: 40, hasOptional: true), Detail(help: 24, summary: 24, hasOptional: true),
      Detail(help: 0, summary: 24, hasOptional: true), Detail(help: 0, summary: 0, hasOptional: true),
      Detail(help: 0, summary: 0, hasOptional: false),
    ]
  }

  /// The tool that takes a whole line, for commands that have no tool of their own.
  package static let runName = "run"

  private static let run: JSON = [
    "type": "function",
    "function": [
      "name": .string(runName),
      "description": "Runs one line of the shell: any command, also with pipes. `help` tells the commands.",
      "parameters": [
        "type": "object",
        "properties": [
          "line": ["type": "string", "description": "Like: alarms = risk | threshold pot --risk 1e-3"]
        ],
        "required": ["line"], "additionalProperties": false,
      ],
    ],
  ]

  /// `tokens` is what the tools may take. `methods` names those to offer of a verb; all if a verb is absent.
  package init(
    verbs: [String], methods: [String: [String]] = [:], specs: [CommandSpec], tokens: Int
  ) {
    let byVerb = Dictionary(grouping: specs.filter { $0.reach != .network }, by: \.verb)
    let groups = verbs.compactMap { verb -> (verb: String, specs: [CommandSpec])? in
      guard let all = byVerb[verb] else { return nil }
      guard let wanted = methods[verb] else { return (verb, all) }
      let some = wanted.compactMap { name in all.first { ($0.method ?? RolePrompt.noMethod) == name } }
      return (verb, some.isEmpty ? all : some)
    }
    let takesLines = verbs.contains(Self.runName) && byVerb[Self.runName] == nil
    let tokens = tokens - (takesLines ? Self.tokens(in: [Self.run]) : 0)
    var levels = [Int](repeating: 0, count: groups.count)
    var tools = groups.map { Self.tool($0.verb, $0.specs, Detail.levels[0]) }
    var sizes = tools.map { $0.description.utf8.count }
    while Self.tokens(inBytes: sizes.reduce(0, +)) > tokens {
      let reducible = groups.indices.filter { levels[$0] + 1 < Detail.levels.count }
      guard let longest = reducible.max(by: { sizes[$0] < sizes[$1] }) else { break }
      levels[longest] += 1
      tools[longest] = Self.tool(
        groups[longest].verb, groups[longest].specs, Detail.levels[levels[longest]])
      sizes[longest] = tools[longest].description.utf8.count
    }
    self.tools = tools + (takesLines ? [Self.run] : [])
    var commands = ToolCommands()
    for group in groups { commands.tools[group.verb] = group.specs }
    if takesLines {
      let offered = Set(groups.flatMap(\.specs).map(\.name))
      commands.lines = specs.filter { $0.reach != .network && !offered.contains($0.name) }
    }
    self.commands = commands
  }

  /// An upper estimate.
  package static func tokens(in tools: [JSON]) -> Int {
    tokens(inBytes: tools.reduce(0) { $0 + $1.description.utf8.count })
  }

  package static func tokens(inBytes count: Int) -> Int { Int((Double(count) / bytesPerToken).rounded(.up)) }

  private static func tool(_ verb: String, _ specs: [CommandSpec], _ detail: Detail) -> JSON {
    var properties: [(key: String, value: JSON)] = []
    var required: [JSON] = []
    let methods = specs.compactMap(\.method)
    if !methods.isEmpty {
      properties.append(("method", ["type": "string", "enum": .array(methods.map(JSON.string))]))
      // A verb that also works without a method does not demand one.
      if methods.count == specs.count { required.append("method") }
    }
    for parameter in merged(specs) where detail.hasOptional || parameter.isNeeded {
      properties.append((parameter.base.name, schema(parameter, of: specs.count, detail)))
      if parameter.isRequired { required.append(.string(parameter.base.name)) }
    }
    if specs.contains(where: { $0.output != .report && $0.output != .figure && $0.output != .answer }) {
      properties.append(
        (
          "as",
          detail.help > 0 ? ["type": "string", "description": "Name for the result."] : ["type": "string"]
        ))
    }
    return [
      "type": "function",
      "function": [
        "name": .string(verb), "description": .string(description(specs, detail)),
        "parameters": [
          "type": "object", "properties": .object(properties), "required": .array(required),
          "additionalProperties": false,
        ],
      ],
    ]
  }

  private static func description(_ specs: [CommandSpec], _ detail: Detail) -> String {
    guard specs.count > 1 else { return specs.first?.summary ?? "" }
    if detail.summary == 0 { return "One of these methods." }
    return specs.map { spec in
      "\(spec.method ?? "(none)"): \(SafeText.oneLine(spec.summary, limit: detail.summary))"
    }.joined(separator: " ")
  }
}

// MARK: - Parameters

extension Toolbox {
  /// A parameter with the methods that have it.
  private struct Shared {
    let base: AnyParameter
    var methods: [String]
    var isRequired: Bool
    /// Some method cannot do without it.
    var isNeeded: Bool
  }

  /// The parameters of all methods; one that only some have is optional. Seeds are the session's.
  private static func merged(_ specs: [CommandSpec]) -> [Shared] {
    var merged: [Shared] = []
    for spec in specs {
      for parameter in spec.parameters where !parameter.isSeed {
        if let place = merged.firstIndex(where: { $0.base.name == parameter.name }) {
          merged[place].methods.append(spec.method ?? "")
          merged[place].isRequired = merged[place].isRequired && parameter.isRequired
          merged[place].isNeeded = merged[place].isNeeded || parameter.isRequired
        } else {
          merged.append(
            Shared(
              base: parameter, methods: [spec.method ?? ""], isRequired: parameter.isRequired,
              isNeeded: parameter.isRequired))
        }
      }
    }
    for place in merged.indices where merged[place].methods.count < specs.count {
      merged[place].isRequired = false
    }
    return merged
  }

  private static func schema(_ parameter: Shared, of count: Int, _ detail: Detail) -> JSON {
    guard var members = type(of: parameter.base.kind).members else { return .null }
    var words: [String] = []
    if parameter.methods.count < count { words.append(parameter.methods.joined(separator: "/") + ":") }
    if detail.help > 0 { words.append(SafeText.oneLine(parameter.base.help, limit: detail.help)) }
    if detail.help > 0, let form = form(of: parameter.base.kind) { words.append(form) }
    if !words.isEmpty { members.append(("description", .string(words.joined(separator: " ")))) }
    return .object(members)
  }

  private static func type(of kind: ParameterKind) -> JSON {
    switch kind {
    case .integer: ["type": "integer"]
    case .real(_, unit: nil), .fraction: ["type": "number"]
    case .flag: ["type": "boolean"]
    case .choice(let choices): ["type": "string", "enum": .array(choices.map { .string($0.name) })]
    case .list(let element): ["type": "array", "items": type(of: element)]
    case .real, .span, .instant, .moment, .text, .input, .output, .value, .column, .expression, .condition,
      .call, .range:
      ["type": "string"]
    }
  }

  /// What a text looks like, in words, where the type does not tell.
  private static func form(of kind: ParameterKind) -> String? {
    switch kind {
    case .span: "Like 10s."
    case .range(.moment): "Like 08:00..08:10."
    case .range: "Like 0..99."
    case .call(let calls): "One of " + calls.map(signature).joined(separator: ", ") + "."
    case .list(let element): form(of: element)
    default: nil
    }
  }

  private static func signature(_ call: CallSpec) -> String {
    call.parameters.isEmpty
      ? call.name : "\(call.name)(\(call.parameters.map(\.name).joined(separator: ",")))"
  }
}

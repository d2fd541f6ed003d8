import Notation

/// What agents did, question by question: messages, calls and results with who they are from.
struct AgentTrace {
  private struct Run {
    let question: String
    let team: String?
    var messages: [JSON] = []
    var end = ""
  }

  private var runs: [Run] = []

  mutating func begin(question: String, team: String?) { runs.append(Run(question: question, team: team)) }

  /// Adds the turn of one agent.
  mutating func add(_ end: TurnEnd, by actor: String) {
    guard !runs.isEmpty else { return }
    var names: [String: String] = [:]
    for message in end.messages {
      switch message {
      case .system, .picture: continue
      case .user(let text):
        // What a printed call gave stands in the role of the user.
        let isResult = text.hasPrefix("Result of ")
        runs[runs.count - 1].messages.append(
          isResult
            ? ["role": "tool", "name": "run", "content": .string(text)]
            : ["role": "user", "content": .string(text)])
      case .assistant(let text, let calls):
        for call in calls { names[call.id] = call.name }
        var members: [(key: String, value: JSON)] = [
          ("role", "assistant"), ("name", .string(actor)), ("content", .string(text)),
        ]
        if !calls.isEmpty { members.append(("tool_calls", .array(calls.map(Self.json)))) }
        runs[runs.count - 1].messages.append(.object(members))
      case .toolResult(let id, let text, _):
        runs[runs.count - 1].messages.append(
          ["role": "tool", "name": .string(names[id] ?? "tool"), "content": .string(text)])
      }
    }
    runs[runs.count - 1].end = "\(end.reason)".split(separator: "(").first.map(String.init) ?? ""
  }

  private static func json(_ call: ToolCall) -> JSON {
    [
      "id": .string(call.id),
      "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
    ]
  }

  /// One line of JSON a question, as `load chats` reads it.
  var lines: String {
    runs.filter { !$0.messages.isEmpty }.map { run in
      let line: JSON = [
        "question": .string(run.question), "team": .string(run.team ?? ""), "end": .string(run.end),
        "messages": .array(run.messages),
      ]
      return line.description + "\n"
    }.joined()
  }
}

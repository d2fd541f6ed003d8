package import Values

/// One step of agents at work: who did it, what was said or called, and whether it is a tool's or a person's reply.
package struct TraceStep: Sendable, Equatable {
  package enum Kind: String, Sendable, Equatable {
    /// An agent speaks or calls.
    case agent
    /// A tool, a terminal or a person answers.
    case reply
    /// The rules that the agents were given.
    case system
  }

  package var actor: String
  package var kind: Kind
  package var text: String
  /// The tools that it calls.
  package var call: String

  /// What they are given, if that is known apart from the text.
  package var arguments: String

  package init(actor: String, kind: Kind, text: String, call: String = "", arguments: String = "") {
    self.arguments = arguments
    self.actor = actor
    self.kind = kind
    self.text = text
    self.call = call
  }
}

/// What agents said, called and were answered: step by step, run by run.
package struct Trace: Sendable, Equatable {
  package struct Run: Sendable, Equatable {
    package let name: String
    package let rows: Range<Int>

    package init(name: String, rows: Range<Int>) {
      self.name = name
      self.rows = rows
    }
  }

  package let steps: [TraceStep]
  package let runs: [Run]

  package init(steps: [TraceStep], runs: [Run]) {
    self.steps = steps
    self.runs = runs
  }

  /// One run.
  package init(_ steps: [TraceStep]) {
    self.init(steps: steps, runs: [Run(name: "run", rows: 0..<steps.count)])
  }

  private static let replying: Set<String> = ["user", "tool", "function"]

  /// The trace of documents as `load chats` makes them; nil if they have no `role`.
  package init?(_ documents: Documents) {
    guard let roles = documents.frame.column("role") else { return nil }
    let names = documents.frame.column("name")
    let calls = documents.frame.column("call")
    let arguments = documents.frame.column("arguments")
    let texts = documents.texts
    steps = (0..<texts.count).map { row in
      let role = roles.plainText(row) ?? ""
      let name = names?.plainText(row) ?? ""
      // In group chats everybody but the speaker has the role `user`; only the terminal is no agent there.
      let isTool = role == "tool" || role == "function" || name.lowercased().contains("terminal")
      let isReply = isTool || (name.isEmpty && Self.replying.contains(role))
      return TraceStep(
        actor: name.isEmpty ? (role.isEmpty ? "assistant" : role) : name,
        kind: role == "system" ? .system : isReply ? .reply : .agent, text: texts[row],
        call: calls?.plainText(row) ?? "", arguments: arguments?.plainText(row) ?? "")
    }
    var seen: Set<String> = []
    runs = documents.frame.index.runs.enumerated().map { number, segment in
      var name = segment.name.isEmpty ? "run \(number + 1)" : segment.name
      if !seen.insert(name).inserted {
        name += " (\(number + 1))"
        seen.insert(name)
      }
      return Run(name: name, rows: segment.rows)
    }
  }
}

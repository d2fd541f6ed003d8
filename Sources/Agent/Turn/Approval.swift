import Language

/// A question to the user before a line that writes.
package struct Approval: Sendable, Equatable {
  package var line: ReviewedLine

  package init(line: ReviewedLine) { self.line = line }

  /// The exact line, with every hidden character written out.
  package var text: String { SafeText.visible(line.text) }

  package enum Answer: Sendable, Equatable {
    case once
    /// This verb for the rest of the session, but never to overwrite a file.
    case session
    /// The line as the user has changed it.
    case edited(String)
    /// What the user says is told to the model.
    case no(String)
    /// Nobody can be asked.
    case unattended
    /// Ctrl-C: no, and the turn ends.
    case stop
  }
}

/// What may run without a question: by the mode, the user's rules, and what was allowed for the rest of the session.
package struct Permissions: Sendable, Equatable {
  package private(set) var verbs: Set<String> = []
  package var rules = PermissionRules()
  package var mode = AgentMode.ask

  package init() {}

  package mutating func allow(_ verb: String) { verbs.insert(verb) }

  /// Whether a line runs, waits for a yes, or does not run at all.
  package func decision(on line: ReviewedLine) -> PermissionRules.Decision {
    let rule = rules.decision(on: line)
    if rule == .deny { return .deny }
    // Nothing waives the question before another program is called, and a plan holds only what replays.
    if line.server != nil { return mode == .plan ? .deny : .ask }
    let writes = line.reach == .write || !line.outputs.isEmpty
    guard writes else { return rule ?? .allow }
    // The agent writes below the current folder or not at all, and nothing waives the question before a file is
    // replaced.
    if !line.outputs.allSatisfy(Workspace.isInside) { return .deny }
    if line.overwrites { return .ask }
    if rule == .ask { return .ask }
    return rule == .allow || mode == .auto || verbs.contains(line.verb) ? .allow : .ask
  }
}

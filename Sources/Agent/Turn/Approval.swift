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

/// What the user has allowed for the rest of the session.
package struct Permissions: Sendable, Equatable {
  package private(set) var verbs: Set<String> = []

  package init() {}

  package mutating func allow(_ verb: String) { verbs.insert(verb) }

  /// Whether a line needs no question.
  package func covers(_ line: ReviewedLine) -> Bool {
    switch line.reach {
    case .read, .compute: line.outputs.isEmpty || (verbs.contains(line.verb) && !line.overwrites)
    case .write: verbs.contains(line.verb) && !line.overwrites
    }
  }
}

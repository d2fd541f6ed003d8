/// What running a command can change, and so who must be asked.
package enum Reach: String, Sendable, Codable {
  /// Looks at values.
  case read
  /// Makes values.
  case compute
  /// Writes files.
  case write
  /// Sends data to another program or machine; no agent may.
  case network
}

/// A line that shows a command at work, and what it prints.
///
/// The examples of one command run from top to bottom in one fresh session (seed 0), so that later ones
/// may use the names of earlier ones.
package struct Example: Sendable, Equatable {
  package let line: String
  /// The text that a plain console prints, or nil for a setup line whose output is not shown.
  package let prints: String?

  package init(_ line: String, prints: String? = nil) {
    self.line = line
    self.prints = prints
  }
}

/// The one declaration of a command: grammar, checker, completion, help, reference, tool schema and canonical
/// text are computed from it.
package struct CommandSpec: Sendable, Equatable {
  /// `detect`.
  package let verb: String
  /// `iforest`, for verbs that have methods.
  package let method: String?
  /// A verb in the third person, a full stop, at most 80 characters.
  package let summary: String
  /// A paragraph or two of plain text: what it computes, the source, where it differs.
  package let discussion: String
  /// Positional ones in order, then options in the order of `help`.
  package let parameters: [AnyParameter]
  /// nil if the result has the kind of the first value argument.
  package let output: ValueKind?
  package let reach: Reach
  package let examples: [Example]
  /// The script that installs what it needs beside Sonde, or nil.
  package let needs: String?

  package init(
    _ verb: String, _ method: String? = nil, _ summary: String, discussion: String = "",
    parameters: [AnyParameter] = [], output: ValueKind?, reach: Reach = .compute, needs: String? = nil,
    examples: [Example]
  ) {
    self.verb = verb
    self.method = method
    self.summary = summary
    self.discussion = discussion
    self.parameters = parameters
    self.output = output
    self.reach = reach
    self.examples = examples
    self.needs = needs
  }

  /// `detect iforest`.
  package var name: String { method.map { "\(verb) \($0)" } ?? verb }

  /// Whether its help has a word, whatever the case and the hyphens.
  package func speaks(of word: String) -> Bool {
    let word = Self.plain(word)
    return (summary + " " + discussion).split { !$0.isLetter && !$0.isNumber && $0 != "-" }
      .contains { Self.plain($0) == word }
  }

  /// Without case, blanks, points and hyphens.
  package static func plain(_ text: some StringProtocol) -> String {
    text.lowercased().filter { !"-_ .".contains($0) }
  }
}

package import Language
package import Values

/// Who wrote a line.
package enum Origin: Sendable, Equatable {
  /// The analyst; unambiguous prefixes count.
  case prompt
  case script(file: String, line: Int)
  case agent(turn: Int)
}

/// What a session tells while it runs a line.
package enum SessionEvent: Sendable {
  case result(LineResult)
  case diagnostic(Diagnostic)
  /// What a session command was asked for.
  case text(String)
  /// What nobody asked for and somebody should know.
  case notice(String)
  /// A question to the agent; whoever owns one answers it.
  case question(role: String?, text: String)
  /// A secret is wanted, typed unseen; whoever owns a keyboard asks for it.
  case secret(prompt: String)
  /// A line that the next prompt may begin with.
  case suggestion(String)
}

/// A result as it is shown.
package struct LineResult: Sendable {
  /// 12 for `r12`; 0 for a value that is only looked at.
  package let number: Int
  package let name: String?
  /// Version of the name; 0 without a name.
  package let version: Int
  package let value: Value
  /// The line as it is recorded.
  package let canonical: String
  /// Whether the value itself is wanted; otherwise a line about it will do.
  package let isShown: Bool
  package let remarks: [String]
  /// Digest and summary; nil for a value that is only looked at.
  package let digest: RecordedDigest?
  package let seconds: Double
  /// Whether rows were asked for, which a view must not cut down.
  package var showsAllRows = false
}

/// How a line ended.
package enum LineStatus: Sendable, Equatable {
  case ok
  /// A command stopped with an error.
  case failed
  /// The check found an error; nothing ran.
  case checkFailed
  case cancelled
  case quit
}

/// A model that answers single prompts, for commands.
package protocol AnswerService: Sendable {
  /// The model and its server, for messages and for the key of kept answers; nil if none is set.
  func model() throws(Failure) -> String?
  /// The answer to one prompt, as it came.
  func answer(_ prompt: String, isCancelled: () -> Bool) throws(Failure) -> String
}

/// Where no model may be asked: in replays, and where none is set.
package struct NoAnswers: AnswerService {
  package init() {}
  package func model() throws(Failure) -> String? { nil }
  package func answer(_ prompt: String, isCancelled: () -> Bool) throws(Failure) -> String { "" }
}

/// How a turn ended.
package struct TurnEnd: Sendable, Equatable {
  package enum Reason: Sendable, Equatable {
    case answered
    case interrupted
    /// The limit was reached before an answer came.
    case outOfTime
    case outOfTokens
    /// The model gave neither an answer nor a call.
    case silent
    case withheld
    case failed(ModelFailure)
  }

  package var reason: Reason
  package var answer: String
  package var calls: Int
  package var use: TokenUse
  /// A write was wanted that nobody could allow.
  package var wasUnattended: Bool
  /// The lines of a plan, which have not run.
  package var plan: [String] = []
  /// The messages for the conversation: question, calls, results, answer.
  package var messages: [ChatMessage]

  /// The exit code of a program that asked this one question.
  package var exitCode: Int32 {
    switch reason {
    case .answered: wasUnattended ? 4 : 0
    case .interrupted: 130
    case .outOfTime: 124
    case .failed(_): 5
    case .outOfTokens, .silent, .withheld: wasUnattended ? 4 : 1
    }
  }
}

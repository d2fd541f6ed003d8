/// How much one question may cost.
package struct TurnLimits: Sendable, Equatable {
  package var calls = 12
  /// Tokens read and written, over all requests of the turn.
  package var tokens = 60_000
  package var seconds = 300.0
  /// Calls in a row that a check may refuse, and identical calls, before the model must answer without tools.
  package var refusals = 3
  package var repeats = 2
  /// Tokens that one answer may have.
  package var output = 1500

  package init() {}
}

/// How freely the agent works.
package enum AgentMode: String, Sendable, CaseIterable {
  /// Looks and computes by itself, asks before it writes.
  case ask
  /// Also writes new files below the current folder; overwriting still asks.
  case auto
  /// Only looks; everything else becomes a script that the user may run.
  case plan
}

/// What a server has shown that it does not take. It is learned from its refusals and kept for the session.
package struct ChatDialect: Sendable, Equatable {
  /// Newer models call the limit `max_completion_tokens`.
  package private(set) var namesCompletionTokens = false
  package private(set) var omitsTemperature = false
  package private(set) var omitsStreamOptions = false
  package private(set) var omitsParallel = false
  /// The tools stand in the system text, and calls come back as text.
  package private(set) var putsToolsInText = false

  package init() {}

  /// Learns from a refusal; true if the request is worth sending again.
  package mutating func learn(from failure: ModelFailure) -> Bool {
    guard failure.cause == .rejected || failure.cause == .serverError else { return false }
    let words = failure.message.lowercased()
    let before = self
    if words.contains("max_tokens") {
      namesCompletionTokens = true
    } else if words.contains("temperature") {
      omitsTemperature = true
    } else if words.contains("stream_options") || words.contains("include_usage") {
      omitsStreamOptions = true
    } else if words.contains("parallel_tool_calls") {
      omitsParallel = true
    } else if words.contains("tool") || words.contains("does not match the expected") {
      // The second are llama.cpp's words for a call that the model wrote in another form than its template says.
      putsToolsInText = true
    }
    return self != before
  }
}

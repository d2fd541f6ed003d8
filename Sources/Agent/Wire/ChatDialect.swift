/// How a model is told its tools and how it calls them.
package enum CallForm: String, Sendable, Equatable, CaseIterable {
  /// By the protocol's own tool calls.
  case native
  /// The tools stand in the system text, and the server lets the model write nothing but JSON that fits one of them.
  case constrained
  /// The tools stand in the system text, and calls come back as JSON or as lines in a fence.
  case text
}

/// What a server has shown that it does not take. It is learned from its refusals and kept for the session.
package struct ChatDialect: Sendable, Equatable {
  /// Newer models call the limit `max_completion_tokens`.
  package private(set) var namesCompletionTokens = false
  package private(set) var omitsTemperature = false
  package private(set) var omitsStreamOptions = false
  package private(set) var omitsParallel = false
  package private(set) var callForm: CallForm
  /// The model sees pictures.
  package private(set) var seesPictures: Bool

  package init(callForm: CallForm = .native, seesPictures: Bool = false) {
    self.callForm = callForm
    self.seesPictures = seesPictures
  }

  /// Learns from a refusal; true if the request is worth sending again.
  package mutating func learn(from failure: ModelFailure) -> Bool {
    guard failure.cause == .rejected || failure.cause == .serverError else { return false }
    let words = failure.message.lowercased()
    let before = self
    if seesPictures, ["image", "vision", "multimodal", "mmproj"].contains(where: words.contains) {
      seesPictures = false
    } else if words.contains("max_tokens") {
      namesCompletionTokens = true
    } else if words.contains("temperature") {
      omitsTemperature = true
    } else if words.contains("stream_options") || words.contains("include_usage") {
      omitsStreamOptions = true
    } else if words.contains("parallel_tool_calls") {
      omitsParallel = true
    } else if callForm == .constrained,
      ["response_format", "json_schema", "grammar", "schema"].contains(where: words.contains)
    {
      callForm = .text
    } else if words.contains("tool") || words.contains("does not match the expected") {
      // The second are llama.cpp's words for a call that the model wrote in another form than its template says.
      callForm = callForm == .native ? .constrained : .text
    }
    return self != before
  }
}

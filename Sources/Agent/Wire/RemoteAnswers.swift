import Chronology
package import Language
package import Workbench

/// Answers single prompts by the agent's model server, with the settings and the care of its client.
package struct RemoteAnswers: AnswerService {
  private let settings: @Sendable () -> Result<ModelSettings, Diagnostic>
  private let transport: any ModelTransport
  private let pause: any Pause
  private let clock: any Clock
  private let policy = RetryPolicy()
  private static let longestAnswer = 400

  package init(
    settings: @escaping @Sendable () -> Result<ModelSettings, Diagnostic>, transport: any ModelTransport,
    pause: any Pause, clock: any Clock
  ) {
    self.settings = settings
    self.transport = transport
    self.pause = pause
    self.clock = clock
  }

  private func known() throws(Failure) -> ModelSettings? {
    do throws(Diagnostic) { return try settings().get() } catch {
      if error.code == "A0101" { return nil }
      throw .diagnostic(error)
    }
  }

  package func model() throws(Failure) -> String? { try known().map { "\($0)" } }

  package func answer(_ prompt: String, isCancelled: () -> Bool) throws(Failure) -> String {
    guard let settings = try known() else { return "" }
    var client = ModelClient(settings: settings, transport: transport)
    let request = ChatRequest(messages: [.user(prompt)], tools: [])
    var attempt = 1
    while true {
      let outcome = client.ask(
        request, maximumOutput: Self.longestAnswer, isCancelled: isCancelled, receive: { _ in })
      switch outcome {
      case .cancelled: throw .cancelled
      case .replied(let reply): return Redaction.redacted(SafeText.stripped(reply.text))
      case .failed(let failure, _):
        if client.learn(from: failure) { continue }
        guard let wait = policy.wait(after: failure, attempt: attempt, at: clock.now(), jitter: 0) else {
          throw .diagnostic(AgentText.diagnostic(failure, settings: settings))
        }
        attempt += 1
        if !pause.wait(TimeSpan(seconds: wait), isCancelled: isCancelled, tick: { _ in }) { throw .cancelled }
      }
    }
  }
}

import Language

/// Shows an answer while it arrives, without calls that a model prints as text.
struct ReplyView {
  private var gate = TextGate()
  private(set) var hasText = false
  /// What comes is not for the reader as it is.
  var isSilent = false

  mutating func show(_ delta: ChatAccumulator.Delta, emit: (AgentEvent) -> Void) {
    guard case .text(let piece) = delta, !isSilent else { return }
    let shown = gate.feed(piece)
    if shown.isEmpty { return }
    if !hasText { emit(.status("")) }
    hasText = true
    emit(.text(SafeText.stripped(shown)))
  }

  /// What the end of the request means for the turn. `tools` are those whose printed calls count.
  mutating func finish(
    _ outcome: ModelOutcome, tools: Set<String>, isLate: Bool, emit: (AgentEvent) -> Void
  ) -> TurnEvent {
    emit(.status(""))
    switch outcome {
    case .replied(let reply):
      let rest = gate.finish(tools: tools)
      if !rest.isEmpty { emit(.text(SafeText.stripped(rest))) }
      return .replied(reply)
    case .failed(let failure, _): return .failed(failure, shown: hasText)
    case .cancelled(let partial): return isLate ? .expired(partial: partial) : .cancelled(partial: partial)
    }
  }
}

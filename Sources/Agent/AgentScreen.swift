import Language

/// Turns what a conversation shows into text for a console, append-only.
///
/// Only the status line is ever rewritten, and it is cleared before anything else is written.
package struct AgentScreen: Sendable, Equatable {
  /// A terminal that understands carriage return and "erase line"; otherwise there is no status line.
  private let isTerminal: Bool
  private let width: Int
  private var hasStatus = false
  private var atLineStart = true
  /// Tokens of the session so far.
  private var use = TokenUse()
  private var wrap: WordWrap

  package init(isTerminal: Bool, width: Int) {
    self.isTerminal = isTerminal
    self.width = max(20, width)
    wrap = WordWrap(width: isTerminal ? width - 1 : .max)
  }

  /// The text to write for an event.
  package mutating func text(for event: AgentEvent) -> String {
    switch event {
    case .status(let line):
      guard isTerminal, atLineStart else { return "" }
      if line.isEmpty { return clearStatus() }
      hasStatus = true
      return "\r\u{1b}[K" + SafeText.oneLine(line, limit: width - 1)
    case .text(let piece): return clearStatus() + written(piece)
    case .running(let line):
      guard isTerminal else { return "" }
      let text = clearStatus() + closeLine()
      hasStatus = true
      return text + SafeText.oneLine("● \(SafeText.visible(line))", limit: width - 1)
    case .ran(let line, let reach, let outcome):
      return clearStatus() + closeLine() + lines(of: line, reach, outcome)
    case .notice(let line): return clearStatus() + closeLine() + line + "\n"
    case .diagnostic: return closed()
    case .ended(let end, let seconds):
      use = use + end.use
      let rest = wrap.flush()
      let mark = end.reason == .interrupted ? (atLineStart ? "[interrupted]\n" : " [interrupted]\n") : ""
      let text = clearStatus() + rest + mark
      if !mark.isEmpty { atLineStart = true }
      return text + closeLine() + AgentText.footer(end, seconds: seconds, session: use) + "\n"
    }
  }

  /// Ends a line that is open, for what somebody else writes next.
  package mutating func closed() -> String { clearStatus() + closeLine() }

  private func lines(of line: String, _ reach: Reach, _ outcome: CallOutcome) -> String {
    var facts = [reach == .write ? "WRITES" : reach.rawValue, AgentText.seconds(outcome.seconds)]
    switch outcome.status {
    case .succeeded: if let number = outcome.number { facts.append("r\(number)") }
    case .failed: facts.append("failed")
    case .interrupted: facts.append("interrupted")
    }
    var text = "● \(SafeText.visible(line))   \(facts.joined(separator: " · "))\n"
    for row in outcome.preview {
      text += "  │ \(clipped(row))\n"
    }
    if !outcome.summary.isEmpty { text += "  └ \(clipped(outcome.summary))\n" }
    return text
  }

  private func clipped(_ row: String) -> String {
    let safe = SafeText.stripped(row).replacing("\n", with: " ")
    return safe.count <= width - 4 ? safe : safe.prefix(width - 5) + "…"
  }

  private mutating func written(_ piece: String) -> String {
    let safe = SafeText.stripped(piece)
    if let last = safe.last { atLineStart = last == "\n" }
    return isTerminal ? wrap.feed(safe) : safe
  }

  private mutating func clearStatus() -> String {
    defer { hasStatus = false }
    return hasStatus ? "\r\u{1b}[K" : ""
  }

  private mutating func closeLine() -> String {
    defer {
      atLineStart = true
      wrap.reset()
    }
    return wrap.flush() + (atLineStart ? "" : "\n")
  }
}

import Chronology
package import Language
package import Notation
package import Numerics
package import Workbench

/// What a conversation shows while it works.
package enum AgentEvent: Sendable {
  /// The one line that may be rewritten; empty clears it.
  case status(String)
  /// More of the answer, as it arrives.
  case text(String)
  /// A line is about to run.
  case running(String)
  case ran(line: String, reach: Reach, CallOutcome)
  case notice(String)
  case diagnostic(Diagnostic)
  case ended(TurnEnd, seconds: Double)
}

/// What a conversation knows from its files and the command table.
package struct AgentRole: Sendable {
  package var systemText: String
  /// In the notation of chat completions.
  package var tools: [JSON]
  package var toolNames: Set<String>

  package init(systemText: String, tools: [JSON]) {
    self.systemText = systemText
    self.tools = tools
    toolNames = Set(tools.compactMap { $0["function"]?["name"]?.string })
  }
}

/// Questions to one model over a session: drives a turn a question, and remembers the ones before.
package final class Conversation {
  private var client: ModelClient
  private let pause: any Pause
  private let clock: any Clock
  private let workplace: any Workplace
  private let role: AgentRole
  private let limits: TurnLimits
  private var generator: SeededGenerator
  private var earlier: [ChatMessage] = []
  private var permissions = Permissions()
  package private(set) var turnCount = 0
  package private(set) var use = TokenUse()

  /// The messages of earlier turns are kept while they have fewer bytes than this.
  private static let longestHistory = 12_000

  package init(
    client: ModelClient, pause: any Pause, clock: any Clock, workplace: any Workplace, role: AgentRole,
    limits: TurnLimits = TurnLimits()
  ) {
    self.client = client
    self.pause = pause
    self.clock = clock
    self.workplace = workplace
    self.role = role
    self.limits = limits
    generator = SeededGenerator(seed: UInt64(bitPattern: clock.now().nanoseconds))
  }

  /// Answers a question. `approve` asks the user about a line that writes.
  package func ask(
    _ question: String, work: Work, approve: (Approval) -> Approval.Answer, emit: (AgentEvent) -> Void
  ) -> TurnEnd {
    turnCount += 1
    let started = clock.now()
    var turn = AgentTurn(
      question: question, systemText: role.systemText, tools: role.tools, toolNames: role.toolNames,
      earlier: earlier, permissions: permissions, limits: limits)
    var step = turn.advance(.started, at: moment(since: started))
    while true {
      if case .finish(let end) = step {
        finish(end, of: turn, since: started, emit: emit)
        return end
      }
      let event = perform(step, of: turn, since: started, work: work, approve: approve, emit: emit)
      step = turn.advance(event, at: moment(since: started))
    }
  }

  private func perform(
    _ step: TurnStep, of turn: AgentTurn, since started: Instant, work: Work,
    approve: (Approval) -> Approval.Answer, emit: (AgentEvent) -> Void
  ) -> TurnEvent {
    switch step {
    case .request: return send(turn, since: started, work: work, emit: emit)
    case .wait(let seconds, let failure):
      let goesOn = pause.wait(TimeSpan(seconds: seconds), isCancelled: work.isCancelled) { left in
        let cause = AgentText.cause(failure)
        emit(.status("\(cause), retrying in \(AgentText.seconds(left)) · Ctrl-C stops"))
      }
      emit(.status(""))
      return goesOn ? .waited : .cancelled(partial: ModelReply())
    case .review(let call): return .reviewed(workplace.review(call))
    case .ask(let approval): return .answered(approve(approval))
    case .run(let line):
      emit(.running(line.text))
      let outcome = workplace.run(line.text, turn: turnCount, work: work)
      emit(.ran(line: outcome.recorded ?? line.text, reach: line.reach, outcome))
      return .ran(outcome)
    case .note(let notice):
      emit(.notice(AgentText.notice(notice)))
      return .noted
    case .finish: preconditionFailure("a finished turn has no next step")
    }
  }

  /// Asks, and asks again at once if the server refused something that can be left out.
  private func send(
    _ turn: AgentTurn, since started: Instant, work: Work, emit: (AgentEvent) -> Void
  ) -> TurnEvent {
    let request = turn.request(card: workplace.card())
    while true {
      let event = send(request, of: turn, since: started, work: work, emit: emit)
      guard case .failed(let failure, shown: false) = event, client.learn(from: failure) else { return event }
    }
  }

  private func send(
    _ request: ChatRequest, of turn: AgentTurn, since started: Instant, work: Work,
    emit: (AgentEvent) -> Void
  ) -> TurnEvent {
    let sent = clock.now()
    var gate = TextGate()
    var hasText = false
    let name = client.settings.model.isEmpty ? "model" : client.settings.model
    let isLate = { (self.clock.now() - started).seconds >= self.limits.seconds }
    let outcome = client.ask(
      request, maximumOutput: limits.output, isCancelled: { work.isCancelled() || isLate() },
      tick: {
        let seconds = Int((clock.now() - sent).seconds)
        if !hasText { emit(.status("◆ \(name) · thinking \(seconds) s · Ctrl-C stops")) }
      },
      receive: { delta in
        guard case .text(let piece) = delta else { return }
        let shown = gate.feed(piece)
        if shown.isEmpty { return }
        if !hasText { emit(.status("")) }
        hasText = true
        emit(.text(SafeText.stripped(shown)))
      })
    emit(.status(""))
    switch outcome {
    case .replied(let reply):
      let rest = gate.finish(tools: turn.readsPrintedCalls(in: reply) ? role.toolNames : [])
      if !rest.isEmpty { emit(.text(SafeText.stripped(rest))) }
      return .replied(reply)
    case .failed(let failure, _): return .failed(failure, shown: hasText)
    case .cancelled(let partial):
      return !work.isCancelled() && isLate()
        ? .expired(partial: partial) : .cancelled(partial: partial)
    }
  }

  private func finish(
    _ end: TurnEnd, of turn: AgentTurn, since started: Instant, emit: (AgentEvent) -> Void
  ) {
    permissions = turn.permissions
    use = use + end.use
    earlier = History.compacted(earlier + end.messages, limit: Self.longestHistory)
    if let diagnostic = AgentText.diagnostic(end, settings: client.settings, limits: limits) {
      emit(.diagnostic(diagnostic))
    }
    emit(.ended(end, seconds: (clock.now() - started).seconds))
  }

  private func moment(since started: Instant) -> Moment {
    let now = clock.now()
    return Moment(
      elapsed: (now - started).seconds, now: now, jitter: Double.random(in: 0..<1, using: &generator))
  }
}

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
  /// The arguments that name values, by tool.
  package var valueParameters: ValueParameters

  package var methodParameters: MethodParameters

  package init(
    systemText: String, tools: [JSON], valueParameters: ValueParameters = [:],
    methodParameters: MethodParameters = [:]
  ) {
    self.methodParameters = methodParameters
    self.valueParameters = valueParameters
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
  /// Tokens that a request and its answer may have together, if that is known.
  package var window: Int?
  private var generator: SeededGenerator
  private var earlier: [ChatMessage] = []
  /// What may run without a question.
  package var permissions = Permissions()
  package private(set) var turnCount = 0
  package private(set) var use = TokenUse()

  /// The messages of earlier turns are kept while they have fewer bytes than this.
  private var longestHistory: Int { min(12_000, (window ?? 8192) * 3 / 2) }

  /// Another model answers from now on; what was said stays.
  package func use(_ client: ModelClient, window: Int?) {
    self.client = client
    self.window = window
  }

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
    workplace.beginTurn()
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
    case .plan(let line):
      workplace.plan(line)
      return .planned
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
    var request = turn.request(card: workplace.card())
    request.names = workplace.names
    request.valueParameters = role.valueParameters
    request.methodParameters = role.methodParameters
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
    if end.reason == .answered { check(end.answer, seen: earlier + end.messages, emit: emit) }
    earlier = History.compacted(earlier + end.messages, limit: longestHistory)
    if let diagnostic = AgentText.diagnostic(end, settings: client.settings, limits: limits) {
      emit(.diagnostic(diagnostic))
    }
    emit(.ended(end, seconds: (clock.now() - started).seconds))
  }

  /// Says which numbers of an answer, and which results that it cites, the model cannot have from here.
  private func check(_ answer: String, seen: [ChatMessage], emit: (AgentEvent) -> Void) {
    var evidence = [workplace.card()]
    for message in seen.dropLast() {
      switch message {
      case .user(let text), .toolResult(_, let text, _), .system(let text): evidence.append(text)
      case .assistant(let text, let calls): evidence += [text] + calls.map(\.arguments)
      }
    }
    let numbers = NumberCheck.unsupported(in: answer, evidence: evidence)
    let results = NumberCheck.citations(in: answer).filter { !workplace.knows(result: $0) }.map { "[r\($0)]" }
    let rows = NumberCheck.rowCitations(in: answer).filter { !workplace.knows(row: $0.row, of: $0.name) }
      .map { "[\($0.name):\($0.row)]" }
    let missing = numbers + results + rows
    if !missing.isEmpty { emit(.notice(AgentText.notice(.unsupported(missing)))) }
  }

  /// What fills the window at the next question, in tokens, by parts.
  package var context: [(part: String, tokens: Int)] {
    let history = earlier.reduce(0) { $0 + History.size($1) }
    return [
      ("system text", Toolbox.tokens(inBytes: role.systemText.utf8.count)),
      ("tools", Toolbox.tokens(in: role.tools)),
      ("card", Toolbox.tokens(inBytes: workplace.card().utf8.count)),
      ("earlier turns", Toolbox.tokens(inBytes: history)),
    ]
  }

  private func moment(since started: Instant) -> Moment {
    let now = clock.now()
    return Moment(
      elapsed: (now - started).seconds, now: now, jitter: Double.random(in: 0..<1, using: &generator))
  }
}

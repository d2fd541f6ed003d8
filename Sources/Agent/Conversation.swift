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
  /// What stands behind the tools.
  package var commands: ToolCommands

  package init(systemText: String, tools: [JSON], commands: ToolCommands = ToolCommands()) {
    self.commands = commands
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
  /// Tools of other programs, beside those of the role.
  package var foreignTools: [JSON] = []
  /// What one question may cost.
  package var limits: TurnLimits
  /// Tokens that a request and its answer may have together, if that is known.
  package var window: Int?
  /// The role has a model of its own.
  var keepsModel = false
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

  /// Forgets what was said; values and permissions stay.
  func forget() { earlier = [] }

  /// Answers a question. `approve` asks the user about a line that writes.
  package func ask(
    _ question: String, work: Work, approve: (Approval) -> Approval.Answer, emit: (AgentEvent) -> Void
  ) -> TurnEnd {
    var open = open(question)
    while true {
      if let end = settle(&open, work: work, approve: approve, emit: emit) { return end }
      let event = send(open.turn, since: open.started, work: work, emit: emit)
      open.step = open.turn.advance(event, at: moment(since: open.started))
    }
  }

  /// A question that is being worked on.
  struct OpenTurn {
    fileprivate(set) var turn: AgentTurn
    fileprivate(set) var step: TurnStep
    fileprivate let started: Instant
  }

  /// Begins a question.
  func open(_ question: String) -> OpenTurn {
    turnCount += 1
    workplace.beginTurn(seesPictures: client.dialect.seesPictures)
    let started = clock.now()
    let spoken = spoken(in: question)
    var turn = AgentTurn(
      question: question, systemText: role.systemText, tools: role.tools + spoken.tools + foreignTools,
      toolNames: toolNames.union(spoken.commands.tools.keys), earlier: earlier, permissions: permissions,
      limits: limits)
    let step = turn.advance(.started, at: moment(since: started))
    return OpenTurn(turn: turn, step: step, started: started)
  }

  /// Does everything up to the next request; gives the end if there is none.
  func settle(
    _ open: inout OpenTurn, work: Work, approve: (Approval) -> Approval.Answer, emit: (AgentEvent) -> Void
  ) -> TurnEnd? {
    while true {
      if case .finish(let end) = open.step {
        finish(end, of: open.turn, since: open.started, emit: emit)
        return end
      }
      if case .request = open.step { return nil }
      let event = perform(
        open.step, of: open.turn, since: open.started, work: work, approve: approve, emit: emit)
      open.step = open.turn.advance(event, at: moment(since: open.started))
    }
  }

  /// The request that is due, to be sent beside those of others.
  func request(of open: OpenTurn) -> ModelRequest {
    let left = limits.seconds - (clock.now() - open.started).seconds
    return ModelRequest(
      client: client, chat: prepared(open.turn), maximumOutput: limits.output, seconds: left)
  }

  /// Takes the answer to such a request.
  func take(
    _ answer: ModelRequest.Answer, into open: inout OpenTurn, work: Work, emit: (AgentEvent) -> Void
  ) {
    client = answer.client
    var view = ReplyView()
    view.isSilent = open.turn.isOutlining
    for delta in answer.deltas { view.show(delta, emit: emit) }
    let event = view.finish(
      answer.outcome, tools: printedTools(answer.outcome, open.turn),
      isLate: answer.isLate && !work.isCancelled(), emit: emit)
    open.step = open.turn.advance(event, at: moment(since: open.started))
  }

  private var toolNames: Set<String> {
    role.toolNames.union(foreignTools.compactMap { $0["function"]?["name"]?.string })
  }

  private func perform(
    _ step: TurnStep, of turn: AgentTurn, since started: Instant, work: Work,
    approve: (Approval) -> Approval.Answer, emit: (AgentEvent) -> Void
  ) -> TurnEvent {
    switch step {
    case .request: preconditionFailure("requests are sent by those who settle")
    case .wait(let seconds, let failure):
      let goesOn = pause.wait(TimeSpan(seconds: seconds), isCancelled: work.isCancelled) { left in
        let cause = AgentText.cause(failure)
        emit(.status("\(cause), retrying in \(AgentText.seconds(left)) · Esc or Ctrl-C stops"))
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

  private static func text(of meant: [(phrase: String, lines: [String])]) -> String {
    if meant.isEmpty { return "" }
    let words = meant.map { "\($0.phrase) is " + $0.lines.map { "`\($0)`" }.joined(separator: " or ") }
    return "\nWords of the question: \(words.joined(separator: "; "))"
  }

  /// Commands without a tool of their own whose verb stands in a question: a small model looks for that very tool.
  private func spoken(in question: String) -> (tools: [JSON], commands: ToolCommands) {
    if client.dialect.callForm == .native { return ([], role.commands) }
    var commands = role.commands
    var tools: [JSON] = []
    let words = Set(question.lowercased().split { !$0.isLetter }.map(String.init))
    for (verb, specs) in Dictionary(grouping: commands.lines, by: \.verb).sorted(by: { $0.key < $1.key })
    where words.contains(verb) && commands.tools[verb] == nil {
      let plain = specs.filter { $0.method == nil }
      let box = Toolbox(verbs: [verb], specs: plain.isEmpty ? specs : plain, tokens: Self.spokenTokens)
      tools += box.tools
      commands.tools.merge(box.commands.tools) { $1 }
    }
    return (tools, commands)
  }

  private static let spokenTokens = 200

  private func prepared(_ turn: AgentTurn) -> ChatRequest {
    let meant = workplace.meant(by: turn.question)
    var request = turn.request(card: workplace.card() + Self.text(of: meant))
    request.question = turn.question
    if client.dialect.callForm != .native {
      var question = HeldForms.Question()
      question.text = turn.question
      let commands = spoken(in: turn.question).commands
      question.speaks = ToolFit.speaks(request, tools: commands.tools.keys.joined(separator: " "))
      for words in meant.flatMap(\.lines).map({ $0.split(separator: " ") }) where words.count > 1 {
        question.methods[String(words[0]), default: []].insert(String(words[1]))
      }
      request.forms = workplace.forms(of: commands, for: question)
    }
    request.mustLook = !role.commands.tools.isEmpty && (!turn.hasLooked || turn.mustMend)
    return request
  }

  /// Asks, and asks again at once if the server refused something that can be left out.
  private func send(
    _ turn: AgentTurn, since started: Instant, work: Work, emit: (AgentEvent) -> Void
  ) -> TurnEvent {
    let request = prepared(turn)
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
    var view = ReplyView()
    view.isSilent = turn.isOutlining
    let name = client.settings.model.isEmpty ? "model" : client.settings.model
    let isLate = { (self.clock.now() - started).seconds >= self.limits.seconds }
    let outcome = client.ask(
      request, maximumOutput: limits.output, isCancelled: { work.isCancelled() || isLate() },
      tick: {
        let seconds = Int((clock.now() - sent).seconds)
        if !view.hasText { emit(.status("◆ \(name) · thinking \(seconds) s · Esc or Ctrl-C stops")) }
      },
      receive: { view.show($0, emit: emit) })
    return view.finish(
      outcome, tools: printedTools(outcome, turn), isLate: !work.isCancelled() && isLate(), emit: emit)
  }

  private func printedTools(_ outcome: ModelOutcome, _ turn: AgentTurn) -> Set<String> {
    guard case .replied(let reply) = outcome else { return [] }
    return turn.readsPrintedCalls(in: reply) ? turn.toolNames : []
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
      case .user(let text), .toolResult(_, let text, _), .system(let text), .picture(_, let text):
        evidence.append(text)
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
      ("tools", Toolbox.tokens(in: role.tools + foreignTools)),
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

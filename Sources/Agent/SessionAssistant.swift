package import Language
import Notation
package import Numerics
import Values
package import Workbench

/// Answers the questions of a prompt or a script over its session.
///
/// Each role has a conversation of its own, which remembers its earlier turns. Question and answer go into the record;
/// so do the lines of the calls, as lines that replay without a model.
package final class SessionAssistant: Assistant {
  let session: Session
  /// Where the model is; read anew for each question until one was asked, so that mending it needs no restart.
  private let settings: () throws(Diagnostic) -> ModelSettings
  let transport: any ModelTransport
  /// What was said to models so far.
  let recorded = Exchanges()
  /// What answers instead of models, people and other programs; nil outside a replay.
  private(set) var recording: Exchanges?
  /// Whether the script that is replayed writes the same files.
  private var isVouched: (ReviewedLine) -> Bool = { _ in false }
  private let pause: any Pause
  /// Finds model servers; nil where only the settings count.
  let catalog: ModelCatalog?
  /// What agents did so far.
  var trace = AgentTrace()
  /// The model that answers, once it is known.
  var choice: ModelChoice?
  package var mode = AgentMode.ask {
    didSet { for conversation in conversations.values { conversation.permissions.mode = mode } }
  }
  /// The team of a name; nil if there is none.
  package var team: (String) throws(Diagnostic) -> Team? = { (_) throws(Diagnostic) in nil }
  /// The names of all teams.
  package var teamNames: () -> [String] = { [] }
  /// Keeps a key for the server at this host; nil where there is no place for it.
  package var keepKey: ((_ key: String, _ host: String) throws(Diagnostic) -> Void)?
  /// Writes every event as one line of JSON instead of text.
  package var writesJSON = false
  let rules: () throws(Diagnostic) -> PermissionRules
  private let prompt: (String) throws(Diagnostic) -> RolePrompt
  /// The tools of other programs.
  let foreign: ForeignTools
  private let preview: (LineResult) -> [String]
  /// What one question may cost.
  var limits: TurnLimits {
    didSet { for conversation in conversations.values { conversation.limits = limits } }
  }
  private(set) var conversations: [String: Conversation] = [:]

  /// What the tools of a role may take of a model's window.
  private static let toolTokens = 2500

  package init(
    session: Session, settings: @escaping () throws(Diagnostic) -> ModelSettings,
    transport: any ModelTransport, pause: any Pause,
    prompt: @escaping (String) throws(Diagnostic) -> RolePrompt, limits: TurnLimits = TurnLimits(),
    catalog: ModelCatalog? = nil,
    rules: @escaping () throws(Diagnostic) -> PermissionRules = { () throws(Diagnostic) in PermissionRules()
    },
    preview: @escaping (LineResult) -> [String] = { _ in [] }
  ) {
    self.catalog = catalog
    self.rules = rules
    self.session = session
    self.settings = settings
    self.transport = transport
    self.pause = pause
    self.prompt = prompt
    self.limits = limits
    self.preview = preview
    foreign = ForeignTools(programs: session.world.programs, version: "0.1.0")
    session.facts += Self.facts(settings)
    session.desk = self
  }

  /// What `/settings` says about the model; never its key.
  private static func facts(
    _ settings: () throws(Diagnostic) -> ModelSettings
  ) -> [(name: String, value: String)] {
    do throws(Diagnostic) {
      let settings = try settings()
      let model = settings.model.isEmpty ? "the server's choice" : SafeText.oneLine(settings.model, limit: 80)
      return [
        ("model server", settings.host), ("model", model), ("model key", settings.hasKey ? "set" : "none"),
      ]
    } catch {
      return [("model server", "none: \(error.summary)")]
    }
  }

  package func ask(
    _ text: String, role: String?, screen: any Screen, lines: any LineSource, work: Work
  ) -> AssistantEnd {
    let before = recording?.takeQuestion(text)
    if let before { restore(before) }
    let end = answer(text, role, screen, lines, work)
    recorded.add(
      AskedQuestion(
        text: text, mode: mode, model: choice?.json ?? .null, budget: limits.json, offers: foreign.offers,
        end: end))
    // What ends as it did before has been replayed, however it ended.
    return before?.end == end.rawValue && !work.isCancelled() ? .answered : end
  }

  private func answer(
    _ text: String, _ role: String?, _ screen: any Screen, _ lines: any LineSource, _ work: Work
  ) -> AssistantEnd {
    let conversation: Conversation
    do throws(Diagnostic) {
      if let role, let team = try team(role) { return try run(team, text, screen, lines, work) }
      conversation = try self.conversation(role ?? "analyst")
    } catch {
      screen.write((writesJSON ? error.json.description : Self.text(of: error, on: screen)) + "\n")
      return ["A0120", "A0121", "A0124", "A0126"].contains(error.code) ? .failed : .unavailable
    }
    note { session.note(question: text, role: role, emit: $0) }
    trace.begin(question: text, team: nil)
    let end = converse(conversation, filled(text), screen, lines, work)
    trace.add(end, by: role ?? "analyst")
    if !end.answer.isEmpty { note { session.note(answer: end.answer, emit: $0) } }
    return AssistantEnd(end)
  }

  /// Of a value of texts, so many bytes stand in a question.
  private static let longestFilling = 6000

  /// The question with the texts of the values that it names: `? {task}`.
  private func filled(_ question: String) -> String {
    var filled = question
    for binding in session.bindings where question.contains("{\(binding.name)}") {
      guard case .text(let documents) = binding.value else { continue }
      let texts = (0..<documents.texts.count).lazy.map { documents.texts[$0] }
      let words = SafeText.bounded(
        SafeText.stripped(texts.joined(separator: "\n")), limit: Self.longestFilling)
      filled = filled.replacing("{\(binding.name)}", with: words)
    }
    return filled
  }

  /// The members ask and answer in turn, each in a conversation of its own.
  private func run(
    _ team: Team, _ text: String, _ screen: any Screen, _ lines: any LineSource, _ work: Work
  ) throws(Diagnostic) -> AssistantEnd {
    var members: [Conversation] = []
    for (number, role) in team.roles.enumerated() {
      members.append(try conversation(role, member: "\(team.name)/\(number)"))
    }
    note { session.note(question: text, role: team.name, emit: $0) }
    trace.begin(question: text, team: team.name)
    var run = TeamRun(team, question: filled(text))
    var step = run.start()
    while case .ask(let asked) = step {
      let ends =
        asked.count == 1
        ? [askOne(asked[0], members[asked[0].member], team, screen, lines, work)]
        : askTogether(asked, asked.map { members[$0.member] }, team, screen, lines, work)
      for (one, end) in zip(asked, ends) {
        let name = team.roles.count { $0 == one.role } > 1 ? "\(one.role) \(one.member + 1)" : one.role
        trace.add(end, by: name)
      }
      if let end = ends.first(where: { $0.reason != .answered }) { return AssistantEnd(end) }
      step = run.take(ends.map(\.answer))
    }
    guard case .finish(let answer, let verdict) = step else { return .failed }
    if !verdict.isEmpty {
      write(.notice("◇ \(team.name): \(SafeText.oneLine(verdict, limit: 120))"), to: screen)
    }
    if !answer.isEmpty { note { session.note(answer: answer, emit: $0) } }
    return answer.isEmpty ? .failed : .answered
  }

  private func askOne(
    _ asked: TeamRun.Asked, _ member: Conversation, _ team: Team, _ screen: any Screen,
    _ lines: any LineSource, _ work: Work
  ) -> TurnEnd {
    write(Self.turnOf(asked, team), to: screen)
    if asked.isReset { member.forget() }
    return converse(member, asked.text, screen, lines, work)
  }

  private static func turnOf(_ asked: TeamRun.Asked, _ team: Team) -> AgentEvent {
    .notice("◇ \(asked.role) \(asked.member + 1) of \(team.roles.count), \(team.name)")
  }

  /// The models think at the same time; what they want is done in the order of the members, round by round, so that
  /// the session goes the same way however fast each of them is.
  private func askTogether(
    _ asked: [TeamRun.Asked], _ members: [Conversation], _ team: Team, _ screen: any Screen,
    _ lines: any LineSource, _ work: Work
  ) -> [TurnEnd] {
    var views = asked.map { _ in AgentScreen(isTerminal: screen.isTerminal, width: screen.width) }
    var opens = asked.indices.map { members[$0].open(asked[$0].text) }
    var ends = [TurnEnd?](repeating: nil, count: asked.count)
    while ends.contains(where: { $0 == nil }) {
      for number in asked.indices where ends[number] == nil {
        ends[number] = members[number].settle(&opens[number], work: work) { approval in
          decide(approval, screen, lines)
        } emit: {
          show($0, &views[number], screen)
        }
      }
      let waiting = asked.indices.filter { ends[$0] == nil }
      if waiting.isEmpty { break }
      let answers = ModelRequest.sendAll(
        waiting.map { members[$0].request(of: opens[$0]) }, isCancelled: work.isCancelled
      ) { missing in
        show(
          .status("◆ \(missing) of \(asked.count) are thinking · Esc or Ctrl-C stops"), &views[waiting[0]],
          screen)
      }
      show(.status(""), &views[waiting[0]], screen)
      for (number, answer) in zip(waiting, answers) {
        show(Self.turnOf(asked[number], team), &views[number], screen)
        members[number].take(answer, into: &opens[number], work: work) { show($0, &views[number], screen) }
        if !writesJSON { screen.write(views[number].closed()) }
      }
    }
    return ends.compactMap(\.self)
  }

  private func show(_ event: AgentEvent, _ view: inout AgentScreen, _ screen: any Screen) {
    if writesJSON {
      if let json = event.json { screen.write(json.description + "\n") }
      return
    }
    screen.write(view.text(for: event))
    if case .diagnostic(let diagnostic) = event { screen.write(Self.text(of: diagnostic, on: screen) + "\n") }
  }

  private static func text(of diagnostic: Diagnostic, on screen: any Screen) -> String {
    var wrap = WordWrap(width: screen.isTerminal ? screen.width - 1 : .max)
    return wrap.feed(diagnostic.text()) + wrap.flush()
  }

  private func write(_ event: AgentEvent, to screen: any Screen) {
    var view = AgentScreen(isTerminal: screen.isTerminal, width: screen.width)
    show(event, &view, screen)
  }

  private func converse(
    _ conversation: Conversation, _ text: String, _ screen: any Screen, _ lines: any LineSource, _ work: Work
  ) -> TurnEnd {
    var view = AgentScreen(isTerminal: screen.isTerminal, width: screen.width)
    return conversation.ask(text, work: work) { approval in
      decide(approval, screen, lines)
    } emit: {
      show($0, &view, screen)
    }
  }

  private func note(_ body: ((SessionEvent) -> Void) -> Void) { body { _ in } }

  /// The conversation of a role: the one there is, or a new one.
  package func conversation(
    _ role: String, member: String? = nil
  ) throws(Diagnostic) -> Conversation {
    if let known = conversations[member ?? role] { return known }
    let prompt = try prompt(role)
    let choice = if let name = prompt.model { try choice(named: name) } else { try chosen() }
    let rules = try rules()
    let verbs = prompt.tools.filter { !rules.denies(verb: $0) }
    let toolbox = Toolbox(
      verbs: verbs, methods: prompt.methods, specs: session.table.specs,
      tokens: min(Self.toolTokens, (choice.window ?? 8192) / 3))
    let made = Conversation(
      client: client(of: choice),
      pause: pause, clock: session.world.clock,
      workplace: SessionWorkplace(
        session: session, foreign: foreign, recorded: recorded, recording: recording, preview: preview),
      role: AgentRole(
        systemText: prompt.text, tools: toolbox.tools, commands: toolbox.commands),
      limits: limits)
    made.window = choice.window
    made.keepsModel = prompt.model != nil
    made.foreignTools = foreign.tools
    made.permissions.rules = rules
    made.permissions.mode = mode
    conversations[member ?? role] = made
    return made
  }

  /// Answers from now on as a recording says; its transport must be the recorded one.
  package func follow(_ exchanges: Exchanges, of script: ScriptFile) {
    recording = exchanges
    select(ModelChoice(recorded: exchanges.model() ?? .null))
    let lines = script.records.compactMap { record -> String? in
      if case .statement(let statement) = record, statement.turn != nil { statement.text } else { nil }
    }
    isVouched = { wanted in
      lines.contains { line in
        line == wanted.text
          || !wanted.outputs.isEmpty && wanted.outputs.allSatisfy { line.contains($0) }
      }
    }
  }

  /// Sets what was set when the question was asked. Files that were written without a question are vouched for or not.
  private func restore(_ asked: AskedQuestion) {
    mode = asked.mode == .auto ? .ask : asked.mode
    // What the conversations have learned of the same model stays.
    if asked.model != .null, asked.model != choice?.json { select(ModelChoice(recorded: asked.model)) }
    limits = TurnLimits(asked.budget, else: limits)
    foreign.offer(recorded: asked.offers)
    for conversation in conversations.values { conversation.foreignTools = foreign.tools }
  }

  /// The model that answers: the selected one, the one that is set, or the first that this machine serves.
  func chosen() throws(Diagnostic) -> ModelChoice {
    if let choice { return choice }
    let found: ModelChoice
    do throws(Diagnostic) {
      let settings = try settings()
      // Facts come from servers of this machine only; others are not asked more than the question.
      let server = settings.isLocal ? catalog?.look(at: settings) : nil
      if server == nil, settings.isLocal, catalog?.isLoading(settings) == true {
        throw AgentText.isLoading(settings.host)
      }
      found = ModelChoice(settings, server: server)
    } catch {
      guard error.code == "A0101" else { throw error }
      guard let server = catalog?.discovered().first else {
        throw catalog?.loading().map { AgentText.isLoading($0.host) } ?? error
      }
      found = ModelChoice(server, model: server.models[0])
    }
    choice = found
    return found
  }

  /// Another model answers from now on, in every conversation whose role has none of its own.
  func select(_ new: ModelChoice) {
    choice = new
    for conversation in conversations.values where !conversation.keepsModel {
      conversation.use(client(of: new), window: new.window)
    }
  }

  /// Asks the model and keeps what it answers.
  private func client(of choice: ModelChoice) -> ModelClient {
    ModelClient(
      settings: choice.settings,
      transport: RecordingTransport(base: transport, exchanges: recorded, model: choice.json),
      dialect: choice.dialect)
  }

  /// The settings, if an address is set.
  func configured() throws(Diagnostic) -> ModelSettings { try settings() }

  /// Asks the user, or the recording.
  private func decide(_ approval: Approval, _ screen: any Screen, _ lines: any LineSource) -> Approval.Answer
  {
    let answer =
      if let recording {
        Self.recordedAnswer(recording.takeApproval(of: approval.line.text), to: approval, isVouched)
      } else if writesJSON {
        Approval.Answer.unattended
      } else {
        Self.approve(approval, screen: screen, lines: lines)
      }
    recorded.add(answer, to: approval.line.text)
    return answer
  }

  /// A recorded yes holds for calls that the recording answers, and for files that the script writes itself: the
  /// recording alone, which nobody reads, cannot allow anything.
  private static func recordedAnswer(
    _ answer: Approval.Answer?, to approval: Approval, _ isVouched: (ReviewedLine) -> Bool
  ) -> Approval.Answer {
    if let answer, !answer.isYes { return answer }
    if approval.line.server != nil { return answer ?? .unattended }
    return isVouched(approval.line) ? answer ?? .once : .unattended
  }

  private static func approve(
    _ approval: Approval, screen: any Screen, lines: any LineSource
  ) -> Approval.Answer {
    var dialog = ApprovalDialog(approval)
    var step = dialog.question
    screen.write(dialog.text + "\n")
    while true {
      switch step {
      case .done(let answer): return answer
      case .ask(let question, let initial):
        switch lines.readLine(LineRequest(prompt: question, initial: initial)) {
        case .line(let line): step = dialog.advance(line)
        case .interrupted: step = dialog.advance(nil)
        case .end: return .unattended
        }
      }
    }
  }
}

extension AssistantEnd {
  init(_ end: TurnEnd) {
    self =
      switch end.exitCode {
      case 0: .answered
      case 4: .denied
      case 5: .unavailable
      case 130: .interrupted
      default: .failed
      }
  }
}

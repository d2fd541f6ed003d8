package import Language
package import Numerics
package import Workbench

/// Answers the questions of a prompt or a script over its session, by one model.
///
/// Each role has a conversation of its own, which remembers its earlier turns. Question and answer go into the record;
/// so do the lines of the calls, as lines that replay without a model.
package final class SessionAssistant: Assistant {
  private let session: Session
  /// Where the model is; read anew for each question until one was asked, so that mending it needs no restart.
  private let settings: () throws(Diagnostic) -> ModelSettings
  private let transport: any ModelTransport
  private let pause: any Pause
  private let prompt: (String) throws(Diagnostic) -> RolePrompt
  private let workplace: SessionWorkplace
  private let limits: TurnLimits
  private var conversations: [String: Conversation] = [:]

  /// What the tools of a role may take of a model's window.
  private static let toolTokens = 2500

  package init(
    session: Session, settings: @escaping () throws(Diagnostic) -> ModelSettings,
    transport: any ModelTransport, pause: any Pause,
    prompt: @escaping (String) throws(Diagnostic) -> RolePrompt, limits: TurnLimits = TurnLimits(),
    preview: @escaping (LineResult) -> [String] = { _ in [] }
  ) {
    self.session = session
    self.settings = settings
    self.transport = transport
    self.pause = pause
    self.prompt = prompt
    self.limits = limits
    workplace = SessionWorkplace(session: session, preview: preview)
    session.facts += Self.facts(settings)
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
    let conversation: Conversation
    do throws(Diagnostic) {
      conversation = try self.conversation(role ?? "analyst")
    } catch {
      screen.write(error.text() + "\n")
      return error.code == "A0120" || error.code == "A0121" ? .failed : .unavailable
    }
    note { session.note(question: text, role: role, emit: $0) }
    var view = AgentScreen(isTerminal: screen.isTerminal, width: screen.width)
    let end = conversation.ask(text, work: work) { approval in
      Self.approve(approval, screen: screen, lines: lines)
    } emit: { event in
      screen.write(view.text(for: event))
      if case .diagnostic(let diagnostic) = event { screen.write(diagnostic.text() + "\n") }
    }
    if !end.answer.isEmpty { note { session.note(answer: end.answer, emit: $0) } }
    return AssistantEnd(end)
  }

  private func note(_ body: ((SessionEvent) -> Void) -> Void) { body { _ in } }

  /// The conversation of a role: the one there is, or a new one.
  package func conversation(_ role: String) throws(Diagnostic) -> Conversation {
    if let known = conversations[role] { return known }
    let settings = try settings()
    let prompt = try prompt(role)
    let toolbox = Toolbox(verbs: prompt.tools, specs: session.table.specs, tokens: Self.toolTokens)
    let made = Conversation(
      client: ModelClient(settings: settings, transport: transport), pause: pause,
      clock: session.world.clock, workplace: workplace,
      role: AgentRole(systemText: prompt.text, tools: toolbox.tools), limits: limits)
    conversations[role] = made
    return made
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

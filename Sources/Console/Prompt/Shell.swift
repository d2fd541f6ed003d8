import Language
package import Numerics
import Values
package import Workbench

/// The prompt: reads lines, runs them, shows what comes of them, until somebody leaves.
package final class Shell {
  private let session: Session
  private let lines: any LineSource
  private let screen: any Screen
  private let interrupts: any Interrupts
  private let writer: EventWriter
  private let helper: SessionHelper
  /// Lines of this and earlier sessions.
  package var history: (any LineHistory)?
  /// Answers questions; nil as long as no model is configured.
  package var assistant: (any Assistant)?
  private var suggestion = ""

  package init(
    session: Session, lines: any LineSource, screen: any Screen, messages: any Screen,
    interrupts: any Interrupts
  ) {
    self.session = session
    self.lines = lines
    self.screen = screen
    self.interrupts = interrupts
    writer = EventWriter(results: screen, messages: messages)
    helper = SessionHelper(session: session)
  }

  /// Runs until the end of the input or `/quit`.
  ///
  /// - Returns: how the last line went if the input was not a terminal, else `ok`.
  package func run(work: Work) -> ExitStatus {
    var last = ExitStatus.ok
    if screen.isTerminal { writer.write([Self.greeting], to: screen) }
    while true {
      let request = LineRequest(
        prompt: "sonde \(session.store.resultCount + 1)> ", continuation: "  ", initial: suggestion,
        helper: helper)
      suggestion = ""
      switch lines.readLine(request) {
      case .end:
        if screen.isTerminal { screen.write("\n") }
        return screen.isTerminal ? .ok : last
      case .interrupted(let text):
        if interrupts.isTermination { return .terminated }
        interrupts.clear()
        keep(text, .interrupted, .zero)
      case .line(let text):
        guard let status = run(text, work: work) else { return .ok }
        if interrupts.isTermination { return .terminated }
        if !text.allSatisfy(\.isWhitespace) { last = status }
      }
    }
  }

  private static let greeting =
    StyledLine("Sonde", .strong)
    + StyledLine("  `help` lists the commands, `/tutorial` the lessons, `/quit` ends.", .dim)

  /// Runs what was entered, which is several lines after a paste; nil if the session ends.
  ///
  /// The first line that does not work out is the last one to run.
  private func run(_ text: String, work: Work) -> ExitStatus? {
    let start = ContinuousClock.now
    var status = ExitStatus.ok
    for line in LineReader.logicalLines(of: text) where status == .ok {
      guard let next = perform(line.text, work: work) else { return nil }
      status = next
    }
    interrupts.clear()
    keep(text, status, ContinuousClock.now - start)
    return status
  }

  /// Runs one line; nil if it was the last one.
  private func perform(_ line: String, work: Work) -> ExitStatus? {
    interrupts.clear()
    let start = ContinuousClock.now
    let before = staleNames
    let progress = ProgressLine(screen: screen)
    var question: (role: String?, text: String)?
    var secret: String?
    session.takesStop = { [interrupts] in
      guard interrupts.isRaised, !interrupts.isTermination else { return false }
      interrupts.clear()
      return true
    }
    let status = session.run(line, work: progress.watching(work)) { event in
      progress.finish()
      if case .suggestion(let line) = event { suggestion = line }
      if case .question(let role, let text) = event { question = (role, text) }
      if case .secret(let prompt) = event { secret = prompt }
      writer.write(event)
    }
    progress.finish()
    var exit = ExitStatus(status)
    if status == .cancelled {
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      let after = seconds >= 0.1 ? " after \(NumberFormat.fixed(seconds, decimals: 1)) s" : ""
      writer.write(.notice("stopped\(after); nothing that was finished is lost"))
    }
    if let secret { exit = takeKey(secret) }
    if let question { exit = ask(question.text, role: question.role, work: work) }
    tellStale(since: before)
    return status == .quit ? nil : exit
  }

  /// Asks for a key, which goes to the assistant and nowhere else.
  private func takeKey(_ prompt: String) -> ExitStatus {
    var request = LineRequest(prompt: prompt)
    request.isSecret = true
    guard case .line(let text) = lines.readLine(request), !text.allSatisfy(\.isWhitespace) else { return .ok }
    do throws(Diagnostic) {
      guard let assistant else {
        throw Diagnostic("A0101", "there is no agent here", remedy: "start `sonde` without a script")
      }
      writer.write(.notice(try assistant.keep(key: text)))
      return .ok
    } catch {
      writer.write(.diagnostic(error))
      return .failed
    }
  }

  private func ask(_ text: String, role: String?, work: Work) -> ExitStatus {
    guard let assistant else {
      writer.write(
        .diagnostic(
          Diagnostic(
            "A0101", "no model is configured",
            remedy: "set SONDE_LLM_URL to an OpenAI-compatible server, such as http://127.0.0.1:8080/v1; "
              + "`scripts/local-model` starts one")))
      return .unavailable
    }
    return lines.whileWorking {
      ExitStatus(assistant.ask(text, role: role, screen: screen, lines: lines, work: work))
    }
  }

  private var staleNames: Set<String> {
    Set(session.bindings.filter { session.store.isStale($0) }.map(\.name))
  }

  /// Says what a line has made old, once.
  private func tellStale(since before: Set<String>) {
    let names = session.bindings.map(\.name).filter { staleNames.subtracting(before).contains($0) }
    guard !names.isEmpty, screen.isTerminal else { return }
    let line = StyledLine("  stale now: \(names.joined(separator: " "))   ", .warning)
    writer.write([line + StyledLine("/rerun stale", .name)], to: screen)
  }

  private func keep(_ line: String, _ status: ExitStatus, _ time: Duration) {
    // Whoever puts a key behind `/key` finds it nowhere again.
    guard !line.hasPrefix(" "), !line.hasPrefix("/key"), !line.allSatisfy(\.isWhitespace) else { return }
    history?.append(
      HistoryEntry(
        time: session.world.clock.now(), text: line, status: Int(status.rawValue),
        milliseconds: Int(time / .milliseconds(1))))
  }
}

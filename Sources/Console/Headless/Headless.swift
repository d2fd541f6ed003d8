import Language
import Notation
package import Numerics
import Values
package import Workbench

/// Runs scripts without a prompt: results on one screen, everything else on the other.
///
/// Nothing is painted, paged or truncated. With `isJSON`, each result and each diagnostic is one line of JSON.
package final class Headless {
  private let session: Session
  private let results: any Screen
  private let messages: any Screen
  private let writer: EventWriter
  private let isJSON: Bool
  private let assistant: (any Assistant)?

  package init(
    session: Session, results: any Screen, messages: any Screen, isJSON: Bool = false,
    assistant: (any Assistant)? = nil
  ) {
    self.session = session
    self.results = results
    self.messages = messages
    writer = EventWriter(results: results, messages: messages)
    self.isJSON = isJSON
    self.assistant = assistant
  }

  /// Proves the whole script, then runs it. What it makes without a name is shown.
  package func run(_ script: Replay, work: Work) -> ExitStatus {
    var script = script
    script.isCompared = false
    guard proves(script) else { return .checkFailed }
    var questions = ExitStatus.ok
    let summary = script.run(in: session, work: work) { _ in
      questions == .ok
    } emit: { event in
      guard case .session(let event) = event else { return }
      if case .question(let role, let text) = event {
        questions = ask(text, role: role, work: work)
      } else {
        show(event)
      }
    }
    return questions == .ok ? ExitStatus(summary.status) : questions
  }

  /// What a replay may be asked to do besides comparing.
  package struct ReplayOptions {
    /// Only the same bits will do.
    package var isStrict = false
    /// Writes the digests of this run into the script.
    package var updates = false
    /// Shows each statement and waits for Enter.
    package var stepping: (any LineSource)?
    /// Puts the questions again, to an agent that answers from a recording.
    package var asksAgain = false

    package init(
      isStrict: Bool = false, updates: Bool = false, stepping: (any LineSource)? = nil,
      asksAgain: Bool = false
    ) {
      self.asksAgain = asksAgain
      self.isStrict = isStrict
      self.updates = updates
      self.stepping = stepping
    }
  }

  /// Runs a saved investigation and compares every result with its record.
  package func replay(_ script: Replay, options: ReplayOptions = ReplayOptions(), work: Work) -> ExitStatus {
    guard proves(script) else { return .checkFailed }
    for path in script.changedInputs(in: session) {
      messages.write("note: `\(path)` is not the file that was recorded\n")
    }
    var digests: [Int: RecordedDigest] = [:]
    var failed: ExitStatus?
    let asks = { (text: String, role: String?) -> LineStatus in
      let status = self.ask(text, role: role, work: work)
      if status != .ok { failed = status }
      return status == .ok ? .ok : .failed
    }
    let summary = script.run(
      in: session, work: work, goesOn: { self.step($0, options.stepping) },
      asks: options.asksAgain ? asks : nil
    ) { event in
      switch event {
      case .session(let event): showInReplay(event)
      case .ran(let statement, let now, let verdict):
        digests[statement.line] = now
        tell(statement, verdict, now)
      case .assertionFailed(let statement, let failure):
        messages.write("\(script.file):\(statement.line): \(failure)\n")
      }
    }
    if options.updates, summary.status == .ok {
      if let failure = update(script, with: digests) { return failure }
    }
    if let failed { return failed }
    return conclude(script, summary, options)
  }

  private func conclude(
    _ script: Replay, _ summary: Replay.Summary, _ options: ReplayOptions
  ) -> ExitStatus {
    let sentence = summary.sentence(script.script.statements.count)
    if isJSON {
      let firstLine: JSON = summary.drifts.first.map { .number(Double($0.line)) } ?? .null
      write(json: [
        "verdict": .string(summary.verdict.text), "statements": .number(Double(summary.statements)),
        "compared": .number(Double(summary.compared)), "firstDrift": firstLine,
      ])
    } else {
      results.write(sentence + "\n")
    }
    guard summary.status == .ok else { return ExitStatus(summary.status) }
    if options.updates { return .ok }
    return summary.verdict > (options.isStrict ? .identical : .equal) ? .drifted : .ok
  }

  private func proves(_ script: Replay) -> Bool {
    let diagnostics = script.check(in: session)
    for diagnostic in diagnostics { show(.diagnostic(diagnostic)) }
    return diagnostics.isEmpty
  }

  private func step(_ statement: ScriptRecord.Statement, _ source: (any LineSource)?) -> Bool {
    guard let source else { return true }
    messages.write(statement.text + "\n")
    return if case .line = source.readLine(LineRequest(prompt: "Enter runs it, Ctrl-D stops> ")) {
      true
    } else {
      false
    }
  }

  private func tell(_ statement: ScriptRecord.Statement, _ verdict: Verdict?, _ now: RecordedDigest) {
    if isJSON {
      write(json: [
        "line": .number(Double(statement.line)), "statement": .string(statement.text),
        "verdict": verdict.map { .string($0.text) } ?? .null, "summary": .string(now.description),
        "digest": .string(now.digits),
      ])
    } else {
      let mark =
        switch verdict {
        case .identical: "="
        case .equal: "~"
        case .drifted: "!"
        case nil: "+"
        }
      results.write("\(mark) \(statement.text)\n")
    }
  }

  /// A replay shows that it went well, not again what came out.
  private func showInReplay(_ event: SessionEvent) {
    switch event {
    case .result, .question, .suggestion, .secret, .text: return
    case .diagnostic, .notice: show(event)
    }
  }

  private func show(_ event: SessionEvent) {
    switch event {
    case .result(let result) where isJSON: write(json: result.json(includingValue: result.isShown))
    case .diagnostic(let diagnostic) where isJSON: write(json: diagnostic.json)
    default: writer.write(event)
    }
  }

  /// Puts a question to the agent; nobody is there to allow anything.
  package func ask(_ text: String, role: String?, work: Work) -> ExitStatus {
    guard let assistant else {
      messages.write("no model is configured; set SONDE_LLM_URL to an OpenAI-compatible server\n")
      return .unavailable
    }
    return ExitStatus(
      assistant.ask(text, role: role, screen: results, lines: NobodyThere(), work: work))
  }

  private func write(json: JSON) { results.write(json.description + "\n") }

  private func update(_ script: Replay, with digests: [Int: RecordedDigest]) -> ExitStatus? {
    do throws(Diagnostic) {
      let updated = try script.updated(with: digests, from: session)
      try session.world.files.write(Array(updated.text.utf8), to: script.file)
      return nil
    } catch {
      show(.diagnostic(error))
      return .failed
    }
  }
}

/// Nobody who could say yes.
private final class NobodyThere: LineSource {
  func readLine(_ request: LineRequest) -> LineInput { .end }
}

package import Language
package import Numerics

/// A script that is run as a whole: proved first, then run line by line and compared with its record.
package struct Replay {
  package let file: String
  package private(set) var script: ScriptFile
  /// Stops behind this line number, or behind the statement that makes this name.
  package var until: String?
  /// Whether results are compared with the digests on record.
  package var isCompared = true

  package init(file: String, script: ScriptFile) {
    self.file = file
    self.script = script
  }

  package init(file: String, files: any FileStore) throws(Diagnostic) {
    self.init(file: file, script: ScriptFile(try files.text(file)))
  }

  package enum Event {
    case session(SessionEvent)
    /// A statement gave a result; the verdict is nil if there was nothing on record to compare with.
    case ran(ScriptRecord.Statement, now: RecordedDigest, Verdict?)
    case assertionFailed(ScriptRecord.Statement, String)
  }

  /// A statement that gave something else than on record.
  package struct Drift: Sendable, Equatable {
    package let line: Int
    package let text: String
    package let reason: String
  }

  package struct Summary: Sendable, Equatable {
    package var status = LineStatus.ok
    package var statements = 0
    package var compared = 0
    package var assertions = 0
    package var verdict = Verdict.identical
    /// In order; the first one is where to look.
    package var drifts: [Drift] = []
  }

  /// Where the exchanges with models lie that belong to a script.
  package static func exchangesPath(of path: String) -> String {
    (path.hasSuffix(".sonde") ? String(path.dropLast(6)) : path) + ".exchanges.jsonl"
  }

  /// Where relative paths are looked for besides the current folder.
  package var folder: String {
    file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
  }
}

extension Replay {
  /// Everything that is wrong with the script, before anything runs.
  package func check(in session: Session) -> [Diagnostic] {
    enter(session)
    var scope = session.scope
    var table = session.table
    var diagnostics: [Diagnostic] = []
    var broken: Set<String> = []
    var parameters: [String] = []
    for statement in script.statements {
      let checker = session.checker(in: scope, table)
      do throws(Diagnostic) {
        let checked = try checker.check(statement.text)
        if case .session(let syntax) = checked { throw Self.notReplayable(syntax) }
        if case .definition(let definition) = checked {
          table.definitions[definition.name.text] = definition
        }
        if case .parameter(let name, _) = checked { parameters.append(name) }
        scope.expect(checked)
      } catch {
        if let name = try? boundName(statement.text) { broken.insert(name) }
        if isEcho(error, of: broken, in: statement.text) { continue }
        let origin = Origin.script(file: file, line: statement.line)
        diagnostics.append(error.pointing(into: statement.text).placed(at: origin))
      }
    }
    for name in session.overrides.keys.sorted() where !parameters.contains(name) && !broken.contains(name) {
      diagnostics.append(
        Diagnostic(
          "E0214", "`\(file)` has no `param \(name)`",
          remedy: Suggestion.remedy(
            for: name, among: parameters,
            else: parameters.isEmpty
              ? "It takes no parameters; leave `--param` out." : "It has \(Suggestion.some(parameters))."))
      )
    }
    return diagnostics
  }

  static func notReplayable(_ syntax: SessionSyntax) -> Diagnostic {
    let name = syntax.name.text
    return Diagnostic(
      "E0106", "`/\(name)` steers a session and cannot stand in a script",
      at: 0..<syntax.name.range.upperBound, label: "not replayable",
      remedy: name == "team"
        ? "leave the line out; from a shell a team is asked by `sonde ask --role NAME 'question' FILE`"
        : "leave the line out; scripts hold data commands only")
  }

  private func boundName(_ text: String) throws(Diagnostic) -> String? {
    if case .pipeline(let pipeline) = try Statement(parsing: text).body { pipeline.name?.text } else { nil }
  }

  /// Whether a missing name is missing only because its own line is wrong.
  private func isEcho(_ diagnostic: Diagnostic, of broken: Set<String>, in text: String) -> Bool {
    guard diagnostic.code == "E0205" || diagnostic.code == "E0201", let range = diagnostic.range else {
      return false
    }
    let bytes = Array(text.utf8)
    guard range.upperBound <= bytes.count else { return false }
    let blamed = String(decoding: bytes[range], as: UTF8.self)
    return broken.contains { blamed == $0 || blamed.hasPrefix($0 + ".") || blamed.hasPrefix($0 + "@") }
  }

  func enter(_ session: Session) {
    let beside = folder.isEmpty ? [] : [folder]
    session.folders = beside + script.header.filter { $0.key == "folder" }.map(\.value)
  }

  /// Runs the script. Stops at the first statement that fails, and behind `until`.
  ///
  /// - Parameter goesOn: asked before each statement; false stops there.
  package func run(
    in session: Session, work: Work = Work(), goesOn: (ScriptRecord.Statement) -> Bool = { _ in true },
    asks: ((_ text: String, _ role: String?) -> LineStatus)? = nil, emit: (Event) -> Void
  ) -> Summary {
    enter(session)
    var summary = Summary()
    // What the agent did again, to be compared with what it did when it was recorded.
    var again: ArraySlice<Step> = []
    for record in script.records {
      if let asks {
        takeBackRest(of: &again, before: record, in: session)
        if case .question(let role, let text) = record {
          let before = session.steps.count
          summary.status = asks(text, role)
          again = session.steps[before...]
          guard summary.status == .ok else { break }
          continue
        }
        if case .answer = record { continue }
        if case .statement(let statement) = record, statement.turn != nil {
          compareAgain(statement, &again, &summary, emit)
          continue
        }
      }
      guard case .statement(let statement) = record else {
        keep(record, in: session, emit)
        continue
      }
      guard goesOn(statement) else { break }
      var result: LineResult?
      let origin = statement.turn.map { Origin.agent(turn: $0) } ?? .script(file: file, line: statement.line)
      summary.status = session.run(statement.text, origin: origin, work: work) { event in
        if case .result(let found) = event { result = found }
        emit(.session(event))
      }
      guard summary.status == .ok else { break }
      summary.statements += 1
      if let result { compare(statement, result, &summary, emit) }
      if isLast(statement, result) { break }
    }
    return summary
  }

  private func keep(_ record: ScriptRecord, in session: Session, _ emit: (Event) -> Void) {
    switch record {
    case .question(let role, let text):
      session.note(question: text, role: role) { emit(.session($0)) }
    case .answer(let text): session.note(answer: text) { emit(.session($0)) }
    case .comment, .blank:
      session.keep(Step(record: record, effect: .nothing, inputs: [])) { emit(.session($0)) }
    case .statement: break
    }
  }

  private func isLast(_ statement: ScriptRecord.Statement, _ result: LineResult?) -> Bool {
    guard let until else { return false }
    if let line = Int(until) { return statement.line >= line }
    return result?.name == until
  }

  /// What the agent did again and the script does not hold was taken back when it was recorded.
  private func takeBackRest(
    of again: inout ArraySlice<Step>, before record: ScriptRecord, in session: Session
  ) {
    if case .answer = record { return }
    if case .statement(let statement) = record, statement.turn != nil { return }
    for step in again {
      if case .statement = step.record { _ = try? session.undo() }
    }
    again = []
  }

  /// Compares a line of the agent with the next one that it wrote this time.
  private func compareAgain(
    _ statement: ScriptRecord.Statement, _ again: inout ArraySlice<Step>, _ summary: inout Summary,
    _ emit: (Event) -> Void
  ) {
    var made: ScriptRecord.Statement?
    while made == nil, let step = again.popFirst() {
      if case .statement(let found) = step.record { made = found }
    }
    summary.statements += 1
    guard let made, made.text == statement.text else {
      summary.verdict = .drifted
      let now = made?.text ?? "nothing"
      summary.drifts.append(
        Drift(line: statement.line, text: statement.text, reason: "the agent wrote \(now)"))
      return
    }
    guard isCompared, let before = statement.digest, let now = made.digest else { return }
    let verdict = before.compare(now)
    emit(.ran(statement, now: now, verdict))
    summary.compared += 1
    summary.verdict = max(summary.verdict, verdict)
    if verdict == .drifted {
      summary.drifts.append(Drift(line: statement.line, text: statement.text, reason: "other numbers"))
    }
  }

  private func compare(
    _ statement: ScriptRecord.Statement, _ result: LineResult, _ summary: inout Summary,
    _ emit: (Event) -> Void
  ) {
    guard isCompared, let now = result.digest else { return }
    let verdict = statement.digest?.compare(now)
    emit(.ran(statement, now: now, verdict))
    if let before = statement.digest, let verdict {
      summary.compared += 1
      summary.verdict = max(summary.verdict, verdict)
      if verdict == .drifted {
        let change =
          before.description == now.description
          ? "other numbers" : "was \(before.description), is \(now.description)"
        summary.drifts.append(Drift(line: statement.line, text: result.canonical, reason: change))
      }
    }
    for assertion in statement.assertions {
      summary.assertions += 1
      guard let failure = assertion.failure(in: result.value) else { continue }
      summary.verdict = .drifted
      summary.drifts.append(Drift(line: statement.line, text: result.canonical, reason: failure))
      emit(.assertionFailed(statement, failure))
    }
  }

  /// The script with the digests of a run, and of the files that it read, instead of its own.
  ///
  /// - Parameter digests: by line of the statement.
  package func updated(with digests: [Int: RecordedDigest], from session: Session) throws(Diagnostic)
    -> ScriptFile
  {
    var copy = script
    copy.header = try session.script().header
    copy.records = script.records.map { record in
      guard case .statement(var statement) = record, let digest = digests[statement.line] else {
        return record
      }
      statement.digest = digest
      return .statement(statement)
    }
    return copy
  }
}

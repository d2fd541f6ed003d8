import Chronology
package import Language
import Values

extension SessionCommand {
  static let save = SessionCommand(
    name: "save", usage: "PATH [--overwrite]", summary: "Writes the investigation as a script that replays.",
    words: 1...1
  ) { (call) throws(Diagnostic) in
    let session = call.session
    let word = call.words[0]
    let path = word.hasSuffix(".sonde") ? word : word + ".sonde"
    if !call.has("overwrite"), !session.world.files.files(matching: path).isEmpty {
      throw Diagnostic(
        "E0506", "`\(path)` exists already", at: call.syntax.words.first?.range, label: "would be replaced",
        remedy: "choose another name or add `--overwrite`")
    }
    let script = try session.script()
    try session.world.files.write(Array(script.text.utf8), to: path)
    if let exchanges = session.desk?.exchanges, !exchanges.isEmpty {
      try session.world.files.write(Array(exchanges.utf8), to: Replay.exchangesPath(of: path))
    }
    let count = script.statements.count
    call.say(
      "saved \(count) \(count == 1 ? "statement" : "statements") to \(path); `sonde replay \(path)` replays them"
    )
    let models = session.bindings.filter { if case .model = $0.value { true } else { false } }
    if let model = models.last {
      call.say(
        "models are fitted again when it is replayed; `export \(model.name) --to \(model.name).model` keeps one for other data"
      )
    }
    return .ok
  }

  static let open = SessionCommand(
    name: "open", usage: "FILE", summary: "Starts over with a saved investigation.", words: 1...1
  ) { (call) throws(Diagnostic) in
    let replay = try Replay(file: call.words[0], files: call.session.world.files)
    let diagnostics = replay.check(in: Session(world: call.session.world, seed: call.session.seed))
    guard diagnostics.isEmpty else {
      for diagnostic in diagnostics { call.emit(.diagnostic(diagnostic)) }
      return .checkFailed
    }
    call.session.startOver()
    call.session.folders = [replay.folder].filter { !$0.isEmpty }
    call.session.turnJournal()
    let summary = replay.run(in: call.session, work: call.work) { event in
      if case .session(let event) = event, !event.isResult { call.emit(event) }
    }
    call.say(summary.sentence(replay.script.statements.count))
    return summary.status
  }

  static let replay = SessionCommand(
    name: "replay", usage: "FILE", summary: "Replays a saved investigation and compares.",
    words: 1...1
  ) { (call) throws(Diagnostic) in
    let replay = try Replay(file: call.words[0], files: call.session.world.files)
    let session = Session(world: call.session.world, seed: replay.script.seed ?? 0)
    let diagnostics = replay.check(in: session)
    guard diagnostics.isEmpty else {
      for diagnostic in diagnostics { call.emit(.diagnostic(diagnostic)) }
      return .checkFailed
    }
    let summary = replay.run(in: session, work: call.work) { event in
      if case .session(let event) = event, !event.isResult { call.emit(event) }
    }
    call.say(summary.sentence(replay.script.statements.count))
    return summary.status == .ok && summary.verdict == .drifted ? .failed : summary.status
  }

  static let history = SessionCommand(
    name: "history", usage: "[COUNT]", summary: "Lists the statements that count, with their results.",
    words: 0...1
  ) { (call) throws(Diagnostic) in
    let steps = call.session.steps.suffix(try call.count(default: 40))
    let lines = steps.flatMap { step -> [String] in
      switch step.record {
      case .statement(let statement):
        let number = statement.number > 0 ? "r\(statement.number)" : ""
        let author = statement.turn.map { "  # by the agent, turn \($0)" } ?? ""
        return [number + String(repeating: " ", count: max(1, 6 - number.count)) + statement.text + author]
      case .question(let role, let text): return ["      ?\(role ?? "") \(text)"]
      case .answer, .comment, .blank: return []
      }
    }
    call.say(lines.isEmpty ? "nothing yet" : lines.joined(separator: "\n"))
    return .ok
  }

  static let undo = SessionCommand(
    name: "undo", usage: "[COUNT | turn]",
    summary: "Takes back the last statements, or the agent's last turn.",
    words: 0...1
  ) { (call) throws(Diagnostic) in
    if call.words.first == "turn" {
      let (lines, files) = try call.session.undoTurn()
      call.say(
        lines.isEmpty
          ? "the agent has done nothing" : lines.map { "took back: \($0)" }.joined(separator: "\n"))
      if !files.isEmpty { call.say("written files stay: \(files.joined(separator: " "))") }
      return .ok
    }
    for _ in 0..<(try call.count(default: 1)) {
      guard let line = try call.session.undo() else {
        call.say("there is nothing to take back")
        break
      }
      call.say("took back: \(line)")
    }
    return .ok
  }

  static let why = SessionCommand(
    name: "why", usage: "NAME", summary: "Shows how a value came to be, down to the files.", words: 1...1
  ) { (call) throws(Diagnostic) in
    let word = call.syntax.words[0]
    guard let reference = Reference(word), let lines = call.session.ancestry(of: reference) else {
      throw Diagnostic(
        "E0205", "no value is called `\(word.text)`", at: word.range, label: "not known here",
        remedy: "`/history` lists what there is")
    }
    call.say(lines.joined(separator: "\n"))
    return .ok
  }

  static let rerun = SessionCommand(
    name: "rerun", usage: "stale", summary: "Computes anew what was made from old versions.", words: 0...1
  ) { (call) throws(Diagnostic) in
    if let word = call.words.first, word != "stale" {
      throw Diagnostic(
        "E0306", "`/rerun` knows only `stale`", at: call.syntax.words.first?.range, label: "not `stale`",
        remedy: "write `/rerun stale`")
    }
    var count = 0
    while let binding = call.session.firstStale, count < 1000 {
      let status = call.session.run(
        binding.provenance.line, origin: .prompt, work: call.work, emit: call.emit)
      guard status == .ok else { return status }
      count += 1
    }
    if count == 0 { call.say("nothing is stale") }
    return .ok
  }
}

extension SessionEvent {
  var isResult: Bool { if case .result = self { true } else { false } }
}

extension Replay.Summary {
  /// The verdict as a sentence, for the end of a replay.
  package func sentence(_ total: Int) -> String {
    let count = "\(statements) of \(total) \(total == 1 ? "statement" : "statements")"
    guard status == .ok else { return "stopped after \(count)" }
    if compared == 0 && assertions == 0 { return "\(count) ran; nothing was on record to compare with" }
    var text = "\(verdict.text): \(count), \(compared) compared"
    if assertions > 0 { text += ", \(assertions) asserted" }
    if let first = drifts.first { text += "; first at line \(first.line): \(first.text) (\(first.reason))" }
    return text
  }
}

extension Session {
  /// The oldest stale value whose own inputs are fresh.
  var firstStale: Binding? {
    bindings.sorted { $0.result < $1.result }.first { binding in
      store.isStale(binding)
        && binding.provenance.inputs.allSatisfy { input in
          store.binding(input.name).map { !store.isStale($0) } ?? true
        }
    }
  }

  /// Forgets everything but the world and the seed.
  func startOver() {
    store = Store()
    literals = [:]
    table.definitions = [:]
    steps = []
    seedsDrawn = 0
  }

  /// The whole investigation so far, with the digests of what was read and made.
  package func script() throws(Diagnostic) -> ScriptFile {
    var header: [(key: String, value: String)] = [("seed", String(seed))]
    var seen: Set<String> = []
    for path in steps.flatMap(\.inputs) where seen.insert(path).inserted {
      header.append(("input", try InputDigest(path, files: files).text))
    }
    return ScriptFile(header: header, records: steps.map(\.record))
  }

  /// The lines that led to a value, the last one first, each with what went into it below.
  func ancestry(of reference: Reference) -> [String]? {
    guard store.value(reference) != nil else { return nil }
    var lines: [String] = []
    var seen: Set<String> = []
    func tell(_ provenance: Provenance, _ number: Int, _ isStale: Bool, depth: Int) {
      let indent = String(repeating: "  ", count: min(depth, 30))
      guard seen.insert(provenance.line).inserted else {
        lines.append("\(indent)r\(number)  (as above)")
        return
      }
      lines.append("\(indent)r\(number)  \(provenance.line)\(isStale ? "  (stale)" : "")")
      for path in files(readBy: number) { lines.append("\(indent)  file \(path)") }
      for input in provenance.inputs {
        guard let binding = store.binding(input.name, version: input.version) else { continue }
        tell(binding.provenance, binding.result, store.isStale(binding), depth: depth + 1)
      }
    }
    guard let number = store.resultNumber(reference), let provenance = store.provenance(ofResult: number)
    else {
      return nil
    }
    let isStale = store.input(reference).flatMap { store.binding($0.name, version: $0.version) }
      .map { store.isStale($0) }
    tell(provenance, number, isStale ?? false, depth: 0)
    return lines
  }

  private func files(readBy number: Int) -> [String] {
    for step in steps {
      if case .statement(let statement) = step.record, statement.number == number { return step.inputs }
    }
    return []
  }
}

import Chronology
package import Language
package import Numerics
import Values

/// An investigation: names and their values, what made them, and the record that replays to the same numbers.
///
/// One thread owns it. Lines come from the analyst, a script or the agent, and all go the same way: read, check,
/// run, record.
package final class Session {
  package let world: World
  package let seed: UInt64
  package internal(set) var store = Store()
  package internal(set) var table: CommandTable
  /// What `param` gave names to.
  package internal(set) var literals: [String: Argument] = [:]
  /// What `--param` says instead, whatever a script says.
  package var overrides: [String: Argument] = [:]
  /// Everything that happened and counts, in order.
  package internal(set) var steps: [Step] = []
  let commands: [String: any Command]
  var seedsDrawn = 0
  var encoded = EncodedValues()
  var journal: Journal?
  var lesson: LessonWalk?
  /// Further settings to show, such as the model's address.
  package var facts: [(name: String, value: String)] = []
  /// Steers the agent, if there is one.
  package weak var desk: (any AgentDesk)?
  /// Takes the wish to stop of whoever sits at the prompt, if one was raised.
  package var takesStop: @Sendable () -> Bool = { false }
  /// Folders where relative paths are looked for when they are not below the current one.
  var folders: [String] = []

  package init(world: World, seed: UInt64 = 0) {
    self.world = world
    self.seed = seed
    table = CommandTable(world.commands.map(\.spec))
    commands = Dictionary(
      world.commands.map { ($0.spec.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The newest version of every name, oldest binding first.
  package var bindings: [Binding] { store.bindings }

  package var scope: SessionScope {
    SessionScope(store: store, literals: literals, overrides: overrides, lookup: files)
  }

  /// The world's files, also found beside the script that runs.
  var files: any FileStore { SearchingFiles(base: world.files, folders: folders) }

  /// Proves lines against what there is now.
  package func checker(abbreviations: Bool = false) -> Checker { checker(in: scope, nil, abbreviations) }

  package func checker(
    in scope: any Scope, _ table: CommandTable? = nil, _ abbreviations: Bool = false
  ) -> Checker {
    let world = worldForCommands
    let commands = commands
    return Checker(table: table ?? self.table, scope: scope, abbreviations: abbreviations) {
      (call, scope) throws(Diagnostic) in
      guard let command = commands[call.spec.name] else {
        return ValueShape(kind: call.spec.output ?? .table)
      }
      return try command.shape(of: call, in: scope, world: world)
    }
  }

  var worldForCommands: World {
    var world = world
    world.files = files
    return world
  }
}

/// One thing that happened, and how to take it back.
package struct Step: Sendable {
  package let record: ScriptRecord
  let effect: Effect
  /// Files that were read.
  let inputs: [String]

  enum Effect: Sendable {
    case result
    case parameter(name: String, before: Argument?)
    case definition(name: String, before: DefinitionSyntax?)
    /// Words only.
    case nothing
  }
}

extension Session {
  /// Runs one complete logical line; `emit` hears what happens as it happens.
  package func run(
    _ line: String, origin: Origin = .prompt, work: Work = Work(), emit: (SessionEvent) -> Void
  ) -> LineStatus {
    let statement: CheckedStatement
    do throws(Diagnostic) {
      statement = try checker(abbreviations: origin == .prompt).check(line)
    } catch {
      emit(.diagnostic(error.placed(at: origin)))
      if origin == .prompt { follow(line, isDone: false, emit: emit) }
      return .checkFailed
    }
    let status = run(statement, line, origin: origin, work: work, emit: emit)
    if origin == .prompt { follow(line, isDone: status == .ok, emit: emit) }
    return status
  }

  private func run(
    _ statement: CheckedStatement, _ line: String, origin: Origin, work: Work, emit: (SessionEvent) -> Void
  ) -> LineStatus {
    switch statement {
    case .blank, .comment: return .ok
    case .pipeline(let pipeline):
      return run(pipeline, line, origin: origin, work: work, emit: emit)
    case .parameter(let name, let value):
      return set(name, to: overrides[name] ?? value, origin: origin, emit: emit)
    case .definition(let definition):
      let name = definition.name.text
      let effect = Step.Effect.definition(name: name, before: table.definitions[name])
      table.definitions[name] = definition
      return record(statement.canonical, effect, origin: origin, emit: emit)
    case .question(let role, let text):
      emit(.question(role: role, text: text))
      return .ok
    case .session(let syntax):
      guard origin == .prompt else {
        emit(.diagnostic(Replay.notReplayable(syntax).pointing(into: line).placed(at: origin)))
        return .checkFailed
      }
      return perform(syntax, line: line, work: work, emit: emit)
    case .shell:
      let diagnostic = Diagnostic(
        "E0113", "Sonde runs no shell commands", at: 0..<1, label: "not available",
        remedy: "use another terminal, or suspend Sonde with Ctrl-Z and come back with `fg`")
      emit(.diagnostic(diagnostic.pointing(into: line).placed(at: origin)))
      return .checkFailed
    }
  }

  private func set(
    _ name: String, to value: Argument, origin: Origin, emit: (SessionEvent) -> Void
  ) -> LineStatus {
    let effect = Step.Effect.parameter(name: name, before: literals[name])
    literals[name] = value
    return record("param \(name) = \(value.canonical)", effect, origin: origin, emit: emit)
  }

  private func record(
    _ text: String, _ effect: Step.Effect, origin: Origin, emit: (SessionEvent) -> Void
  ) -> LineStatus {
    keep(Step(record: .statement(.init(text: text, turn: origin.turn)), effect: effect, inputs: []), emit)
    return .ok
  }

  private func run(
    _ checked: CheckedPipeline, _ line: String, origin: Origin, work: Work, emit: (SessionEvent) -> Void
  ) -> LineStatus {
    var pipeline = checked
    let drawn = seedsDrawn
    fillSeeds(&pipeline)
    let started = world.clock.now()
    do throws(Failure) {
      let outcome = try evaluate(pipeline, work: work, takesStop: whoTakesStop(origin))
      let digest = try digest(of: outcome.value, isLook: pipeline.isLook, work)
      pipeline.calls = outcome.calls
      let seconds = (world.clock.now() - started).seconds
      let result = keep(outcome, digest, of: pipeline, origin: origin, seconds: seconds, emit)
      emit(.result(result))
      return .ok
    } catch {
      seedsDrawn = drawn
      guard case .diagnostic(let diagnostic) = error else { return .cancelled }
      emit(.diagnostic(diagnostic.pointing(into: line).placed(at: origin)))
      return .failed
    }
  }

  /// Only what is typed may end early; a script runs as it stands.
  private func whoTakesStop(_ origin: Origin) -> @Sendable () -> Bool {
    if case .prompt = origin { return takesStop }
    return { false }
  }

  /// A random command without a seed takes the next one of the session.
  private func fillSeeds(_ pipeline: inout CheckedPipeline) {
    let first = Int(seed & 0xffff_ffff)
    for position in pipeline.calls.indices {
      for parameter in pipeline.calls[position].spec.parameters where parameter.isSeed {
        switch pipeline.calls[position].arguments[parameter.name] {
        case nil:
          pipeline.calls[position].arguments[parameter.name] = .integer((first + seedsDrawn) & 0xffff_ffff)
          seedsDrawn += 1
        case .integer(let given) where (0..<1_000_000).contains(given - first):
          // A line of a script that took this one: do not give it out again.
          seedsDrawn = max(seedsDrawn, given - first + 1)
        default: break
        }
      }
    }
  }

  /// nil for a value that is only looked at; of a large one it takes long.
  private func digest(of value: Value, isLook: Bool, _ work: Work) throws(Failure) -> RecordedDigest? {
    if isLook { return nil }
    do throws(Cancelled) { return try work.leaving { _ in RecordedDigest(of: value) } } catch {
      throw .cancelled
    }
  }

  private func keep(
    _ outcome: Outcome, _ digest: RecordedDigest?, of pipeline: CheckedPipeline, origin: Origin,
    seconds: Double,
    _ emit: (SessionEvent) -> Void
  ) -> LineResult {
    let canonical = pipeline.canonical
    if pipeline.isLook {
      return LineResult(
        number: 0, name: nil, version: 0, value: outcome.value, canonical: canonical, isShown: true,
        remarks: outcome.remarks, digest: nil, seconds: seconds, showsAllRows: pipeline.asksForRows)
    }
    let provenance = Provenance(line: canonical, inputs: outcome.inputs)
    let (number, version) = store.record(outcome.value, name: pipeline.name, provenance: provenance)
    let statement = ScriptRecord.Statement(
      text: canonical, number: number, turn: origin.turn, digest: digest)
    keep(Step(record: .statement(statement), effect: .result, inputs: outcome.files), emit)
    return LineResult(
      number: number, name: pipeline.name, version: version, value: outcome.value, canonical: canonical,
      isShown: pipeline.name == nil, remarks: outcome.remarks, digest: digest, seconds: seconds,
      showsAllRows: pipeline.asksForRows)
  }

  func keep(_ step: Step, _ emit: (SessionEvent) -> Void) {
    steps.append(step)
    do throws(Diagnostic) {
      try journal?.append(step.record)
    } catch {
      journal = nil
      emit(.notice("the journal cannot be written (\(error.summary)); `/save` keeps the investigation"))
    }
  }

  /// Keeps a question to the agent, or its answer, in the record.
  package func note(question text: String, role: String?, emit: (SessionEvent) -> Void) {
    keep(Step(record: .question(role: role, text: text), effect: .nothing, inputs: []), emit)
  }

  package func note(answer text: String, emit: (SessionEvent) -> Void) {
    keep(Step(record: .answer(text), effect: .nothing, inputs: []), emit)
  }

  /// Keeps a remark in the record: one line, which means nothing when it is replayed.
  package func note(remark text: String, emit: (SessionEvent) -> Void) {
    keep(Step(record: .comment(" " + text), effect: .nothing, inputs: []), emit)
  }

  private static let pinMark = " pinned: "

  /// What the user wants the agent to bear in mind, as the record has it; an empty pin takes all before it away.
  package var pins: [String] {
    var pins: [String] = []
    for step in steps {
      guard case .comment(let text) = step.record, text.hasPrefix(Self.pinMark) else { continue }
      let pin = String(text.dropFirst(Self.pinMark.count))
      if pin.isEmpty { pins = [] } else { pins.append(pin) }
    }
    return pins
  }

  /// Pins a text; an empty one takes all pins away.
  package func pin(_ text: String, emit: (SessionEvent) -> Void) {
    note(remark: String(Self.pinMark.dropFirst()) + text, emit: emit)
  }

  /// Takes back the last statement, with the words that followed it.
  ///
  /// - Returns: the line that was taken back; nil if there is none.
  func undo() throws(Diagnostic) -> String? {
    guard
      let position = steps.lastIndex(where: { if case .statement = $0.record { true } else { false } }),
      case .statement(let statement) = steps[position].record
    else { return nil }
    switch steps[position].effect {
    case .result: store.forgetLast()
    case .parameter(let name, let before): literals[name] = before
    case .definition(let name, let before): table.definitions[name] = before
    case .nothing: break
    }
    steps.removeSubrange(position...)
    try journal?.rewrite(steps.map(\.record))
    return statement.text
  }
}

extension Session {
  /// Takes back everything since the agent's last turn began.
  ///
  /// - Returns: the lines, the last one first, and the files that they wrote, which stay.
  func undoTurn() throws(Diagnostic) -> (lines: [String], files: [String]) {
    let turns = steps.compactMap { step -> Int? in
      if case .statement(let statement) = step.record { statement.turn } else { nil }
    }
    guard let turn = turns.last else { return ([], []) }
    let isOfTurn = { (step: Step) in
      if case .statement(let statement) = step.record { statement.turn == turn } else { false }
    }
    var lines: [String] = []
    var files: [String] = []
    while steps.contains(where: isOfTurn), let line = try undo() {
      lines.append(line)
      if case .pipeline(let pipeline)? = try? checker().check(line) {
        for call in pipeline.calls {
          for parameter in call.spec.parameters where parameter.kind == .output {
            if case .path(let path) = call.arguments[parameter.name] { files.append(path) }
          }
        }
      }
    }
    return (lines, files)
  }
}

extension CheckedPipeline {
  /// Whether the line only shows what is there, so that nothing of it needs to be kept.
  var isLook: Bool {
    name == nil
      && calls.allSatisfy {
        $0.spec.reach == .read && ($0.spec.output == .answer || $0.spec.verb == Show.verb)
      }
  }
}

extension Origin {
  var turn: Int? { if case .agent(let turn) = self { turn } else { nil } }
}

extension Diagnostic {
  func placed(at origin: Origin) -> Diagnostic {
    guard case .script(let file, let line) = origin, place == nil else { return self }
    var copy = self
    copy.place = Place(file: file, line: line)
    return copy
  }

  func pointing(into line: String) -> Diagnostic {
    guard source == nil else { return self }
    var copy = self
    copy.source = line
    return copy
  }
}

import Formats
import Language
import Notation
import Numerics
import Values

struct LoadChats: WorldCommand {
  static let paths = Parameter<[String]>.inputs(
    "paths", help: "JSON or JSON Lines files, globs, or a folder with a slash at its end.")
  static let member = Parameter<String?>.name(
    "member", help: "The member that holds the messages of a run, such as history; found out if absent.")
  static let labels = Parameter<[String]>.names(
    "labels", help: "Members of a run that are ground truth; no detector, encoder or threshold sees them.")

  let spec = CommandSpec(
    "load", "chats", "Reads conversations of agents: a row a message, a segment a run.",
    discussion: """
      A file holds one run, a list of runs, or one a line; a run is an object with a list of messages, or a bare list. \
      Messages have `role`, `name` and `text` (content, joined where it comes in parts; calls of tools are shown as JSON), \
      their number `step`, and, if any calls tools, `call` with their names and `arguments`. What else a run says beside its messages (its reward, who failed) becomes columns named `run.MEMBER`, which \
      repeat in its rows. The result is documents.
      """,
    parameters: [paths.base, member.base, labels.base], output: .text, reach: .read,
    examples: [
      Example("generate pump-station --part log --minutes 5 --seed 7 | export --to log.jsonl --overwrite"),
      Example("talk = load chats log.jsonl"),
      Example("load chats log.jsonl | encode --use tfidf(50)"),
    ])

  private static let usual = [
    "messages", "history", "traj", "trajectory", "conversation", "turns", "chat", "steps",
  ]

  private struct Run {
    var name: String
    var messages: [JSON]
    var facts: [(key: String, value: JSON)]
  }

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let files = try world.files.open(call[Self.paths], for: Self.paths.base, of: call.call)
    var runs: [Run] = []
    for (name, file) in zip(SegmentNames.names(files.map(\.path)), files) {
      if work.isCancelled() { throw .cancelled }
      do throws(FormatError) {
        let stem = files.count == 1 ? "" : name
        let found = try Self.runs(try JSONDocument.values(of: file.source), call[Self.member])
        for (place, run) in found.enumerated() {
          var run = run
          run.name = found.count == 1 ? stem : stem + (stem.isEmpty ? "" : "#") + String(place)
          runs.append(run)
        }
      } catch {
        throw error.failure(
          file.path, at: Self.paths.base, of: call.call,
          remedy: "Give objects with a list of messages, or name the list with `--member NAME`.")
      }
    }
    return try documents(runs, call)
  }

  private static func runs(_ values: [JSON], _ member: String?) throws(FormatError) -> [Run] {
    func isMessage(_ value: JSON) -> Bool {
      value["content"] != nil || value["role"] != nil || value["text"] != nil || value["message"] != nil
    }
    // A bare list of messages is one run.
    if values.contains(where: isMessage), member == nil {
      return [Run(name: "", messages: values, facts: [])]
    }
    var runs: [Run] = []
    for value in values {
      if let list = value.array {
        runs.append(Run(name: "", messages: list, facts: []))
        continue
      }
      let members = value.members ?? []
      let wanted = member.map { [$0] } ?? usual
      guard let name = wanted.first(where: { value[$0]?.array != nil }) else { continue }
      runs.append(
        Run(name: "", messages: value[name]?.array ?? [], facts: members.filter { $0.key != name }))
    }
    if runs.isEmpty { throw .unsupported("no object in it has a list of messages") }
    return runs
  }

  private func documents(_ runs: [Run], _ call: Invocation) throws(Failure) -> Value {
    var texts = TextColumn()
    var (roles, names, steps, segments): ([String], [String], [Double], [Segment]) = ([], [], [], [])
    var calls: [(name: String, arguments: String)] = []
    for run in runs {
      let start = steps.count
      for (step, message) in run.messages.enumerated() {
        texts.append(Self.text(of: message).utf8)
        roles.append(message["role"]?.string ?? message["type"]?.string ?? "")
        names.append(message["name"]?.string ?? message["agent"]?.string ?? "")
        let made = Self.calls(of: message)
        calls.append(
          (made.map(\.name).joined(separator: " "), made.map(\.arguments).joined(separator: " ")))
        steps.append(Double(step))
      }
      if steps.count > start { segments.append(Segment(name: run.name, rows: start..<steps.count)) }
    }
    guard !steps.isEmpty else {
      throw call.blame(
        Self.paths.base, "E0542", "there is no message", label: "empty", remedy: "Look at the file.")
    }
    var columns = [
      Column("text", .text(texts)), Column("role", .categories(roles)), Column("name", .categories(names)),
      Column(numbers: steps, name: "step"),
    ]
    if calls.contains(where: { !$0.name.isEmpty }) {
      columns.append(Column("call", .categories(calls.map(\.name))))
      columns.append(Column("arguments", .text(TextColumn(calls.map(\.arguments)))))
    }
    let known = runs.filter { !$0.messages.isEmpty }
    columns += facts(known, call)
    for name in call[Self.labels] where !columns.contains(where: { $0.name == "run.\(name)" }) {
      let members = columns.map(\.name).filter { $0.hasPrefix("run.") }.map { String($0.dropFirst(4)) }
      throw call.blame(
        Self.labels.base, "E0524", "the runs have no member `\(name)`", label: "not there",
        remedy: Suggestion.remedy(
          for: name, among: members,
          else: members.isEmpty ? "They have none." : "They have \(Suggestion.some(members))."))
    }
    let index = Index(.row(count: steps.count), segments: segments.count > 1 ? segments : [])
    call.note("\(counted(steps.count, "message")) in \(counted(known.count, "run"))")
    return .text(Documents(frame: Frame(index: index, columns: columns), column: "text"))
  }

  /// What the runs say beside their messages, where it is short.
  private func facts(_ runs: [Run], _ call: Invocation) -> [Column] {
    var keys: [String] = []
    for run in runs {
      for fact in run.facts where !keys.contains(fact.key) && keys.count < 50 { keys.append(fact.key) }
    }
    return keys.map { key in
      let cells = runs.map { run in run.facts.last { $0.key == key }?.value ?? .null }
      let counts = runs.map(\.messages.count)
      let role: ColumnRole = call[Self.labels].contains(key) ? .label : .feature
      func spread<Cell>(_ cells: [Cell]) -> [Cell] {
        zip(cells, counts).flatMap { [Cell](repeating: $0, count: $1) }
      }
      let isNull = cells.map { if case .null = $0 { true } else { false } }
      if zip(cells, isNull).allSatisfy({ $1 || $0.number != nil }) {
        return Column(numbers: spread(cells.map { $0.number ?? .nan }), name: "run.\(key)", role: role)
      }
      if zip(cells, isNull).allSatisfy({ $1 || $0.bool != nil }) {
        return Column(
          "run.\(key)", .bool(spread(cells.map { $0.bool ?? false })), nulls: Mask(spread(isNull)), role: role
        )
      }
      let texts = cells.map { $0.string ?? $0.description }
      return Column("run.\(key)", .text(TextColumn(spread(texts))), nulls: Mask(spread(isNull)), role: role)
    }
  }

  /// The tools that a message calls.
  private static func calls(of message: JSON) -> [(name: String, arguments: String)] {
    let calls = (message["tool_calls"]?.array ?? []) + [message["function_call"]].compactMap(\.self)
    return calls.compactMap { call in
      let function = call["function"] ?? call
      guard let name = function["name"]?.string else { return nil }
      let arguments = function["arguments"] ?? .null
      return (name, arguments.string ?? arguments.description)
    }
  }

  private static func text(of message: JSON) -> String {
    var parts: [String] = []
    for key in ["content", "text", "message"] {
      guard let value = message[key] else { continue }
      if let text = value.string { parts.append(text) }
      for part in value.array ?? [] { parts.append(part.string ?? part["text"]?.string ?? part.description) }
    }
    for key in ["tool_calls", "function_call"] {
      if let calls = message[key], calls != .null { parts.append(calls.description) }
    }
    if parts.isEmpty, let text = message.string { return text }
    return parts.joined(separator: "\n")
  }
}

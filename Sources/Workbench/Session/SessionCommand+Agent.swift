package import Language
package import Numerics

/// Steers the agent of a session, for the session commands that do.
package protocol AgentDesk: AnyObject {
  /// What was said to models and what they answered, for a file beside the saved script.
  var exchanges: String { get }
  /// What agents did so far, as `load chats` reads it: one question a line; without keys.
  var traces: String { get }
  /// Does what was asked for and gives the text to show.
  func perform(_ wish: AgentWish, work: Work) throws(Diagnostic) -> String
}

/// What can be asked of the agent besides questions.
package enum AgentWish: Sendable, Equatable {
  /// Lists the models that can be reached; selects the named one.
  case model(String?)
  /// Measures what the selected model can do.
  case probe
  case mode(String?)
  /// Lists the teams, or shows one.
  case team(String?)
  /// Lists the programs whose tools the agent may ask for, or connects or disconnects one.
  case mcp([String])
  case cost
  case context
  /// Shows what one question may cost, or sets it: names and numbers in turn.
  case budget([String])
}

extension SessionCommand {
  static let model = SessionCommand(
    name: "model", usage: "[NAME | probe]", summary: "Lists, selects or measures the agent's models.",
    words: 0...1
  ) { (call) throws(Diagnostic) in
    try call.ask(call.words.first == "probe" ? .probe : .model(call.words.first))
  }

  static let mode = SessionCommand(
    name: "mode", usage: "[ask | auto | plan]", summary: "Says how freely the agent works.", words: 0...1
  ) { (call) throws(Diagnostic) in try call.ask(.mode(call.words.first)) }

  static let team = SessionCommand(
    name: "team", usage: "[list | show NAME | run NAME on VALUE [TASK]]",
    summary: "Lists or shows teams of agents, or sets one to work.", words: 0...200
  ) { (call) throws(Diagnostic) in
    let words = call.words
    switch words.first {
    case nil, "list": return try call.ask(.team(nil))
    case "show" where words.count == 2: return try call.ask(.team(words[1]))
    case "run" where words.count >= 4 && words[2] == "on":
      guard let desk = call.session.desk else { return try call.ask(.team(words[1])) }
      // A team that there is not is told before anything is asked.
      _ = try desk.perform(.team(words[1]), work: call.work)
      let name = words[3]
      guard call.session.bindings.contains(where: { $0.name == name }) else {
        throw Diagnostic(
          "E0202", "there is no value `\(name)`", at: call.syntax.words[3].range, label: "not a value",
          remedy: "write the name of a value")
      }
      let task = words.dropFirst(4).joined(separator: " ")
      let text = task.isEmpty ? "What is unusual, and why?" : task
      call.emit(.question(role: words[1], text: "About \(name): \(text)"))
      return .ok
    case let name? where words.count == 1: return try call.ask(.team(name))
    default:
      throw Diagnostic(
        "E0301", "`/team` takes list, show NAME or run NAME on VALUE",
        remedy: "write `/team run debate on pump which sensor is to blame?`")
    }
  }

  static let trace = SessionCommand(
    name: "trace", usage: "NAME [--overwrite]", summary: "Keeps what the agents did as a value to judge.",
    words: 1...1
  ) { (call) throws(Diagnostic) in
    let traces = call.session.desk?.traces ?? ""
    if traces.isEmpty {
      throw Diagnostic("A0127", "no agent has done anything yet", remedy: "ask one first: `? what is odd?`")
    }
    let path = call.words[0] + ".trace.jsonl"
    let files = call.session.world.files
    if !call.has("overwrite"), !files.files(matching: path).isEmpty {
      throw Diagnostic(
        "E0506", "`\(path)` exists already", at: call.syntax.words.first?.range, label: "would be replaced",
        remedy: "choose another name or add `--overwrite`")
    }
    try files.write(Array(traces.utf8), to: path)
    return call.session.run(
      "\(call.words[0]) = load chats \(path)", origin: .prompt, work: call.work, emit: call.emit)
  }

  static let pin = SessionCommand(
    name: "pin", usage: "[TEXT | clear]", summary: "Shows or adds what the agent must bear in mind.",
    words: 0...200
  ) { (call) throws(Diagnostic) in
    let text = call.syntax.words.map { $0.isOption ? $0.text : $0.value }.joined(separator: " ")
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    if line == "clear" {
      call.session.pin("", emit: call.emit)
    } else if !line.isEmpty {
      call.session.pin(line, emit: call.emit)
    }
    let pins = call.session.pins
    call.say(pins.isEmpty ? "nothing is pinned" : pins.map { "pinned: \($0)" }.joined(separator: "\n"))
    return .ok
  }

  static let budget = SessionCommand(
    name: "budget", usage: "[calls | tokens | seconds | money | price  NUMBER …]",
    summary: "Shows or sets what one question may cost.", words: 0...12
  ) { (call) throws(Diagnostic) in try call.ask(.budget(call.words)) }

  static let key = SessionCommand(
    name: "key", usage: "", summary: "Takes a key for the model server, typed unseen.", words: 0...0
  ) { (call) throws(Diagnostic) in
    call.emit(.secret(prompt: "key (not shown): "))
    return .ok
  }

  static let mcp = SessionCommand(
    name: "mcp", usage: "[connect NAME PROGRAM [ARGUMENTS] | disconnect NAME]",
    summary: "Lists or connects programs with tools for the agent.", words: 0...40
  ) { (call) throws(Diagnostic) in
    try call.ask(.mcp(call.syntax.words.map { $0.isOption ? $0.text : $0.value }))
  }

  static let cost = SessionCommand(
    name: "cost", usage: "", summary: "Shows what the agent has used so far.", words: 0...0
  ) { (call) throws(Diagnostic) in try call.ask(.cost) }

  static let context = SessionCommand(
    name: "context", usage: "", summary: "Shows what fills the model's window.", words: 0...0
  ) { (call) throws(Diagnostic) in try call.ask(.context) }
}

extension SessionCall {
  fileprivate func ask(_ wish: AgentWish) throws(Diagnostic) -> LineStatus {
    guard let desk = session.desk else {
      throw Diagnostic("A0101", "there is no agent here", remedy: "start `sonde` without a script")
    }
    say(try desk.perform(wish, work: work))
    return .ok
  }
}

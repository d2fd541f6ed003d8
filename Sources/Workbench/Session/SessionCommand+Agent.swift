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
  case cost
  case context
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
    name: "team", usage: "[NAME]", summary: "Lists teams of agents, or shows one; `?NAME text` asks it.",
    words: 0...1
  ) { (call) throws(Diagnostic) in try call.ask(.team(call.words.first)) }

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

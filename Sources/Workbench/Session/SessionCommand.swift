import Language
import Numerics

/// A line that steers the session and is not part of the investigation: `/save`, `/undo`…
package struct SessionCommand: Sendable {
  package let name: String
  /// What stands behind the name: `PATH [--overwrite]`.
  package let usage: String
  package let summary: String
  /// How many words it takes.
  let words: ClosedRange<Int>
  let run: @Sendable (SessionCall) throws(Diagnostic) -> LineStatus

  /// All of them, in the order of help.
  package static let all: [SessionCommand] = [
    .save, .open, .replay, .history, .undo, .why, .rerun, .settings, .model, .mode, .team, .trace, .mcp, .pin,
    .key, .budget,
    .cost, .context, .tutorial, .help, .quit,
  ]
}

/// A session command at work.
struct SessionCall {
  let session: Session
  let syntax: SessionSyntax
  let work: Work
  private let emitter: (SessionEvent) -> Void

  init(session: Session, syntax: SessionSyntax, work: Work, emit: @escaping (SessionEvent) -> Void) {
    self.session = session
    self.syntax = syntax
    self.work = work
    emitter = emit
  }

  func emit(_ event: SessionEvent) { emitter(event) }
  func say(_ text: String) { emitter(.text(text)) }

  /// The words that are not options.
  var words: [String] { syntax.words.filter { !$0.isOption }.map(\.value) }

  func has(_ option: String) -> Bool { syntax.words.contains { $0.isOption && $0.text == "--" + option } }

  /// A count behind the name.
  func count(default fallback: Int) throws(Diagnostic) -> Int {
    guard let word = words.first else { return fallback }
    guard let number = Int(word), number > 0 else {
      throw Diagnostic(
        "E0306", "`\(word)` is not a count", at: syntax.words.first?.range, label: "not a count",
        remedy: "write a number from 1 on")
    }
    return number
  }
}

extension Session {
  func perform(
    _ syntax: SessionSyntax, line: String, work: Work, emit: (SessionEvent) -> Void
  ) -> LineStatus {
    withoutActuallyEscaping(emit) { emit in
      let call = SessionCall(session: self, syntax: syntax, work: work, emit: emit)
      do throws(Diagnostic) {
        return try SessionCommand.named(syntax).run(call)
      } catch {
        emit(.diagnostic(error.pointing(into: line)))
        return error.code.hasPrefix("R") || error.code.hasPrefix("A") ? .failed : .checkFailed
      }
    }
  }
}

extension SessionCommand {
  /// The command of that name, or the only one that the name abbreviates.
  static func named(_ syntax: SessionSyntax) throws(Diagnostic) -> SessionCommand {
    let name = syntax.name.text
    let fitting = all.filter { $0.name.hasPrefix(name) && !name.isEmpty }
    let range = 0..<syntax.name.range.upperBound
    guard let command = all.first(where: { $0.name == name }) ?? (fitting.count == 1 ? fitting[0] : nil)
    else {
      let list = all.map { "/" + $0.name }.joined(separator: " ")
      throw Diagnostic(
        "E0201", fitting.isEmpty ? "there is no `/\(name)`" : "`/\(name)` can mean several commands",
        at: range,
        label: "not known here", remedy: "write one of \(list)")
    }
    let count = syntax.words.count { !$0.isOption }
    guard command.words.contains(count) else {
      throw Diagnostic(
        "E0301", "`/\(command.name)` takes \(command.usage.isEmpty ? "nothing" : command.usage)", at: range,
        label: "\(count) words given",
        remedy: "write `/\(command.name)\(command.usage.isEmpty ? "" : " " + command.usage)`")
    }
    return command
  }

  static let help = SessionCommand(
    name: "help", usage: "", summary: "Lists the session commands.", words: 0...1
  ) { (call) throws(Diagnostic) in
    let titles = all.map { "/\($0.name) \($0.usage)" }
    let width = titles.map(\.count).max() ?? 0
    let lines = zip(titles, all).map { title, command in
      title + String(repeating: " ", count: width - title.count + 2) + command.summary
    }
    call.say(lines.joined(separator: "\n") + "\n\n`help` lists the data commands.")
    return .ok
  }

  static let quit = SessionCommand(name: "quit", usage: "", summary: "Ends the session.", words: 0...0) {
    (_) throws(Diagnostic) in .quit
  }

  static let settings = SessionCommand(
    name: "settings", usage: "", summary: "Shows seed, journal and what else is set.", words: 0...0
  ) { (call) throws(Diagnostic) in
    var facts = [("seed", String(call.session.seed)), ("journal", call.session.journalPath ?? "none")]
    facts += call.session.facts.map { ($0.name, $0.value) }
    let width = facts.map(\.0.count).max() ?? 0
    call.say(
      facts.map { $0.0 + String(repeating: " ", count: width - $0.0.count + 2) + $0.1 }
        .joined(separator: "\n"))
    return .ok
  }
}

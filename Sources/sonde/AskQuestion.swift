import Agent
import ArgumentParser
import Console
import Live
import Workbench

/// `sonde ask`.
struct AskQuestion: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ask", abstract: "Asks the agent one question about files, without a prompt.",
    discussion: """
      Each file is loaded under its own name, by its ending: tables, arrays, sound, logs. The answer goes to standard output, \
      calls and costs beside it; with --json every event is one line of JSON. Nobody can be asked, so what needs a yes is \
      denied (exit code 4); `--mode auto` lets new files below the current folder be written.
      """)

  @Argument(help: "The question or task.")
  var question: String

  @Argument(help: "Files to load first.")
  var data: [String] = []

  @Option(help: "Who answers: a role or a team of this name.")
  var role: String?

  @Option(help: "ask, auto or plan.")
  var mode = "ask"

  @OptionGroup var options: CommonOptions

  func validate() throws {
    if AgentMode(rawValue: mode) == nil { throw ValidationError("--mode takes ask, auto or plan.") }
    try options.validate()
  }

  func run() throws {
    let surroundings = Surroundings(options)
    let session = surroundings.session(seed: options.seed ?? 0)
    try options.override(in: session)
    let assistant = surroundings.assistant(session)
    assistant.mode = AgentMode(rawValue: mode) ?? .ask
    assistant.writesJSON = options.json
    let headless = Headless(
      session: session, results: StandardOutput(), messages: StandardError(), isJSON: options.json,
      assistant: assistant)
    let lines = DataLines.lines(for: data)
    if !lines.isEmpty {
      let status = headless.run(
        Replay(file: "ask", text: lines.joined(separator: "\n")), work: surroundings.work)
      guard status == .ok else { surroundings.leave(with: status) }
    }
    surroundings.leave(with: headless.ask(question, role: role, work: surroundings.work))
  }
}

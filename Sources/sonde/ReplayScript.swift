import Agent
import ArgumentParser
import Console
import Live
import Workbench

/// `sonde replay FILE`.
struct ReplayScript: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Replays a saved investigation and compares every result with its record.",
    discussion: """
      The verdict is `identical` (the same bits), `equal within tolerance` (another machine's rounding) or `drifted` \
      (exit code 3, and the first statement that differs is named). No model is ever called.
      """)

  @Argument(help: "The investigation, as `/save` wrote it.")
  var file: String

  @Option(help: "Stops behind this line, or behind the statement that makes this name.")
  var until: String?

  @Flag(help: "Shows each statement and waits for Enter.")
  var step = false

  @Flag(help: "Writes the digests of this run into the file.")
  var update = false

  @Flag(help: "Accepts nothing but the same bits.")
  var strict = false

  @Option(help: "`recorded`: puts the questions again, to the recorded answers of the model.")
  var agent: String?

  @OptionGroup var options: CommonOptions

  func validate() throws {
    if let agent, agent != "recorded" { throw ValidationError("--agent takes `recorded`.") }
    try options.validate()
  }

  func run() throws {
    let surroundings = Surroundings(options)
    var script = surroundings.open(file)
    script.until = until
    let session = surroundings.session(seed: options.seed ?? script.script.seed ?? 0, isReplay: true)
    try options.override(in: session)
    var assistant: SessionAssistant?
    if agent != nil {
      let exchanges = surroundings.exchanges(of: file)
      assistant = surroundings.assistant(session, transport: RecordedTransport(exchanges))
      assistant?.follow(exchanges, of: script.script)
    }
    let headless = surroundings.headless(session, isJSON: options.json, assistant: assistant)
    let wishes = Headless.ReplayOptions(
      isStrict: strict, updates: update, stepping: step ? surroundings.lines(nil) : nil,
      asksAgain: agent != nil)
    surroundings.leave(with: headless.replay(script, options: wishes, work: surroundings.work))
  }
}

import ArgumentParser
import Console
import Live
import Workbench

/// The prompt, a script, or lines from the command line.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Opens the prompt, or runs a script (the default).",
    usage: "sonde [<file> | -] [-c <line> ...] [<options>]", shouldDisplay: false)

  @Argument(help: "A script to run; `-` reads it from standard input.")
  var file: String?

  @Option(name: [.customShort("c"), .customLong("command")], help: "Runs this line; can be given again.")
  var lines: [String] = []

  @Flag(help: "Goes on with the last session.")
  var resume = false

  @OptionGroup var options: CommonOptions

  func run() throws {
    let surroundings = Surroundings(options)
    if let script = try script(surroundings) {
      let session = surroundings.session(seed: options.seed ?? script.script.seed ?? 0)
      try options.override(in: session)
      let headless = surroundings.headless(session, isJSON: options.json)
      surroundings.leave(with: headless.run(script, work: surroundings.work))
    }
    let session = surroundings.session(seed: options.seed ?? 0)
    try options.override(in: session)
    surroundings.leave(with: surroundings.prompt(session, resumes: resume))
  }

  /// What to run instead of opening the prompt.
  private func script(_ surroundings: Surroundings) throws -> Replay? {
    if !lines.isEmpty {
      if file != nil { throw ValidationError("Give either a script or `-c`, not both.") }
      return Replay(file: "-c", text: lines.joined(separator: "\n"))
    }
    guard let file else { return nil }
    if file == "-" { return Replay(file: "-", text: Environment.standardInput()) }
    return surroundings.open(file)
  }
}

extension Replay {
  init(file: String, text: String) {
    self.init(file: file, script: ScriptFile(text))
  }
}

import ArgumentParser
import Live

/// `sonde`: wiring only. Everything that happens, happens in the rooms below.
@main
struct Sonde: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sonde",
    abstract: "An interactive shell for investigating anomalies in multimodal data.",
    discussion: """
      Without arguments it opens the prompt, where `help` lists the commands and `/tutorial` the lessons.

      Exit codes: 0 done, 1 a command failed, 2 wrong usage or a check found an error and nothing ran, 3 a replay \
      drifted, 4 approval was needed or denied, 5 no model or network, 124 timed out, 130 interrupted, 143 terminated.
      """,
    version: Release.version,
    subcommands: [Run.self, ReplayScript.self, AskQuestion.self, ServeMCP.self],
    defaultSubcommand: Run.self)

  static func main() {
    MemoryReserve.keep()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let code as ExitCode {
      Environment.leave(code.rawValue)
    } catch {
      let isHelp = exitCode(for: error) == .success
      let text = fullMessage(for: error) == helpMessage() ? help : fullMessage(for: error)
      if isHelp { StandardOutput().write(text + "\n") } else { StandardError().write(text + "\n") }
      Environment.leave(isHelp ? 0 : 2)
    }
    Environment.leave(0)
  }

  /// What Sonde is, with the options of what it does without a subcommand.
  private static var help: String {
    let own = helpMessage()
    let run = helpMessage(for: Run.self)
    guard let usage = own.firstRange(of: "USAGE:"), let others = own.firstRange(of: "SUBCOMMANDS:"),
      let options = run.firstRange(of: "USAGE:")
    else { return own }
    return "\(own[..<usage.lowerBound])\(run[options.lowerBound...])\n\(own[others.lowerBound...])"
  }
}

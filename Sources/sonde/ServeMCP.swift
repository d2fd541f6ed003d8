import Agent
import ArgumentParser
import Console
import Live

/// `sonde mcp`.
struct ServeMCP: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mcp",
    abstract:
      "Offers the commands to other agents by the Model Context Protocol, over standard input and output.",
    discussion: """
      Calls work on one session, which lasts as long as the server. Files are read below the current folder and elsewhere; \
      they are written only with --allow-write, only below the current folder, and never replaced.
      """)

  @Flag(help: "Also offers commands that write new files below the current folder.")
  var allowWrite = false

  @OptionGroup var options: CommonOptions

  func run() throws {
    let surroundings = Surroundings(options)
    let session = surroundings.session(seed: options.seed ?? 0)
    try options.override(in: session)
    let server = MCPServer(session: session, version: Release.version, allowsWriting: allowWrite)
    let output = StandardOutput()
    while let line = readLine() {
      if let reply = server.reply(to: line, work: surroundings.work) { output.write(reply + "\n") }
      if surroundings.stop.isRaised { break }
    }
    surroundings.leave(with: .ok)
  }
}

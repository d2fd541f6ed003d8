package import Language
package import Notation
package import Numerics
package import Workbench

/// The tools of other programs that the user has connected: untrusted, and asked for at each call.
///
/// Names, descriptions and outputs are data: bounded, and without what would steer a terminal.
package final class ForeignTools {
  /// A tool as models are told it.
  struct Offer: Sendable, Equatable {
    let server: String
    let tool: String
    /// In the notation of chat completions.
    let json: JSON

    var record: JSON { ["server": .string(server), "tool": .string(tool), "offer": json] }

    init(server: String, tool: String, json: JSON) {
      self.server = server
      self.tool = tool
      self.json = json
    }

    /// nil if this is no record of an offer.
    init?(_ record: JSON) {
      guard let server = record["server"]?.string, let tool = record["tool"]?.string,
        let json = record["offer"], json["function"]?["name"]?.string != nil
      else { return nil }
      self.init(server: server, tool: tool, json: json)
    }

    var name: String { json["function"]?["name"]?.string ?? "" }
  }

  /// The verb of rules: `deny mcp`.
  package static let verb = "mcp"
  private static let longestDescription = 160
  private static let longestSchema = 2000
  private static let longestArguments = 4000
  private static let longestOutput = 1500
  /// Tokens of all tools together: they come on top of the tools of a role.
  private static let mostTokens = 1200

  private let programs: any ToolPrograms
  private let version: String
  private var servers: [(name: String, client: MCPClient, tools: [MCPClient.Tool])] = []
  /// In the order in which models are told them.
  private(set) var offers: [Offer] = []
  /// Calls that were reviewed, by their line.
  private var reviewed: [String: (offer: Offer, arguments: JSON)] = [:]

  package init(programs: any ToolPrograms, version: String) {
    self.programs = programs
    self.version = version
  }

  /// What models are told, in the notation of chat completions.
  package var tools: [JSON] { offers.map(\.json) }

  /// Offers what a recording says was offered; the calls are answered by the recording, too.
  func offer(recorded: [Offer]) { offers = recorded }

  package func connect(_ name: String, _ words: [String], isCancelled: () -> Bool) throws(Diagnostic) {
    guard (1...20).contains(name.count),
      name.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) })
    else {
      throw Diagnostic(
        "A0140", "`\(SafeText.oneLine(name, limit: 40))` cannot be the name of a program",
        remedy: "write small letters and digits")
    }
    if servers.contains(where: { $0.name == name }) {
      throw Diagnostic(
        "A0140", "`\(name)` is connected already", remedy: "`/mcp disconnect \(name)` first")
    }
    let program: any ToolProgram
    do throws(ToolProgramError) { program = try programs.start(words) } catch {
      throw Diagnostic(
        "A0141", "`\(SafeText.oneLine(words.first ?? "", limit: 80))` cannot be started",
        remedy: "write its path, or install it")
    }
    do throws(Diagnostic) {
      let client = try MCPClient(program, version: version, isCancelled: isCancelled)
      servers.append((name, client, try client.tools(isCancelled: isCancelled)))
    } catch {
      program.end()
      throw error
    }
    offerAll()
  }

  package func disconnect(_ name: String) throws(Diagnostic) {
    guard let place = servers.firstIndex(where: { $0.name == name }) else {
      throw Diagnostic(
        "A0140", "`\(SafeText.oneLine(name, limit: 40))` is not connected", remedy: "`/mcp` lists them")
    }
    servers.remove(at: place).client.end()
    offerAll()
  }

  private func offerAll() {
    offers = []
    var tokens = 0
    for server in servers {
      for tool in server.tools {
        let name = Self.name(of: tool.name, of: server.name)
        let json = Self.json(tool, name: name, server: server.name)
        let cost = Toolbox.tokens(in: [json])
        // What still fits is kept; the rest is named by `list`.
        if tokens + cost > Self.mostTokens || offers.contains(where: { $0.name == name }) { continue }
        tokens += cost
        offers.append(Offer(server: server.name, tool: tool.name, json: json))
      }
    }
  }

  /// A name that every model server takes.
  private static func name(of tool: String, of server: String) -> String {
    let plain = tool.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" }
    return String("mcp_\(server)_\(String(plain))".prefix(64))
  }

  private static func json(_ tool: MCPClient.Tool, name: String, server: String) -> JSON {
    let schema = cleaned(tool.schema)
    let isUsable = schema["type"] == "object" && schema.description.utf8.count <= longestSchema
    return [
      "type": "function",
      "function": [
        "name": .string(name),
        "description": .string(
          "Of the program \(server), not of this shell: \(SafeText.oneLine(tool.description, limit: longestDescription))"
        ),
        "parameters": isUsable ? schema : ["type": "object"],
      ],
    ]
  }

  /// A schema is text of a stranger, too.
  private static func cleaned(_ value: JSON) -> JSON {
    switch value {
    case .string(let text): .string(SafeText.oneLine(text, limit: 80))
    case .array(let items): .array(items.map(cleaned))
    case .object(let members):
      .object(members.map { (SafeText.oneLine($0.key, limit: 64), cleaned($0.value)) })
    default: value
    }
  }

  /// What is connected, and which tools a model sees.
  package var list: String {
    if servers.isEmpty { return "no program is connected; `/mcp connect NAME PROGRAM` brings its tools in" }
    return servers.map { server in
      let rows = server.tools.map { tool in
        let isOffered = offers.contains { $0.name == Self.name(of: tool.name, of: server.name) }
        return "  \(isOffered ? " " : "-") \(tool.name)  \(SafeText.oneLine(tool.description, limit: 100))"
      }
      return (["\(server.name)  \(server.tools.count) tools, untrusted: each call is asked for"] + rows)
        .joined(separator: "\n")
    }.joined(separator: "\n")
      + (servers.flatMap(\.tools).count > offers.count ? "\n- is not offered: no room" : "")
  }

  /// The call as a line to be asked for; nil if it is none of these tools.
  package func review(_ call: ToolCall) -> CallReview? {
    guard let offer = offers.first(where: { $0.name == call.name }), call.form != .printedLine else {
      return nil
    }
    guard call.arguments.utf8.count <= Self.longestArguments,
      let arguments = try? JSON(parsing: call.arguments),
      arguments.members != nil
    else {
      return .refused(
        line: "mcp \(offer.server).\(offer.tool)",
        diagnostic: "error[A0130]: the arguments are not one short JSON object")
    }
    let text = "mcp \(offer.server).\(offer.tool) \(arguments)"
    reviewed[text] = (offer, arguments)
    var line = ReviewedLine(
      text: text, key: text, verb: Self.verb, reach: .write,
      commands: [ReviewedLine.Command(Self.verb, offer.server)])
    line.server = offer.server
    return .line(line)
  }

  /// Makes a call that was asked for; nil if the line is none.
  package func run(_ line: String, work: Work) -> CallOutcome? {
    guard let (offer, arguments) = reviewed.removeValue(forKey: line) else { return nil }
    guard let server = servers.first(where: { $0.name == offer.server }) else {
      let words = "\(offer.server) is not connected"
      return CallOutcome(.failed, text: Self.data(words, of: offer.server, key: "error"), summary: words)
    }
    let reply: MCPClient.Reply
    do throws(Diagnostic) {
      reply = try server.client.call(offer.tool, arguments, isCancelled: work.isCancelled)
    } catch {
      if error.code == "A0144" {
        return CallOutcome(.interrupted, text: "interrupted", summary: "interrupted")
      }
      return CallOutcome(
        .failed, text: Self.data(error.text(), of: offer.server, key: "error"),
        summary: SafeText.oneLine(error.summary, limit: 160))
    }
    switch reply {
    case .text(let text):
      return CallOutcome(
        .succeeded, text: Self.data(text, of: offer.server, key: "text"),
        summary: "\(text.count) characters of \(offer.server)", preview: Self.preview(text))
    case .failure(let text):
      return CallOutcome(
        .failed, text: Self.data(text, of: offer.server, key: "error"),
        summary: SafeText.oneLine(text, limit: 160))
    }
  }

  private static func preview(_ text: String) -> [String] {
    SafeText.bounded(SafeText.stripped(text), limit: 2000).split(separator: "\n").prefix(8).map(String.init)
  }

  private static func data(_ text: String, of server: String, key: String) -> String {
    JSON.object([
      ("from", .string(server)), ("data_is_untrusted", true),
      (key, .string(SafeText.bounded(Redaction.redacted(SafeText.stripped(text)), limit: longestOutput))),
    ]).description
  }
}

package import Language
import Notation
package import Numerics
package import Workbench

/// What `/model`, `/mode`, `/cost` and `/context` say and do.
extension SessionAssistant: AgentDesk {
  package func perform(_ wish: AgentWish, work: Work) throws(Diagnostic) -> String {
    switch wish {
    case .model(let name): if let name { try select(name) } else { try listModels() }
    case .probe: try probe(work)
    case .mode(let name): try setMode(name)
    case .team(let name): try describeTeams(name)
    case .mcp(let words): try connect(words, work)
    case .cost: cost
    case .context: try context()
    case .budget(let words): try setBudget(words)
    }
  }

  private func setBudget(_ words: [String]) throws(Diagnostic) -> String {
    var new = limits
    var rest = words[...]
    while let name = rest.popFirst() {
      guard let word = rest.popFirst(), let number = Double(word), number.isFinite, number > 0, number < 1e9
      else { throw Self.noBudget(name) }
      switch name {
      case "calls": new.calls = max(1, Int(number))
      case "tokens": new.tokens = max(1, Int(number))
      case "seconds": new.seconds = number
      case "money": new.money = number
      case "price":
        // Of a million tokens in, then of a million out.
        guard let other = rest.popFirst().flatMap({ Double($0) }), other.isFinite, other >= 0 else {
          throw Self.noBudget(name)
        }
        new.price = TokenPrice(input: number, output: other)
      default: throw Self.noBudget(name)
      }
    }
    if new.money != nil, new.price == nil {
      throw Diagnostic(
        "A0147", "a budget of money needs a price",
        remedy: "write `/budget price IN OUT`: what a million tokens cost, read and written")
    }
    limits = new
    var lines = [
      "calls    \(limits.calls)", "tokens   \(limits.tokens)", "seconds  \(AgentText.plain(limits.seconds))",
    ]
    lines.append("money    " + (limits.money.map(AgentText.plain) ?? "no limit"))
    lines.append(
      "price    "
        + (limits.price.map {
          "\(AgentText.plain($0.input)) in, \(AgentText.plain($0.output)) out, a million tokens"
        }
          ?? "not known"))
    return lines.joined(separator: "\n")
  }

  private static func noBudget(_ name: String) -> Diagnostic {
    Diagnostic(
      "E0306", "`\(SafeText.oneLine(name, limit: 40))` is no budget with a number above 0",
      remedy: "write `/budget calls 12 tokens 60000 seconds 300`, or `/budget price 2.5 10 money 0.50`")
  }

  package func keep(key: String) throws(Diagnostic) -> String {
    let plain = String(key.filter { !$0.isWhitespace })
    let host = try configured().host
    guard let keepKey, plain.utf8.count >= 4, plain.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      throw Diagnostic("A0148", "this cannot be a key", remedy: "type `/key` again, and the key alone")
    }
    try keepKey(plain, host)
    // Read anew with the next question.
    choice = nil
    if !conversations.isEmpty { select(try chosen()) }
    return "the key for \(host) is kept in a file that only you can read"
  }

  package var exchanges: String { recorded.text }

  package var traces: String { Redaction.redacted(trace.lines) }

  private func describeTeams(_ name: String?) throws(Diagnostic) -> String {
    if let name {
      guard let team = try team(name) else {
        throw Diagnostic("A0126", "there is no team `\(name)`", remedy: "`/team` lists them")
      }
      return "\(team.name)  \(team.pattern.rawValue) of \(team.roles.joined(separator: ", "))"
        + ", at most \(team.rounds) rounds\n\(SafeText.stripped(team.text))"
    }
    var rows: [String] = []
    for name in teamNames() {
      guard let team = try team(name) else { continue }
      rows.append("\(name)  \(team.roles.joined(separator: " "))  \(SafeText.oneLine(team.text, limit: 80))")
    }
    return rows.isEmpty ? "there are no teams" : rows.joined(separator: "\n")
  }

  private func connect(_ words: [String], _ work: Work) throws(Diagnostic) -> String {
    switch words.first {
    case nil, "list": break
    case "connect" where words.count >= 3:
      if try rules().denies(verb: ForeignTools.verb) {
        throw Diagnostic(
          "A0140", "the rules deny programs with tools", remedy: "change `deny mcp` in your file of rules")
      }
      try foreign.connect(words[1], Array(words.dropFirst(2)), isCancelled: work.isCancelled)
    case "disconnect" where words.count == 2: try foreign.disconnect(words[1])
    default:
      throw Diagnostic(
        "E0301", "`/mcp` takes connect or disconnect, and a name",
        remedy: "write `/mcp connect NAME PROGRAM [ARGUMENTS]` or `/mcp disconnect NAME`")
    }
    for conversation in conversations.values { conversation.foreignTools = foreign.tools }
    return foreign.list
  }

  private func setMode(_ name: String?) throws(Diagnostic) -> String {
    if let name {
      guard let new = AgentMode(rawValue: name) else {
        throw Diagnostic("E0306", "there is no mode `\(name)`", remedy: "write `/mode ask`, `auto` or `plan`")
      }
      mode = new
    }
    return switch mode {
    case .ask: "ask: looks and computes by itself, asks before it writes"
    case .auto: "auto: also writes new files below this folder; overwriting still asks"
    case .plan: "plan: looks, and proposes the rest as lines that you can run"
    }
  }

  private var servers: [ModelServer] {
    guard let catalog else { return [] }
    let set = (try? configured()).flatMap { catalog.look(at: $0) }
    let found = catalog.discovered().filter { $0.settings.url != set?.settings.url }
    return (set.map { [$0] } ?? []) + found
  }

  private func listModels() throws(Diagnostic) -> String {
    var rows = servers.flatMap { server in
      server.models.map { model in
        let window = server.window.map { "  window \($0)" } ?? ""
        let isChosen =
          choice.map {
            $0.settings.url == server.settings.url
              && ($0.settings.model == model || $0.settings.model.isEmpty)
          }
          ?? false
        let pictures = server.seesPictures ? "  pictures" : ""
        return
          "\(isChosen ? "*" : " ") \(SafeText.oneLine(model, limit: 70))  at \(server.settings.host)\(window)\(pictures)"
      }
    }
    if rows.isEmpty, let settings = try? configured() { rows = ["  \(settings)"] }
    if rows.isEmpty {
      throw Diagnostic(
        "A0101", "no model server is set, and none was found on this machine",
        remedy: "`scripts/local-model` starts one; or set SONDE_LLM_URL")
    }
    return rows.joined(separator: "\n")
  }

  private func select(_ name: String) throws(Diagnostic) -> String {
    let new = try choice(named: name)
    select(new)
    return "\(new.settings) answers from now on"
  }

  /// The model of this name, or of the first that begins so; what a recording tells of it, in a replay.
  func choice(named name: String) throws(Diagnostic) -> ModelChoice {
    if let recording { return ModelChoice(recorded: recording.model(named: name) ?? .null) }
    for server in servers {
      let fitting = server.models.filter { $0 == name || $0.hasPrefix(name) || $0.contains("/" + name) }
      guard let model = fitting.first(where: { $0 == name }) ?? fitting.first else { continue }
      return ModelChoice(server, model: model)
    }
    // A server that does not list its models may know the name all the same.
    guard var settings = try? configured(), catalog?.look(at: settings) == nil else {
      throw Diagnostic(
        "A0103", "no server has a model `\(SafeText.oneLine(name, limit: 60))`", remedy: "`/model` lists them"
      )
    }
    settings.model = name
    return ModelChoice(settings, server: nil)
  }

  private func probe(_ work: Work) throws(Diagnostic) -> String {
    var choice = try chosen()
    let probe = ModelProbe.measureAll(
      choice.settings, transport: transport, clock: session.world.clock, isCancelled: work.isCancelled)
    if probe.callForm == nil, let failure = probe.failure {
      throw AgentText.diagnostic(failure, settings: choice.settings)
    }
    var lines = ["model    \(choice.settings)", "api      \(choice.settings.wire.rawValue)"]
    lines.append("window   " + (choice.window.map { "\($0) tokens" } ?? "not told"))
    switch probe.callForm {
    case .native: lines.append("tools    by native calls")
    case .constrained: lines.append("tools    by constrained JSON")
    case .text: lines.append("tools    by JSON in its text")
    case nil: lines.append("tools    none: it made no right call; expect little")
    }
    if let speed = probe.speed { lines.append("speed    \(Int(speed.rounded())) tokens/s") }
    if let sees = probe.seesPictures { lines.append("pictures " + (sees ? "seen" : "not seen")) }
    if let form = probe.callForm {
      choice.dialect = ChatDialect(callForm: form, seesPictures: probe.seesPictures ?? false)
      select(choice)
    }
    return lines.joined(separator: "\n")
  }

  private var cost: String {
    let rows = conversations.sorted { $0.key < $1.key }.map { role, conversation in
      let use = conversation.use
      return "\(role)  \(conversation.turnCount) turns  \(AgentText.count(use.input)) in"
        + " (\(AgentText.count(use.cachedInput)) cached)  \(AgentText.count(use.output)) out"
        + (limits.cost(of: use).map { "  at most \(AgentText.money($0))" } ?? "")
    }
    return rows.isEmpty ? "nothing was asked yet" : rows.joined(separator: "\n")
  }

  private func context() throws(Diagnostic) -> String {
    let conversation = try conversation("analyst")
    let parts = conversation.context
    let total = parts.reduce(0) { $0 + $1.tokens }
    let width = parts.map(\.part.count).max() ?? 0
    let lines = parts.map { part, tokens in
      part + String(repeating: " ", count: width - part.count + 2) + "about \(tokens) tokens"
    }
    let share = conversation.window.map { " of \($0) (\(100 * total / max(1, $0)) %)" } ?? ""
    return (lines + ["together \(total)\(share)"]).joined(separator: "\n")
  }
}

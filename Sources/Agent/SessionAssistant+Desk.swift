package import Language
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
    case .cost: cost
    case .context: try context()
    }
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
    let set = configured.flatMap { catalog.look(at: $0) }
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
    if rows.isEmpty, let settings = configured { rows = ["  \(settings)"] }
    if rows.isEmpty {
      throw Diagnostic(
        "A0101", "no model server is set, and none was found on this machine",
        remedy: "`scripts/local-model` starts one; or set SONDE_LLM_URL")
    }
    return rows.joined(separator: "\n")
  }

  private func select(_ name: String) throws(Diagnostic) -> String {
    for server in servers {
      let fitting = server.models.filter { $0 == name || $0.hasPrefix(name) || $0.contains("/" + name) }
      guard let model = fitting.first(where: { $0 == name }) ?? fitting.first else { continue }
      select(ModelChoice(server, model: model))
      return "\(SafeText.oneLine(model, limit: 70)) at \(server.settings.host) answers from now on"
    }
    // A server that does not list its models may know the name all the same.
    guard var settings = configured, catalog?.look(at: settings) == nil else {
      throw Diagnostic(
        "A0103", "no server has a model `\(SafeText.oneLine(name, limit: 60))`", remedy: "`/model` lists them"
      )
    }
    settings.model = name
    select(ModelChoice(settings, server: nil))
    return "\(settings) answers from now on"
  }

  private func probe(_ work: Work) throws(Diagnostic) -> String {
    var choice = try chosen()
    let probe = ModelProbe.measure(
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
    if let form = probe.callForm {
      choice.dialect = ChatDialect(callForm: form)
      select(choice)
    }
    return lines.joined(separator: "\n")
  }

  private var cost: String {
    let rows = conversations.sorted { $0.key < $1.key }.map { role, conversation in
      let use = conversation.use
      return "\(role)  \(conversation.turnCount) turns  \(AgentText.count(use.input)) in"
        + " (\(AgentText.count(use.cachedInput)) cached)  \(AgentText.count(use.output)) out"
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

import Language
import Live
import TestKit
import Testing
import Workbench

@testable import Agent

@Suite struct `What the agent tells` {
  /// Every way in which a model server can fail, with and without words of its own.
  private static let failures: [ModelFailure] =
    [
      .notAllowed, .noSuchModel, .contextExceeded(window: nil), .contextExceeded(window: 4096), .rateLimited,
      .quotaExhausted, .overloaded, .rejected, .serverError, .unreachable, .untrusted,
      .plainHTTP(host: "models.example"), .badAddress, .noLibrary, .broken, .notAModelServer,
      .notRecorded,
    ].map { ModelFailure($0) } + [
      ModelFailure(.rateLimited, status: 429, message: "Slow down."),
      ModelFailure(.serverError, status: 503),
    ]

  @Test func `when a turn ends without an answer reads as recorded`() throws {
    let settings = ModelSettings(url: "http://127.0.0.1:8080")
    let reasons: [TurnEnd.Reason] =
      [.outOfTime, .outOfTokens, .silent, .withheld] + Self.failures.map { .failed($0) }
    let text = reasons.compactMap { reason in
      let end = TurnEnd(
        reason: reason, answer: "", calls: 0, use: TokenUse(), wasUnattended: false, messages: [])
      return AgentText.diagnostic(end, settings: settings, limits: TurnLimits())?.text()
    }
    #expect(text.count == reasons.count)
    try expect(text, as: "ends.txt")
  }

  @Test func `about files and calls that cannot be used reads as recorded`() throws {
    var told: [String] = []
    func note(_ body: () throws(Diagnostic) -> Void) { do { try body() } catch { told.append(error.text()) } }
    note { () throws(Diagnostic) in _ = try ModelSettings(environment: { _ in nil }, secret: { _ in "" }) }
    for text in [nil, "", "---\ntools: a\n", "---\ncolour: x\n---\na"] {
      note { () throws(Diagnostic) in _ = try RolePrompt.find("analyst", in: ["prompts"]) { _ in text } }
    }
    note { () throws(Diagnostic) in
      _ = try PermissionRules(parsing: "# mine\npermit export", name: "agent-rules", mayAllow: true)
    }
    note { () throws(Diagnostic) in _ = try Exchanges(parsing: "{}\n", name: "night.exchanges") }
    for source in [
      "Text.", "---\npattern: mob\nroles: a\n---\n", "---\npattern: debate\nroles: a b\n---\n",
      "---\npattern: single\nroles: a\nrounds: 99\n---\n", "---\npattern: single\ncolour: x\n---\n",
    ] {
      note { () throws(Diagnostic) in _ = try Team(name: "trio", parsing: source) }
    }
    let session = Session(world: .memory())
    let workplace = SessionWorkplace(session: session)
    for (name, arguments) in [
      ("detect", #"{"method":"#), ("detect", "[]"), ("remove", "{}"), ("run", #"{"line":"show x\n/quit"}"#),
      ("run", #"{"line":"/quit"}"#), ("run", #"{"line":"? and you"}"#), ("detect", "{}"),
      ("detect", #"{"method":"knn","value":"x","kk":3}"#),
    ] {
      if case .refused(let line, let diagnostic) = workplace.review(
        ToolCall(id: "a", name: name, arguments: arguments))
      {
        told.append("\(line)\n\(diagnostic)")
      }
    }
    try expect(told, as: "refusals.txt")
  }

  private func expect(_ parts: [String], as name: String) throws {
    let text = parts.map { $0 + "\n" }.joined()
    #expect(try Golden.recorded(name, now: text) == text)
  }
}

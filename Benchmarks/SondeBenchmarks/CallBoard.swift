import Agent
import Foundation
import Language
import Live
import Notation
import Numerics
import Workbench

/// How often a local model makes the right call: asked as its server offers it, and through the agent's own turn.
struct CallBoard {
  let data: String
  let settings: ModelSettings
  let count: Int

  static let categories = ["simple_python", "multiple", "irrelevance"]

  private struct Tally {
    var right = 0
    var wrong = 0
    /// Calls that came, and those of them that were no call of an offered function at first.
    var calls = 0
    var broken = 0
    var repaired = 0
    /// Requests that the server answered with an error.
    var failed = 0
    var seconds = 0.0

    var text: String {
      String(
        format:
          "%d of %d right (%.1f %%), %d calls, %d broken of which %d repaired, %d requests failed, %.0f s",
        right,
        right + wrong, 100 * Double(right) / Double(max(1, right + wrong)), calls, broken, repaired, failed,
        seconds)
    }
  }

  func run(print: (String) -> Void) throws {
    let transport = CurlTransport()
    let server = ModelCatalog(transport: transport, clock: SystemClock()).look(at: settings)
    print(
      "model \(server?.models.first ?? settings.model), ours asks by \(server?.dialect.callForm.rawValue ?? "native") calls"
    )
    for category in Self.categories {
      let questions = try CallQuestion.all(data: data, category: category, count: count)
      var bare = Tally()
      var ours = Tally()
      // In turns, so that a busy machine is busy for both.
      for (number, question) in questions.enumerated() {
        askBare(question, transport, &bare)
        askOurs(question, transport, server?.dialect ?? ChatDialect(), &ours)
        if number % 20 == 19 { print("\(category) \(number + 1): bare \(bare.right), ours \(ours.right)") }
      }
      print("\(category), the server's own calls: \(bare.text)")
      print("\(category), through the agent's turn: \(ours.text)")
    }
  }

  /// The tools in the request and nothing else; only the protocol's own calls count.
  private func askBare(_ question: CallQuestion, _ transport: any ModelTransport, _ tally: inout Tally) {
    let started = Date()
    let client = ModelClient(settings: settings, transport: transport)
    let outcome = client.ask(
      ChatRequest(messages: [.user(question.text)], tools: question.tools), maximumOutput: 400,
      isCancelled: { false }, receive: { _ in })
    guard case .replied(let reply) = outcome else {
      // No answer is no right answer, also where no call was right.
      tally.failed += 1
      tally.wrong += 1
      return
    }
    let calls = reply.calls
    tally.calls += calls.count
    let parsed = calls.map { (name: $0.name, arguments: (try? JSON(parsing: $0.arguments)) ?? .null) }
    tally.broken += parsed.count { $0.arguments.members == nil }
    count(parsed, of: question, in: &tally)
    tally.seconds += Date().timeIntervalSince(started)
  }

  private func askOurs(
    _ question: CallQuestion, _ transport: any ModelTransport, _ dialect: ChatDialect, _ tally: inout Tally
  ) {
    let started = Date()
    let place = CallPlace(tools: question.tools)
    var limits = TurnLimits()
    limits.output = 400
    let conversation = Conversation(
      client: ModelClient(settings: settings, transport: transport, dialect: dialect), pause: LivePause(),
      clock: SystemClock(), workplace: place,
      role: AgentRole(
        systemText:
          "You work by calling tools. Call one only if it does what is asked for; else answer in a sentence.",
        tools: question.tools), limits: limits)
    _ = conversation.ask(question.text, work: Work(), approve: { _ in .unattended }, emit: { _ in })
    tally.calls += place.made.count + place.refused
    tally.broken += place.refused
    if place.refused > 0, !place.made.isEmpty { tally.repaired += place.refused }
    count(place.made, of: question, in: &tally)
    tally.seconds += Date().timeIntervalSince(started)
  }

  private func count(
    _ calls: [(name: String, arguments: JSON)], of question: CallQuestion, in tally: inout Tally
  ) {
    let isRight =
      question.truth.map { truth in
        calls.count == 1 && truth.accepts(name: calls[0].name, arguments: calls[0].arguments)
      } ?? calls.isEmpty
    if isRight { tally.right += 1 } else { tally.wrong += 1 }
  }
}

/// Takes the first sound call of an offered function and ends the turn there.
private final class CallPlace: Workplace {
  private let parameters: [String: JSON]
  private(set) var made: [(name: String, arguments: JSON)] = []
  private(set) var refused = 0

  init(tools: [JSON]) {
    let functions = tools.compactMap { $0["function"] }
    parameters = Dictionary(
      functions.map { ($0["name"]?.string ?? "", $0["parameters"] ?? .null) },
      uniquingKeysWith: { first, _ in first })
  }

  func review(_ call: ToolCall) -> CallReview {
    if let problem = problem(of: call) {
      refused += 1
      return .refused(line: call.name, diagnostic: problem)
    }
    let text = "\(call.name) \(call.arguments)"
    return .line(ReviewedLine(text: text, key: text, verb: call.name, reach: .read))
  }

  private func problem(of call: ToolCall) -> String? {
    guard let schema = parameters[call.name] else { return "there is no tool `\(call.name)`" }
    guard let arguments = try? JSON(parsing: call.arguments), let members = arguments.members else {
      return "the arguments are not one JSON object"
    }
    let known = (schema["properties"]?.members ?? []).map(\.key)
    if let strange = members.first(where: { !known.contains($0.key) }) {
      return "`\(call.name)` has no argument `\(strange.key)`; it has \(known.joined(separator: ", "))"
    }
    let needed = schema["required"]?.array?.compactMap(\.string) ?? []
    return needed.first { arguments[$0] == nil }.map { "`\($0)` is missing" }
  }

  func run(_ line: String, turn: Int, work: Work) -> CallOutcome {
    let space = line.firstIndex(of: " ") ?? line.endIndex
    let arguments = (try? JSON(parsing: String(line[space...]))) ?? .null
    made.append((String(line[..<space]), arguments))
    return CallOutcome(.interrupted, text: "", summary: "")
  }

  func card() -> String { "" }
}

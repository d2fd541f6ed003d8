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
  /// What was asked is kept here, one question and side a line, and not asked again; nil keeps nothing.
  let journal: String?

  static let categories = ["simple_python", "multiple", "irrelevance"]
  /// No call of the board is longer.
  private static let output = 200

  private enum Side: String, CaseIterable { case bare, ours }

  /// How one question went on one side.
  private struct Score {
    var isRight = false
    /// Calls that came, and those of them that were no call of an offered function at first.
    var calls = 0
    var broken = 0
    var repaired = 0
    /// The server answered with an error.
    var hasFailed = false
    var seconds = 0.0

    var json: JSON {
      [
        "right": .bool(isRight), "calls": .number(Double(calls)), "broken": .number(Double(broken)),
        "repaired": .number(Double(repaired)), "failed": .bool(hasFailed), "seconds": .number(seconds),
      ]
    }

    init() {}

    init(_ json: JSON) {
      func count(_ key: String) -> Int { json[key]?.number.flatMap { Int(exactly: $0) } ?? 0 }
      isRight = json["right"]?.bool ?? false
      calls = count("calls")
      broken = count("broken")
      repaired = count("repaired")
      hasFailed = json["failed"]?.bool ?? false
      seconds = json["seconds"]?.number ?? 0
    }
  }

  private static func summary(_ scores: [Score]) -> String {
    func sum(_ count: (Score) -> Int) -> Int { scores.reduce(0) { $0 + count($1) } }
    return String(
      format: "%d of %d right, %d calls, %d broken of which %d repaired, %d requests failed, %.0f s",
      sum { $0.isRight ? 1 : 0 }, scores.count, sum(\.calls), sum(\.broken), sum(\.repaired),
      sum { $0.hasFailed ? 1 : 0 }, scores.reduce(0) { $0 + $1.seconds })
  }

  func run(print: (String) -> Void) throws {
    let transport = CurlTransport()
    let server = ModelCatalog(transport: transport, clock: SystemClock()).look(at: settings)
    print(
      "model \(server?.models.first ?? settings.model), ours asks by \(server?.dialect.callForm.rawValue ?? "native") calls"
    )
    var known = try earlier()
    for category in Self.categories {
      let questions = try CallQuestion.all(data: data, category: category, count: count)
      var scores: [Side: [Score]] = [:]
      // In turns, so that a busy machine is busy for both.
      for question in questions {
        for side in Side.allCases {
          let name = "\(question.id) \(side.rawValue)"
          let score: Score
          if let found = known.removeValue(forKey: name) {
            score = found
          } else {
            score =
              switch side {
              case .bare: askBare(question, transport)
              case .ours: askOurs(question, transport, server?.dialect ?? ChatDialect())
              }
            try keep(score, name)
          }
          scores[side, default: []].append(score)
        }
        let right = Side.allCases.map { side in scores[side, default: []].count { $0.isRight } }
        let number = scores[.bare, default: []].count
        if number % 10 == 0 { print("\(category) \(number): bare \(right[0]), ours \(right[1])") }
      }
      print("\(category), the server's own calls: \(Self.summary(scores[.bare] ?? []))")
      print("\(category), through the agent's turn: \(Self.summary(scores[.ours] ?? []))")
    }
  }

  private func earlier() throws -> [String: Score] {
    guard let journal, FileManager.default.fileExists(atPath: journal) else { return [:] }
    var scores: [String: Score] = [:]
    for line in try String(contentsOfFile: journal, encoding: .utf8).split(separator: "\n") {
      let json = try JSON(parsing: String(line))
      scores[json["question"]?.string ?? ""] = Score(json)
    }
    return scores
  }

  private func keep(_ score: Score, _ name: String) throws {
    guard let journal else { return }
    let line = JSON.object([("question", .string(name))] + (score.json.members ?? [])).description + "\n"
    if !FileManager.default.fileExists(atPath: journal) {
      _ = FileManager.default.createFile(atPath: journal, contents: nil)
    }
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: journal))
    defer { try? file.close() }
    try file.seekToEnd()
    try file.write(contentsOf: Data(line.utf8))
  }

  /// The tools in the request and nothing else; only the protocol's own calls count.
  private func askBare(_ question: CallQuestion, _ transport: any ModelTransport) -> Score {
    let started = Date()
    var score = Score()
    let client = ModelClient(settings: settings, transport: transport)
    let outcome = client.ask(
      ChatRequest(messages: [.user(question.text)], tools: question.tools), maximumOutput: Self.output,
      isCancelled: { false }, receive: { _ in })
    score.seconds = Date().timeIntervalSince(started)
    guard case .replied(let reply) = outcome else {
      // No answer is no right answer, also where no call was right.
      score.hasFailed = true
      return score
    }
    let calls = reply.calls.map { (name: $0.name, arguments: (try? JSON(parsing: $0.arguments)) ?? .null) }
    score.calls = calls.count
    score.broken = calls.count { $0.arguments.members == nil }
    score.isRight = isRight(calls, question)
    return score
  }

  private func askOurs(
    _ question: CallQuestion, _ transport: any ModelTransport, _ dialect: ChatDialect
  ) -> Score {
    let started = Date()
    var score = Score()
    let place = CallPlace(tools: question.tools)
    var limits = TurnLimits()
    limits.output = Self.output
    let conversation = Conversation(
      client: ModelClient(settings: settings, transport: transport, dialect: dialect), pause: LivePause(),
      clock: SystemClock(), workplace: place,
      role: AgentRole(
        systemText:
          "You work by calling tools. Call one only if it does what is asked for; else answer in a sentence.",
        tools: question.tools), limits: limits)
    let end = conversation.ask(
      question.text, work: Work(), approve: { _ in .unattended }, emit: { _ in })
    score.seconds = Date().timeIntervalSince(started)
    if case .failed = end.reason {
      score.hasFailed = true
      return score
    }
    score.calls = place.made.count + place.refused
    score.broken = place.refused
    if place.refused > 0, !place.made.isEmpty { score.repaired = place.refused }
    score.isRight = isRight(place.made, question)
    return score
  }

  private func isRight(_ calls: [(name: String, arguments: JSON)], _ question: CallQuestion) -> Bool {
    guard let truth = question.truth else { return calls.isEmpty }
    return calls.count == 1 && truth.accepts(name: calls[0].name, arguments: calls[0].arguments)
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

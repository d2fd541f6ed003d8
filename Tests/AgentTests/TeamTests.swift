import Agent
import Foundation
import Language
import Notation
import Numerics
import Synchronization
import TestKit
import Testing
import Workbench

@Suite struct `Teams` {
  static func team(_ pattern: String, _ roles: String, rounds: Int = 2) throws -> Team {
    try Team(name: "t", parsing: "---\npattern: \(pattern)\nroles: \(roles)\nrounds: \(rounds)\n---\nText.")
  }

  /// Plays the answers to a team and gives who was asked, and the end.
  static func play(_ team: Team, _ answers: [String]) -> (
    asked: [Int], answer: String, verdict: String, run: TeamRun
  ) {
    var run = TeamRun(team, question: "Q")
    var step = run.start()
    var asked: [Int] = []
    var left = answers[...]
    while case .ask(let all) = step {
      asked += all.map(\.member)
      guard left.count >= all.count else { return (asked, "", "unfinished", run) }
      step = run.take(Array(left.prefix(all.count)))
      left = left.dropFirst(all.count)
    }
    guard case .finish(let answer, let verdict) = step else { return (asked, "", "", run) }
    return (asked, answer, verdict, run)
  }

  @Test(arguments: [
    ("oversee", ["x", "fine", "SCORE: 0.8"], "coherence 0.8"),
    ("oversee", ["x", "fine", "still fine"], "the overseer gave no score"),
    ("refine", ["x", "fine", "SCORE: 1"], "score 1.0 of 1 proposals"),
  ]) func `ask once more for a score that is missing`(
    _ pattern: String, _ answers: [String], _ verdict: String
  ) throws {
    let played = Self.play(try Self.team(pattern, "a b"), answers)
    #expect(played.asked == [0, 1, 1] && played.answer == "x" && played.verdict == verdict)
    #expect(played.run.trace.map(\.answer) == ["x", answers[1] + "\n" + answers[2]])
  }

  @Test(arguments: [
    (["p", "q", "VERDICT: leak", "VERDICT: leak"], [0, 1, 0, 1], "2 of 2 say: leak"),
    (["p\nVERDICT: a", "q", "VERDICT: b"], [0, 1, 1], "1 of 2 say: a"),
    (["p", "q", "r", "s"], [0, 1, 0, 1], "no verdict was given"),
  ]) func `ask voters once more for a verdict that is missing`(
    _ answers: [String], _ asked: [Int], _ verdict: String
  ) throws {
    let played = Self.play(try Self.team("vote", "a b"), answers)
    #expect(played.asked == asked && played.verdict == verdict)
    #expect(played.run.trace.count == 2 && played.answer == played.run.trace[0].answer)
  }

  @Test(arguments: [
    ("single", "a", ["x"], [0], "x", ""), ("pipeline", "a b c", ["x", "y", "z"], [0, 1, 2], "z", ""),
    (
      "vote", "a b c", ["p\nVERDICT: Pump leak.", "q\nVerdict: valve", "r\nVERDICT: pump leak"], [0, 1, 2],
      "p\nVERDICT: Pump leak.", "2 of 3 say: pump leak"
    ),
    ("vote", "a b", ["p\nVERDICT: one", "q\nVERDICT: two"], [0, 1], "p\nVERDICT: one", "1 of 2 say: one"),
    ("debate", "a b j", ["1", "2", "3", "4", "end"], [0, 1, 0, 1, 2], "end", ""),
    ("oversee", "a b", ["bad", "SCORE: 0.2", "good", "SCORE: 0.9"], [0, 1, 0, 1], "good", "coherence 0.9"),
    (
      "oversee", "a b", ["bad", "SCORE: 0.2", "bad", "SCORE: 0.1"], [0, 1, 0, 1], "",
      "blocked: coherence 0.1 after 2 attempts"
    ),
    (
      "oversee", "a b", ["x", "INTERVENE: block\nSCORE: 0.4"], [0, 1], "",
      "blocked: coherence 0.4 after 1 attempt"
    ),
    (
      "plan", "p e j", ["1. look\n2. act\nthat is all", "seen", "done", "judged"], [0, 1, 1, 2], "judged",
      "2 steps"
    ),
    (
      "refine", "a b", ["p1", "SCORE: 0.8", "p2", "SCORE: 0.3"], [0, 1, 0, 1], "p1",
      "score 0.8 of 2 proposals"
    ),
    (
      "refine", "a b", ["p1", "SCORE: 0.3", "p2", "SCORE: 0.3"], [0, 1, 0, 1], "p2",
      "score 0.3 of 2 proposals"
    ),
    ("refine", "a b", ["p1", "SCORE: 1"], [0, 1], "p1", "score 1.0 of 1 proposals"),
  ]) func `follow their pattern`(
    _ pattern: String, _ roles: String, _ answers: [String], _ asked: [Int], _ answer: String,
    _ verdict: String
  ) throws {
    let played = Self.play(try Self.team(pattern, roles), answers)
    #expect(played.asked == asked)
    #expect(played.answer == answer)
    #expect(played.verdict == verdict)
    #expect(played.run.trace.map(\.answer) == answers)
  }

  @Test func `are asked again, then begin anew, as the overseer or the count of attempts says`() throws {
    for (low, resets) in [("SCORE: 0.1", [false, true]), ("INTERVENE: reset\nSCORE: 0.1", [true, true])] {
      var run = TeamRun(try Self.team("oversee", "a b", rounds: 3), question: "Q")
      var step = run.start()
      var seen: [Bool] = []
      for answer in ["one", low, "two", low, "three", "SCORE: 1"] {
        guard case .ask(let asked) = step, let one = asked.first else { break }
        if one.member == 0 { seen.append(one.isReset) }
        #expect(!one.isReset || one.text == "Q")
        step = run.take([answer])
      }
      #expect(Array(seen.dropFirst()) == resets)
      #expect(step == .finish(answer: "three", verdict: "coherence 1.0"))
    }
  }

  @Test func `voters do not see each other, debaters do`() throws {
    let vote = Self.play(try Self.team("vote", "a b"), ["secret\nVERDICT: x", "y"]).run.trace
    #expect(!vote[1].asked.contains("secret"))
    let debate = Self.play(try Self.team("debate", "a b j"), ["one", "two", "three", "four", "end"]).run.trace
    #expect(!debate[1].asked.contains("one"))
    #expect(debate[2].asked.contains("two") && debate[4].asked.contains("three"))
  }

  @Test(arguments: [
    ("no header", "Text."), ("an unknown pattern", "---\npattern: mob\nroles: a\n---\n"),
    ("too few roles", "---\npattern: debate\nroles: a b\n---\n"),
    ("endless rounds", "---\npattern: single\nroles: a\nrounds: 99\n---\n"),
    ("an unknown key", "---\npattern: single\nmodel: x\n---\n"),
  ]) func `that cannot work are named`(_ name: String, _ source: String) {
    let error = #expect(throws: Diagnostic.self) { try Team(name: "t", parsing: source) }
    #expect(error?.code == "A0126", "\(name)")
  }

  static let folder = `Shipped prompts`.folder.appending(path: "teams")

  @Test func `that come with Sonde show every pattern and name roles that there are`() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    var patterns: Set<String> = []
    for file in files where file.hasSuffix(".md") {
      let text = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
      let team = try Team(name: String(file.dropLast(3)), parsing: text)
      patterns.insert(team.pattern.rawValue)
      #expect(team.roles.allSatisfy { `Shipped prompts`.names.contains($0) })
    }
    #expect(patterns == Set(Team.Pattern.allCases.map(\.rawValue)))
  }

  @Test func `answer the prompt by their name, and their calls are recorded`() throws {
    let desk = `Assistant over a session`.Desk(
      ScriptedModel(
        .call("a", "detect", #"{"value":"pump","method":"mad","as":"risk"}"#), .text("Row 3 [r2]."),
        .text("It holds.\nSCORE: 0.9")))
    desk.assistant.team = { (name) throws(Diagnostic) in
      name == "pair"
        ? try Team(name: name, parsing: "---\npattern: oversee\nroles: analyst analyst\n---\n") : nil
    }
    #expect(desk.ask("find faults", role: "pair") == .answered)
    #expect(desk.screen.text.contains("◇ analyst 2 of 2, pair"))
    #expect(desk.screen.text.contains("◇ pair: coherence 0.9"))
    let script = try desk.saved()
    #expect(script.contains("#?pair find faults") && script.contains("risk = detect mad pump"))
    #expect(script.contains("#\" Row 3 [r2]."))
  }

  /// Answers only when as many requests are under way as there are members.
  final class MeetingModel: ModelTransport {
    private let state = Mutex((out: 0, most: 0, asked: [String]()))
    private let members: Int
    init(_ members: Int) { self.members = members }
    var most: Int { state.withLock { $0.most } }

    func send(
      _ request: HTTPRequest, isCancelled: () -> Bool, receive: (HTTPEvent) -> Void
    ) throws(HTTPError) {
      let text = String(decoding: request.body, as: UTF8.self)
      state.withLock {
        $0.out += 1
        $0.most = max($0.most, $0.out)
      }
      // A member that would wait for another's end would wait here until it is stopped.
      while state.withLock({ $0.most }) < members { if isCancelled() { throw .cancelled } }
      let number = (1...members).first { text.contains("You are voter \($0) of") } ?? 0
      receive(.head(status: 200, headers: [HTTPHeader("content-type", "text/event-stream")]))
      let piece: JSON = .object([
        (
          "choices",
          [["delta": ["content": .string("Member \(number).\nVERDICT: \(number == 3 ? "valve" : "pump")")]]]
        )
      ])
      receive(.body(Array("data: \(piece)\n\n".utf8)))
      state.withLock { $0.out -= 1 }
    }
  }

  @Test func `ask their members at the same time, and show them in order`() throws {
    let model = MeetingModel(3)
    let desk = `Assistant over a session`.Desk(model)
    desk.assistant.team = { (name) throws(Diagnostic) in
      try Team(name: name, parsing: "---\npattern: vote\nroles: analyst analyst analyst\n---\n")
    }
    #expect(desk.ask("which?", role: "three") == .answered)
    #expect(model.most == 3)
    let text = desk.screen.text
    let places = ["Member 1", "Member 2", "Member 3"].compactMap { text.ranges(of: $0).first?.lowerBound }
    #expect(places.count == 3 && places == places.sorted(), "\(text)")
    #expect(text.contains("2 of 3 say: pump"))
  }

  @Test func `have members with models of their own`() throws {
    let model = ScriptedModel(.text("One."), .text("Two."), .text("Three."))
    let session = Session(world: .memory(MemoryFiles()), seed: 1)
    let assistant = SessionAssistant(
      session: session, settings: { ModelSettings(url: "http://127.0.0.1:1", model: "small") },
      transport: model, pause: RecordedPause(),
      prompt: { (name) throws(Diagnostic) in
        let header = name == "critic" ? "tools: show\nmodel: large" : "tools: show"
        return try RolePrompt(name: name, parsing: "---\n\(header)\n---\nWork.")
      })
    assistant.team = { (name) throws(Diagnostic) in
      try name == "pair"
        ? Team(name: name, parsing: "---\npattern: pipeline\nroles: analyst critic\n---\n") : nil
    }
    for role in ["pair", nil] {
      let end = assistant.ask("why?", role: role, screen: RecordedScreen(), lines: TypedLines(), work: Work())
      #expect(end == .answered)
    }
    #expect(model.requests.map { $0["model"]?.string } == ["small", "large", "small"])
  }

  @Test func `are set to work on a value by name`() {
    let desk = `Assistant over a session`.Desk(ScriptedModel())
    desk.assistant.team = { (name) throws(Diagnostic) in
      name == "pair" ? try Team(name: name, parsing: "---\npattern: single\nroles: analyst\n---\nText.") : nil
    }
    let events = desk.session.type("/team run pair on pump which sensor?")
    let asked = events.compactMap { event in
      if case .question(let role, let text) = event { "\(role ?? "") \(text)" } else { nil }
    }
    #expect(asked == ["pair About pump: which sensor?"])
    #expect(desk.session.type("/team run pair on nothing").diagnostics.map(\.code) == ["E0202"])
    #expect(desk.session.type("/team run mob on pump").diagnostics.map(\.code) == ["A0126"])
    #expect(desk.session.type("/team fly pair").diagnostics.map(\.code) == ["E0301"])
    #expect(desk.session.type("/team show pair").texts.joined().contains("single of analyst"))
  }
}

import Agent
import Language
import Notation
import Testing

@Suite struct `Agent turn` {
  static let tools: [JSON] = [["type": "function", "function": ["name": "detect"]]]

  static func turn(limits: TurnLimits = TurnLimits(), earlier: [ChatMessage] = []) -> AgentTurn {
    AgentTurn(
      question: "which?", systemText: "S", tools: tools, toolNames: ["detect"], earlier: earlier,
      limits: limits)
  }

  static func call(_ id: String) -> ToolCall { ToolCall(id: id, name: "detect", arguments: "{}") }
  static func line(_ text: String, _ reach: Reach = .compute, overwrites: Bool = false) -> ReviewedLine {
    ReviewedLine(text: text, key: text, verb: "detect", reach: reach, overwrites: overwrites)
  }
  static func outcome(_ text: String, _ number: Int) -> CallOutcome {
    CallOutcome(.succeeded, text: text, summary: "sum \(text)", number: number)
  }
  static let window = ModelFailure(.contextExceeded(window: 4096), status: 400)

  /// The turn after its first request was answered with these calls.
  static func called(_ calls: [ToolCall], limits: TurnLimits = TurnLimits()) -> (AgentTurn, TurnStep) {
    var turn = turn(limits: limits)
    _ = turn.advance(.started)
    let step = turn.advance(.replied(ModelReply(calls: calls)))
    return (turn, step)
  }

  @Test func `answers a question that needs no call`() throws {
    var turn = Self.turn()
    #expect(turn.advance(.started) == .request)
    guard case .finish(let end) = turn.advance(.replied(ModelReply(text: "Audio."))) else {
      Issue.record("not finished")
      return
    }
    #expect(end.reason == .answered)
    #expect(end.answer == "Audio.")
    #expect(end.exitCode == 0)
    #expect(end.messages == [.user("which?"), .assistant(text: "Audio.", calls: [])])
  }

  @Test func `reviews a call, runs it, and gives its result with the next request`() {
    var (turn, step) = Self.called([Self.call("a")])
    #expect(step == .review(Self.call("a")))
    #expect(turn.advance(.reviewed(.line(Self.line("detect x")))) == .run(Self.line("detect x")))
    #expect(turn.advance(.ran(Self.outcome("3 rows", 12))) == .request)
    #expect(
      turn.request(card: "card").messages == [
        .system("S"), .user("card\n\nQuestion: which?"), .assistant(text: "", calls: [Self.call("a")]),
        .toolResult(id: "a", text: "3 rows", summary: "sum 3 rows"),
      ])
    #expect(turn.request(card: "card").tools == Self.tools)
  }

  @Test func `answers several calls in their order`() {
    var (turn, _) = Self.called([Self.call("a"), Self.call("b")])
    _ = turn.advance(.reviewed(.line(Self.line("detect x"))))
    #expect(turn.advance(.ran(Self.outcome("A", 1))) == .review(Self.call("b")))
    _ = turn.advance(.reviewed(.line(Self.line("detect y"))))
    #expect(turn.advance(.ran(Self.outcome("B", 2))) == .request)
    #expect(
      turn.request(card: "").messages.suffix(2) == [
        .toolResult(id: "a", text: "A", summary: "sum A"), .toolResult(id: "b", text: "B", summary: "sum B"),
      ])
  }

  @Test func `tells the model why a call was refused`() {
    var (turn, _) = Self.called([Self.call("a")])
    #expect(
      turn.advance(.reviewed(.refused(line: "detect", diagnostic: "no value `x`")))
        == .note(.refused(line: "detect", diagnostic: "no value `x`")))
    #expect(turn.advance(.noted) == .request)
    #expect(
      turn.request(card: "").messages.last
        == .toolResult(id: "a", text: #"{"error":"no value `x`"}"#, summary: "refused: no value `x`"))
  }

  @Test func `answers an identical call from its value and asks for an answer when it comes again`() {
    var (turn, _) = Self.called([Self.call("a")])
    _ = turn.advance(.reviewed(.line(Self.line("detect x"))))
    _ = turn.advance(.ran(Self.outcome("3 rows", 12)))
    _ = turn.advance(.replied(ModelReply(calls: [Self.call("b")])))
    #expect(
      turn.advance(.reviewed(.line(Self.line("detect x"))))
        == .note(.alreadyComputed(line: "detect x", number: 12)))
    #expect(turn.advance(.noted) == .request)
    _ = turn.advance(.replied(ModelReply(calls: [Self.call("c")])))
    _ = turn.advance(.reviewed(.line(Self.line("detect x"))))
    #expect(turn.advance(.noted) == .note(.answeringWithoutTools(.repeats)))
    #expect(turn.advance(.noted) == .request)
    let request = turn.request(card: "card")
    #expect(request.tools.isEmpty)
    #expect(request.messages.count == 2)
    #expect("\(request.messages[1])".contains("detect x"))
    #expect("\(request.messages[1])".contains("3 rows"))
    guard case .finish(let end) = turn.advance(.replied(ModelReply(text: "Three."))) else {
      Issue.record("not finished")
      return
    }
    #expect(end.reason == .answered)
  }

  @Test func `the same words over what they made are a repetition, too`() {
    var (turn, _) = Self.called([Self.call("a")])
    for round in 1...2 {
      var line = Self.line("x = onsets x")
      line.key = "x@\(round)"
      _ = turn.advance(.reviewed(.line(line)))
      _ = turn.advance(.ran(Self.outcome("3 rows", round)))
      _ = turn.advance(.replied(ModelReply(calls: [Self.call("\(round)")])))
    }
    var line = Self.line("x = onsets x")
    line.key = "x@3"
    #expect(
      turn.advance(.reviewed(.line(line))) == .note(.alreadyComputed(line: "x = onsets x", number: 2)))
  }

  @Test func `makes no call beyond the budget, and each still has a result`() {
    var limits = TurnLimits()
    limits.calls = 1
    var (turn, _) = Self.called([Self.call("a"), Self.call("b")], limits: limits)
    _ = turn.advance(.reviewed(.line(Self.line("detect x"))))
    #expect(turn.advance(.ran(Self.outcome("A", 1))) == .note(.answeringWithoutTools(.callsSpent)))
    #expect(turn.advance(.noted) == .request)
    #expect(turn.request(card: "").tools.isEmpty)
    // A model that prints the call instead of an answer has not answered.
    let printed = ModelReply(text: #"{"name":"detect","arguments":{}}"#)
    guard case .finish(let end) = turn.advance(.replied(printed)) else {
      Issue.record("not finished")
      return
    }
    #expect(end.reason == .silent)
    #expect(end.messages.count { if case .toolResult = $0 { true } else { false } } == 2)
  }

  @Test func `stops when tokens or time are spent`() {
    var limits = TurnLimits()
    limits.tokens = 100
    var (turn, _) = Self.called([Self.call("a")], limits: limits)
    _ = turn.advance(.reviewed(.line(Self.line("detect x"))))
    _ = turn.advance(.ran(Self.outcome("A", 1)))
    _ = turn.advance(.replied(ModelReply(calls: [Self.call("b")], use: TokenUse(input: 90, output: 20))))
    _ = turn.advance(.reviewed(.line(Self.line("detect y"))))
    #expect(turn.advance(.ran(Self.outcome("B", 2))) == .note(.answeringWithoutTools(.tokensSpent)))
    guard case .finish(let end) = turn.advance(.noted, at: Moment(elapsed: 301)) else {
      Issue.record("not finished")
      return
    }
    #expect(end.reason == .outOfTime)
    #expect(end.exitCode == 124)
  }

  @Test func `asks before a line that writes`() {
    var (turn, _) = Self.called([Self.call("a"), Self.call("b")])
    let line = Self.line("export x \"report\u{202e}.csv\"", .write)
    #expect(turn.advance(.reviewed(.line(line))) == .ask(Approval(line: line)))
    #expect(Approval(line: line).text == #"export x "report\u{202e}.csv""#)
    #expect(turn.advance(.answered(.session)) == .run(line))
    #expect(turn.advance(.ran(Self.outcome("A", 1))) == .review(Self.call("b")))
    // Allowed for the session, but an overwrite asks again.
    let over = Self.line("export y old.csv", .write, overwrites: true)
    #expect(turn.advance(.reviewed(.line(over))) == .ask(Approval(line: over)))
    #expect(turn.advance(.answered(.no("keep it"))) == .note(.denied(line: over.text)))
    #expect(turn.advance(.noted) == .request)
    #expect("\(turn.request(card: "").messages)".contains("the user said no: keep it"))
  }

  @Test func `runs the line as the user has edited it`() {
    var (turn, _) = Self.called([Self.call("a")])
    _ = turn.advance(.reviewed(.line(Self.line("export x a.csv", .write))))
    guard case .run(let line) = turn.advance(.answered(.edited("export x b.csv"))) else {
      Issue.record("not run")
      return
    }
    #expect(line.text == "export x b.csv")
  }

  @Test func `denies writes when nobody is there, and says so in the exit code`() {
    var (turn, _) = Self.called([Self.call("a")])
    _ = turn.advance(.reviewed(.line(Self.line("export x a.csv", .write))))
    #expect(turn.advance(.answered(.unattended)) == .note(.denied(line: "export x a.csv")))
    _ = turn.advance(.noted)
    guard case .finish(let end) = turn.advance(.replied(ModelReply(text: "Could not."))) else {
      Issue.record("not finished")
      return
    }
    #expect(end.exitCode == 4)
  }

  @Test(arguments: [0, 1]) func `gives every call a result when it is interrupted`(_ ranBefore: Int) {
    var (turn, _) = Self.called([Self.call("a"), Self.call("b"), Self.call("c")])
    _ = turn.advance(.reviewed(.line(Self.line("detect x"))))
    if ranBefore == 1 {
      _ = turn.advance(.ran(Self.outcome("A", 1)))
      _ = turn.advance(.reviewed(.line(Self.line("detect y"))))
    }
    let interrupted = CallOutcome(.interrupted, text: "", summary: "")
    guard case .finish(let end) = turn.advance(.ran(interrupted)) else {
      Issue.record("not finished")
      return
    }
    #expect(end.reason == .interrupted)
    #expect(end.exitCode == 130)
    let results = end.messages.compactMap { if case .toolResult(let id, _, _) = $0 { id } else { nil } }
    #expect(results == ["a", "b", "c"])
    #expect("\(end.messages)".contains("interrupted by user"))
  }

  @Test func `keeps the part of an answer that had arrived`() {
    var turn = Self.turn()
    _ = turn.advance(.started)
    let partial = ModelReply(text: "Audio lea", calls: [Self.call("a")])
    guard case .finish(let end) = turn.advance(.cancelled(partial: partial)) else {
      Issue.record("not finished")
      return
    }
    #expect(end.answer == "Audio lea")
    #expect(
      end.messages == [
        .user("which?"), .assistant(text: "Audio lea [interrupted]", calls: [Self.call("a")]),
        .toolResult(id: "a", text: #"{"error":"interrupted by user"}"#, summary: "interrupted by user"),
      ])
  }

  @Test func `tries again after a failure, but never once text was shown`() {
    var turn = Self.turn()
    _ = turn.advance(.started)
    let busy = ModelFailure(.overloaded, status: 529)
    #expect(turn.advance(.failed(busy, shown: false)) == .wait(seconds: 0.5, failure: busy))
    #expect(turn.advance(.waited) == .request)
    #expect(turn.advance(.failed(busy, shown: false)) == .wait(seconds: 1, failure: busy))
    #expect(turn.advance(.waited) == .request)
    guard case .finish(let end) = turn.advance(.failed(busy, shown: false)) else {
      Issue.record("not finished")
      return
    }
    #expect(end.exitCode == 5)
    var other = Self.turn()
    _ = other.advance(.started)
    guard case .finish = other.advance(.failed(busy, shown: true)) else {
      Issue.record("not finished")
      return
    }
  }

  @Test func `drops earlier turns when the window is full, once`() {
    var turn = Self.turn(earlier: [.user("before"), .assistant(text: "x", calls: [])])
    _ = turn.advance(.started)
    #expect(turn.request(card: "").messages.count == 4)
    #expect(turn.advance(.failed(Self.window, shown: false)) == .note(.forgot(turns: 1)))
    #expect(turn.advance(.noted) == .request)
    #expect(turn.request(card: "").messages.count == 2)
    guard case .finish(let end) = turn.advance(.failed(Self.window, shown: false)) else {
      Issue.record("not finished")
      return
    }
    #expect(end.reason == .failed(Self.window))
  }

  @Test func `takes calls that were printed, and puts their results into the question`() {
    var turn = Self.turn()
    _ = turn.advance(.started)
    let printed = "Sure:\n```json\n{\"name\": \"detect\",\n \"arguments\": {\"input\": \"joint\"}}\n```"
    let call = ToolCall(id: "text_1", name: "detect", arguments: #"{"input":"joint"}"#, form: .printedJSON)
    #expect(turn.advance(.replied(ModelReply(text: printed))) == .review(call))
    _ = turn.advance(.reviewed(.line(Self.line("detect joint"))))
    #expect(turn.advance(.ran(Self.outcome("A", 1))) == .request)
    let messages = turn.request(card: "").messages
    #expect(messages[2] == .assistant(text: printed, calls: []))
    guard case .user(let result) = messages[3] else {
      Issue.record("no result")
      return
    }
    #expect(result.contains("A"))
  }

  @Test func `a model that makes calls may print lines in its answer`() {
    var (turn, _) = Self.called([Self.call("a")])
    _ = turn.advance(.reviewed(.line(Self.line("detect x"))))
    _ = turn.advance(.ran(Self.outcome("A", 1)))
    let text = "Try\n```\ndetect iforest x\n```"
    guard case .finish(let end) = turn.advance(.replied(ModelReply(text: text))) else {
      Issue.record("not finished")
      return
    }
    #expect(end.answer == text)
  }

  @Test func `takes a result that is said again for no answer`() {
    var turn = Self.turn()
    var step = turn.advance(.started)
    var requests = 0
    while step == .request, requests < 10 {
      requests += 1
      step = turn.advance(.replied(ModelReply(text: #"{"error":"no value `x`"}"#)))
      while case .note = step { step = turn.advance(.noted) }
    }
    // It is told so as often as calls may be refused, and then once more without tools.
    #expect(requests == turn.limits.refusals + 1)
    guard case .finish(let end) = step else {
      Issue.record("the turn goes on: \(step)")
      return
    }
    #expect(end.reason == .silent && end.answer.isEmpty)
  }
}

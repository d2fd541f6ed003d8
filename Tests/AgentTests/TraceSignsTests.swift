import Agent
import Notation
import Testing

@Suite struct `Signs of failure in a trace` {
  static let steps = [
    TraceStep(actor: "user", kind: .reply, text: "How much is 3 tickets at 12.50?"),
    TraceStep(actor: "planner", kind: .agent, text: "Multiply the count of tickets by the price of one."),
    TraceStep(actor: "coder", kind: .agent, text: "I run it with a price of 19.75 and a fee of 4.2."),
    TraceStep(actor: "terminal", kind: .reply, text: "Traceback: NameError"),
    TraceStep(actor: "coder", kind: .agent, text: "I run it with a price of 19.75 and a fee of 4.2."),
  ]

  @Test func `are errors that follow, repetition and numbers from nowhere`() {
    let signs = TraceSigns(Self.steps)
    #expect(signs.errors == [0, 0, 1, 0, 0])
    #expect(signs.repeats == [0, 0, 0, 0, 1])
    #expect(signs.inventions == [0, 0, 1, 0, 0])
    #expect(signs.stepScores == [0, 0, 2, 0, 1])
    #expect(signs.runScore == 3)
    #expect(TraceSigns.firstSuspect(Self.steps) == 2)
  }

  @Test func `a run without signs suspects its first agent; an empty one nobody`() {
    #expect(TraceSigns.firstSuspect(Array(Self.steps.prefix(2))) == 1)
    #expect(TraceSigns.firstSuspect([]) == nil)
    #expect(TraceSigns([]).runScore == 0)
  }

  @Test func `logs of others are read`() {
    let log: JSON = [
      ["role": "user", "content": "Hi"], ["role": "assistant", "content": "Yes?", "name": "Expert"],
      ["role": "user", "content": "exitcode: 1", "name": "Computer_terminal"],
      [
        "role": "assistant", "content": .null,
        "tool_calls": [["function": ["name": "book", "arguments": "{\"id\":7}"]]],
      ], ["role": "tool", "name": "book", "content": "Error"],
    ]
    let steps = TraceLog.steps(log)
    #expect(steps.map(\.kind) == [.reply, .agent, .reply, .agent, .reply])
    #expect(steps.map(\.actor) == ["user", "Expert", "Computer_terminal", "assistant", "book"])
    #expect(steps[3].text == " book {\"id\":7}")
  }
}

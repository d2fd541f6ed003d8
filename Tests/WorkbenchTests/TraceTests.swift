import Language
import Numerics
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Traces of agents` {
  static let steps = [
    TraceStep(actor: "user", kind: .reply, text: "How much is 3 tickets at 12.50?"),
    TraceStep(actor: "planner", kind: .agent, text: "Multiply the count of tickets by the price of one."),
    TraceStep(actor: "coder", kind: .agent, text: "I run it with a price of 19.75 and a fee of 4.2."),
    TraceStep(actor: "terminal", kind: .reply, text: "Traceback: NameError"),
    TraceStep(actor: "coder", kind: .agent, text: "I run it with a price of 19.75 and a fee of 4.2."),
  ]

  @Test func `show errors, repetition, loops and numbers from nowhere`() throws {
    let signs = try TraceSigns(Trace(Self.steps))
    #expect(signs[.errors] == [0, 0, 1, 0, 0])
    #expect(signs[.repeats] == [0, 0, 0, 0, 1])
    #expect(signs[.loops] == [0, 0, 0, 0, 1])
    #expect(signs[.inventions] == [0, 0, 1, 0, 0])
    #expect(signs.stepScores() == [0, 0, 2, 0, 2])
    #expect(signs.suspect(in: Trace.Run(name: "", rows: 0..<5)) == 2)
  }

  @Test func `may be empty, silent or one step long`() throws {
    #expect(try TraceSigns(Trace([])).runScores() == [0])
    #expect(try TraceSigns(Trace(steps: [], runs: [])).runScores() == [])
    let one = [TraceStep(actor: "a", kind: .agent, text: "", call: "")]
    #expect(try TraceSigns(Trace(one)).stepScores() == [0])
    let call = [TraceStep(actor: "a", kind: .agent, text: "x", call: "load")]
    #expect(try TraceSigns(Trace(call))[.missing] == [1])
  }

  @Test func `score the same at one and at two threads`() throws {
    guard
      case .text(let documents)? = Session(world: .memory(), seed: 1)
        .type("talk = generate agents --runs 60 --seed 5").results.first?.value,
      let trace = Trace(documents)
    else {
      Issue.record("no documents")
      return
    }
    #expect(
      try TraceSigns(trace, work: Work(threads: 1)) == TraceSigns(trace, work: Work(threads: 2)))
  }

  /// The acceptance of a made-up corpus: half the runs have one fault, of six kinds.
  @Test func `find planted faults and leave sound runs alone`() throws {
    let session = Session(world: .memory(), seed: 1)
    session.type("talk = generate agents --runs 48 --seed 11")
    session.type("runs = trace runs talk")
    session.type("risk = detect trace talk --by run --forbid 'call == \"shell\"'")
    let area = session.type("e = evaluate risk --against runs.run.failed --metrics auroc", "show e.auroc")
    guard case .scalar(.number(let auroc))? = area.results.last?.value else {
      Issue.record("\(area.diagnostics)")
      return
    }
    #expect(auroc > 0.9)
    session.type("steps = detect trace talk --forbid 'call == \"shell\"'")
    let judged = session.type(
      "j = evaluate trace steps --against talk.run.fault_step --agent talk.run.fault_agent --actor talk.name")
    guard case .report(let report)? = judged.results.first?.value else {
      Issue.record("\(judged.diagnostics)")
      return
    }
    let numbers = Dictionary(uniqueKeysWithValues: report.metrics.map { ($0.name, $0.value) })
    #expect((numbers["step"] ?? 0) >= 0.8 && (numbers["agent"] ?? 0) >= 0.8, "\(numbers)")
  }

  @Test func `never see a label`() {
    let session = Session(world: .memory(), seed: 1)
    session.type("talk = generate agents --runs 12 --seed 3", "a = detect trace talk")
    session.type("talk = talk | derive fault = not fault", "b = detect trace talk")
    let values = session.bindings.compactMap { binding -> [Double]? in
      if case .scores(let scores) = binding.value { scores.values } else { nil }
    }
    #expect(values.count == 2 && values[0] == values[1])
  }

  @Test func `compare runs of the same task`() throws {
    func run(_ name: String, _ arguments: String) -> [TraceStep] {
      [
        TraceStep(actor: "a", kind: .agent, text: name, call: "book", arguments: arguments),
        TraceStep(actor: "book", kind: .reply, text: "ok"),
      ]
    }
    let steps = run("c1", "one") + run("c2", "one") + run("c3", "two")
    let trace = Trace(
      steps: steps, runs: (0..<3).map { Trace.Run(name: "\($0)", rows: 2 * $0..<2 * $0 + 2) })
    let signs = try TraceSigns(trace, groups: ["t", "t", "t"])
    #expect(signs[.disagreement] == [0.5, 0, 0.5, 0, 1, 0])
    #expect(signs.ofRuns[.disagreement] == [0.5, 0.5, 1])
    #expect(
      try TraceSigns(trace, groups: [nil, "t", nil])[.disagreement] == [Double](repeating: 0, count: 6))
  }

  @Test(arguments: [
    ("trace show pump", "E0206"), ("trace show talk --run nine", "E0306"),
    ("detect trace talk --forbid 'call =='", "R0603"), ("detect trace talk --same nothing", "E0203"),
    ("evaluate trace risk --against talk.text", "R0602"),
  ]) func `refuse what does not fit`(_ line: String, _ code: String) {
    let session = Session(world: .memory(), seed: 1)
    session.type("pump = generate pump-station --minutes 5 --seed 7")
    session.type("talk = generate agents --runs 4 --seed 7", "risk = detect trace talk")
    #expect(session.type(line).diagnostics.first?.code == code, "\(line)")
  }
}

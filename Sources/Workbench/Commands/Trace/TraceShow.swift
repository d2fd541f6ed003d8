import Language
import Notation
import Numerics
import Values

extension TraceInput {
  /// Picks one run by its name; the first if none is named.
  fileprivate static let run = Parameter<String?>.name(
    "run", help: "The run to show; the first if absent.")

  fileprivate func chosenRun(_ call: Invocation) throws(Failure) -> Trace.Run {
    guard let wanted = call[Self.run] else {
      return trace.runs.first ?? Trace.Run(name: "", rows: 0..<0)
    }
    if let found = trace.runs.first(where: { $0.name == wanted }) { return found }
    throw call.blame(
      Self.run.base, "E0306", "`\(name)` has no run `\(wanted)`", label: "not there",
      remedy: Suggestion.remedy(
        for: wanted, among: trace.runs.map(\.name), else: "`trace runs \(name)` lists them."))
  }
}

struct TraceShow: PureCommand {
  let spec = CommandSpec(
    "trace", "show", "Shows one run of agents step by step, with what is suspicious of each.",
    discussion: """
      One line a step: who, which tool, the signs of `detect trace`, and the beginning of what was said. The step with \
      the highest score is named below; the signs of edges and paths compare with the other runs.
      """,
    parameters: [TraceInput.input.base, TraceInput.run.base, TraceInput.same.base, TraceInput.forbid.base],
    output: .report, reach: .read,
    examples: [
      Example("talk = generate agents --runs 6 --seed 7"),
      Example("trace show talk"),
      Example("talk | trace show --run \"run 2\" --forbid \"call == \\\"shell\\\"\""),
    ])

  /// What of a step's text is shown.
  private static let longest = 60

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = try TraceInput(call)
    let chosen = try input.chosenRun(call)
    let signs = try input.signs(call, work: work)
    let scores = signs.stepScores()
    let steps = chosen.rows.map { input.trace.steps[$0] }
    let marks = chosen.rows.map { row in
      TraceSigns.Sign.allCases.filter { signs[$0][row] > 0 }.map(\.rawValue).joined(separator: " ")
    }
    let table = Frame(
      index: .rows(steps.count),
      columns: [
        Column("actor", .categories(steps.map(\.actor))), Column("call", .categories(steps.map(\.call))),
        Column(numbers: chosen.rows.map { scores[$0] }, name: "score"),
        Column("signs", .text(TextColumn(marks))),
        Column("text", .text(TextColumn(steps.map { Self.beginning(of: $0.text) }))),
      ])
    var remarks: [String] = []
    if let row = signs.suspect(in: chosen), scores[row] > 0 {
      let place = row - chosen.rows.lowerBound
      remarks.append("look first at step \(place), \(input.trace.steps[row].actor): \(marks[place])")
    } else {
      remarks.append("nothing suspicious")
    }
    return .report(
      Report(
        title: "\(chosen.name) of \(input.name)",
        metrics: [
          Metric("steps", Double(steps.count)),
          Metric("calls", Double(steps.count { !$0.call.isEmpty })),
          Metric("actors", Double(Set(steps.map(\.actor)).count)),
        ], table: table, remarks: remarks))
  }

  private static func beginning(of text: String) -> String {
    let line = text.prefix(400).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return line.count > longest ? line.prefix(longest - 1) + "…" : line
  }
}

struct TracePlot: PureCommand {
  let spec = CommandSpec(
    "trace", "plot", "Draws one run of agents: who acts when, and how suspicious each step is.",
    discussion: """
      The upper lane is the score of `detect trace`; below stands a lane for each actor (the 11 busiest), 1 where it acts.
      """,
    parameters: [TraceInput.input.base, TraceInput.run.base, TraceInput.same.base, TraceInput.forbid.base],
    output: .figure, reach: .read,
    examples: [
      Example("talk = generate agents --runs 6 --seed 7"),
      Example("trace plot talk"),
      Example("talk | trace plot --run \"run 3\""),
    ])

  private static let mostActors = 11

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = try TraceInput(call)
    let chosen = try input.chosenRun(call)
    let scores = try input.signs(call, work: work).stepScores()
    let actors = chosen.rows.map { input.trace.steps[$0].actor }
    var counts: [String: Int] = [:]
    for actor in actors { counts[actor, default: 0] += 1 }
    let order = counts.keys.sorted { (counts[$1] ?? 0, $0) < (counts[$0] ?? 0, $1) }.prefix(Self.mostActors)
    let x = actors.indices.map(Double.init)
    var lanes = [Figure.Lane(name: "score", x: x, y: chosen.rows.map { scores[$0] })]
    lanes += order.map { name in
      Figure.Lane(name: name, x: x, y: actors.map { $0 == name ? 1 : 0 })
    }
    return .figure(Figure(title: "\(chosen.name) of \(input.name)", body: .lanes(lanes, axis: .row)))
  }
}

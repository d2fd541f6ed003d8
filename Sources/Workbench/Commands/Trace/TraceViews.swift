import Language
import Numerics
import Values

struct TraceSteps: PureCommand {
  let spec = CommandSpec(
    "trace", "steps", "Lists what agents did as a table, one row a step, with signs of failure.",
    discussion: """
      Columns: `run`, `step`, `actor`, `kind` (agent, reply or system), `call` (the tools called), `arguments`, `after` (who acted \
      before), `text`, the signs of `detect trace` as counts, and what the runs say beside (`run.…`). Conditions on \
      these columns are policies: `where call == "export" and after == "web"` lists what breaks one.
      """,
    parameters: [TraceInput.input.base, TraceInput.same.base, TraceInput.forbid.base], output: .table,
    reach: .read,
    examples: [
      Example("talk = generate agents --runs 6 --seed 7"),
      Example("steps = trace steps talk"),
      Example("steps | where errors > 0"),
      Example("talk | trace steps --forbid \"call == \\\"shell\\\"\""),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = try TraceInput(call)
    let signs = try input.signs(call, work: work)
    var columns = input.columns
    columns += TraceSigns.Sign.allCases.map { Column(numbers: signs[$0], name: $0.rawValue) }
    let names = Set(columns.map(\.name))
    columns += input.documents.frame.columns.filter {
      ($0.name.hasPrefix("run.") || $0.role == .label) && !names.contains($0.name)
    }
    return .table(Frame(index: input.documents.frame.index, columns: columns))
  }
}

struct TraceRuns: PureCommand {
  let spec = CommandSpec(
    "trace", "runs", "Lists the runs of agents as a table, with their length and signs of failure.",
    discussion: """
      One row a run, addressed by its name: steps, calls, actors, the sum of each sign of `detect trace` (of \
      `disagreement` the mean), and what the run says beside its messages (`run.…`, labels stay labels). It is where the \
      truth of `detect trace --by run` stands: `evaluate runs --against table.run.failed`.
      """,
    parameters: [TraceInput.input.base, TraceInput.same.base, TraceInput.forbid.base], output: .table,
    reach: .read,
    examples: [
      Example("talk = generate agents --runs 20 --seed 7"),
      Example("runs = trace runs talk"),
      Example("talk | trace runs --forbid \"call == \\\"shell\\\"\""),
      Example("risk = detect trace talk --by run"),
      Example("evaluate risk --against runs.run.failed --metrics auroc,ap"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = try TraceInput(call)
    let signs = try input.signs(call, work: work).ofRuns
    let (trace, frame) = (input.trace, input.documents.frame)
    func count(_ name: String, _ body: (ArraySlice<TraceStep>) -> Int) -> Column {
      Column(numbers: trace.runs.map { Double(body(trace.steps[$0.rows])) }, name: name)
    }
    var columns = [
      count("steps") { $0.count }, count("calls") { $0.count { !$0.call.isEmpty } },
      count("actors") { Set($0.map(\.actor)).count },
    ]
    columns += TraceSigns.Sign.allCases.map { Column(numbers: signs[$0] ?? [], name: $0.rawValue) }
    let firsts = trace.runs.map(\.rows.lowerBound)
    columns += frame.columns.filter { $0.name.hasPrefix("run.") }.map { $0.selecting(firsts) }
    return .table(
      Frame(index: Index(.sample(TextColumn(trace.runs.map(\.name)))), columns: columns))
  }
}

struct TraceGraph: PureCommand {
  let spec = CommandSpec(
    "trace", "graph", "Draws up who speaks to whom: agents and tools as nodes, what passes as edges.",
    discussion: """
      Nodes have `kind`, `steps` and `errors`; an edge leads from an actor to the one that acts next, with `count` and \
      `share`, its share of all that leaves the first. An agent that calls a tool has an edge of kind `call` to it.
      """,
    parameters: [TraceInput.input.base], output: .graph, reach: .read,
    examples: [
      Example("talk = generate agents --runs 6 --seed 7"),
      Example("who = trace graph talk"),
      Example("who.edges | where share < 0.1"),
      Example("talk | trace graph"),
    ])

  private struct Edge: Hashable {
    let from: Int32
    let to: Int32
    let kind: String
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let trace = try TraceInput(call).trace
    let signs: TraceSigns
    do throws(Cancelled) { signs = try TraceSigns(trace, work: work) } catch { throw .cancelled }
    var names: [String] = []
    var places: [String: Int32] = [:]
    var kinds: [String] = []
    func place(_ name: String, _ kind: String) -> Int32 {
      if let known = places[name] { return known }
      places[name] = Int32(names.count)
      names.append(name)
      kinds.append(kind)
      return Int32(names.count - 1)
    }
    var edges: [Edge] = []
    var counts: [Edge: Double] = [:]
    func add(_ edge: Edge) {
      if counts[edge] == nil { edges.append(edge) }
      counts[edge, default: 0] += 1
    }
    var steps: [Double] = []
    var errors: [Double] = []
    for run in trace.runs {
      var before: Int32?
      for row in run.rows {
        let step = trace.steps[row]
        let actor = place(step.actor, step.kind.rawValue)
        if let before { add(Edge(from: before, to: actor, kind: "next")) }
        for tool in step.call.split(separator: " ") {
          add(Edge(from: actor, to: place(String(tool), "tool"), kind: "call"))
        }
        while steps.count < names.count {
          steps.append(0)
          errors.append(0)
        }
        steps[Int(actor)] += 1
        errors[Int(actor)] += signs[.errors][row]
        before = actor
      }
    }
    var leaving: [String: Double] = [:]
    for (edge, count) in counts { leaving["\(edge.from) \(edge.kind)", default: 0] += count }
    let nodes = Frame(
      index: Index(.sample(TextColumn(names))),
      columns: [
        Column("kind", .categories(kinds)), Column(numbers: steps, name: "steps"),
        Column(numbers: errors, name: "errors"),
      ])
    let table = Frame(
      index: .rows(edges.count),
      columns: [
        Column("kind", .categories(edges.map(\.kind))),
        Column(numbers: edges.map { counts[$0] ?? 0 }, name: "count"),
        Column(
          numbers: edges.map { (counts[$0] ?? 0) / max(1, leaving["\($0.from) \($0.kind)"] ?? 1) },
          name: "share"),
      ])
    return .graph(
      Graph(
        nodes: nodes, sources: edges.map(\.from), targets: edges.map(\.to), edges: table, isDirected: true))
  }
}

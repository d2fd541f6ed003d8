import Language
import Numerics
import Values

struct EvaluateTrace: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.scores], help: "Scores of steps, from `detect trace`.")
  static let step = Parameter<Reference>.required(
    "against", .value([.table, .text]), placement: .option,
    help: "The column with the number of the failing step, such as `talk.run.mistake_step`."
  ) { if case .reference(let reference) = $0 { reference } else { Reference(root: .last) } }
  static let agent = Parameter<Reference?>.optional(
    "agent", .value([.table, .text]),
    help: "The column with the agent that fails, such as `talk.run.mistake_agent`."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }
  static let actor = Parameter<Reference?>.optional(
    "actor", .value([.table, .text]), help: "The column that says who acts, such as `talk.name`."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }

  let spec = CommandSpec(
    "evaluate", "trace", "Judges whether the highest score of a run is at its failing step.",
    discussion: """
      Of each run the scored step with the highest score is taken, the earliest of equals. `step` is how often it is the \
      failing one, `near` how often at most one step beside it, `agent` how often the failing agent did it. Beside stand \
      the same for a step of the run drawn at random, computed exactly. Runs without a truth are left out. These are \
      the metrics of Zhang et al. (Which Agent Causes Task Failures and When, ICML 2025), without their ground-truth hint.
      """,
    parameters: [input.base, step.base, agent.base, actor.base], output: .report, reach: .read,
    examples: [
      Example("talk = generate agents --runs 20 --seed 7"),
      Example("risk = detect trace talk"),
      Example("evaluate trace risk --against talk.run.fault_step"),
      Example(
        "risk | evaluate trace --against talk.run.fault_step --agent talk.run.fault_agent --actor talk.name"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    guard case .scores(let scores) = call[Self.input].value else {
      throw call.unexpectedKind(Self.input.base)
    }
    let truth = try column(Self.step.base, call, rows: scores.values.count)
    let culprits =
      call[Self.agent] == nil ? nil : try column(Self.agent.base, call, rows: scores.values.count)
    let actors = call[Self.actor] == nil ? nil : try column(Self.actor.base, call, rows: scores.values.count)
    var (count, hits, near, chance, nearChance) = (0.0, 0.0, 0.0, 0.0, 0.0)
    var (agentCount, agentHits, agentChance) = (0.0, 0.0, 0.0)
    for run in scores.index.runs {
      let rows = run.rows.filter { scores.isScored($0) }
      guard let first = run.rows.first, let text = truth.plainText(first), let number = Double(text),
        let failing = Int(exactly: number), run.rows.indices.contains(run.rows.lowerBound + failing),
        let top = rows.max(by: { (scores.values[$0], -$0) < (scores.values[$1], -$1) })
      else { continue }
      let place = run.rows.lowerBound + failing
      let size = Double(run.rows.count)
      count += 1
      if top == place { hits += 1 }
      if abs(top - place) <= 1 { near += 1 }
      chance += 1 / size
      nearChance += Double(run.rows.count { abs($0 - place) <= 1 }) / size
      if let culprits, let actors, let culprit = culprits.plainText(first) {
        agentCount += 1
        if actors.plainText(top) == culprit { agentHits += 1 }
        agentChance += Double(run.rows.count { actors.plainText($0) == culprit }) / size
      }
    }
    guard count > 0 else {
      throw call.blame(
        Self.step.base, "R0602", "no run has a failing step among its own", label: "no truth",
        remedy: "Name the column with the number of the failing step, counted from 0.")
    }
    var metrics = [
      Metric("step", hits / count, note: "a step at random: \(Self.share(chance / count))"),
      Metric("near", near / count, note: "a step at random: \(Self.share(nearChance / count))"),
    ]
    if agentCount > 0 {
      metrics.append(
        Metric(
          "agent", agentHits / agentCount, note: "a step at random: \(Self.share(agentChance / agentCount))"))
    }
    return .report(
      Report(
        title: "\(call[Self.input].name) against \(call[Self.step].name)", metrics: metrics,
        remarks: ["\(counted(Int(count), "run")) with a failing step"]))
  }

  private static func share(_ value: Double) -> String {
    let units = Int((value * 10_000).rounded())
    let digits = String(units % 10_000)
    return "\(units / 10_000)." + String(repeating: "0", count: 4 - digits.utf8.count) + digits
  }

  private func column(_ parameter: AnyParameter, _ call: Invocation, rows: Int) throws(Failure) -> Column {
    let named = call.values[parameter.name]?.first
    guard let frame = named?.value.cellFrame, let column = frame.columns.first, frame.rowCount == rows else {
      throw call.blame(
        parameter, "R0602", "the truth does not lie on the rows that were scored", label: "other rows",
        remedy: "Name a column of the conversations that were scored.")
    }
    return column
  }
}

import Evaluation
import Language
import Numerics
import Values

struct ImproveRules: PureCommand {
  static let input = Parameter<Reference>.value("value", [.table, .series], help: "The rows to learn from.")
  static let truth = Parameter<Reference>.required(
    "against", .value(GroundTruth.kinds), placement: .option,
    help: "The truth: a label column; only its fit rows are looked at."
  ) { if case .reference(let reference) = $0 { reference } else { Reference(root: .last) } }
  static let from = Parameter<Reference?>.optional("from", .value([.rules]), help: "Rules to begin with.") {
    if case .reference(let reference) = $0 { reference } else { nil }
  }
  static let base = Parameter<Reference?>.optional(
    "base", .value([.alarms]),
    help: "Another detector's alarms on the same rows, which rules raise and take back."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }
  static let proposals = Parameter<[String]>.texts(
    "propose", help: "Rules to try, by hand or from a model; if absent, rules are made up from the columns.")
  static let tries = Parameter<Int>.integer(
    "tries", in: 1...10_000, default: 400, help: "At most so many proposals are run.")
  static let most = Parameter<Int>.integer(
    "rules", in: 1...100, default: 6, help: "At most so many rules are kept.")
  static let metric = Parameter<String>.choice(
    "metric",
    of: [
      Choice("event-f1", "an event counts once, each false row counts (ARGOS)"),
      Choice("f1", "F1 over rows"),
    ], default: "event-f1", help: "What must not fall.")

  let spec = CommandSpec(
    "improve", "rules", "Refines rules: tries proposals, keeps those that make the score no worse.",
    discussion: """
      The loop of ARGOS (Microsoft, 2025, section 3) with rules that always end in place of programs: propose, check, \
      run, review, keep. A proposal that cannot be read or run is refused with its reason; one is kept only if the \
      score on the fit rows (all rows if the value was not split) rises, so that the score never falls and every kept \
      rule runs. Labels of other rows are not looked at. Without --propose the proposals are thresholds at quantiles of \
      the fit rows, on each feature, on its change, and on its distance from a rolling median in units of the \
      rolling deviation; normal rules are proposed only over --base. The best proposal of a round is kept and the next \
      round begins, until none helps, --tries are spent or --rules are reached. An agent proposes by calling this.
      """,
    parameters: [
      input.base, truth.base, from.base, base.base, proposals.base, tries.base, most.base, metric.base,
    ], output: .rules,
    examples: [
      Example("pump = generate pump-station --seed 7"),
      Example("guard = improve rules pump --against pump.fault --tries 100 --rules 2"),
      Example(
        "better = improve rules pump --against pump.fault --from guard --propose \"abnormal when Flow > 40\""),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = call[Self.input]
    guard let frame = input.value.cellFrame else { throw call.noRows(Self.input.base) }
    let truth = try GroundTruth(
      call.values[Self.truth.base.name]?.first ?? input, of: call, parameter: Self.truth.base)
    let blank = Scores(index: frame.index, values: [Double](repeating: 0, count: frame.rowCount), method: "")
    let labels = try truth.aligned(to: blank, tolerance: nil, of: call, parameter: Self.truth.base).labels
    let fit = frame.index.rows(in: .fit)
    let rows = fit.filter { labels[$0] != nil }
    let learned = rows.map { labels[$0] ?? false }
    guard learned.contains(true), learned.contains(false) else {
      throw call.blame(
        Self.truth.base, "R0705", "the rows to learn from are all normal or all anomalous",
        label: "one kind only", remedy: "Give `split` more rows to fit on, or write rules by hand.")
    }
    let visible = frame.with(
      columns: frame.columns.filter {
        $0.role != .label && $0.name != truth.name.split(separator: ".").last.map(String.init)
      })
    var search = RuleSearch(
      frame: visible, name: input.name, rows: rows, labels: learned, base: try baseFlags(call, frame),
      isByEvent: call[Self.metric] == "event-f1", work: work)
    do throws(RuleFailure) {
      if let from = call[Self.from], case .model(let model) = from.value, let set = model as? RuleSet {
        try search.start(with: set.rules)
      }
      let before = search.score
      try search.improve(
        proposals: call[Self.proposals].isEmpty ? nil : call[Self.proposals], tries: call[Self.tries],
        most: call[Self.most])
      for refusal in search.refusals.prefix(5) { call.note("refused: \(refusal)") }
      if search.refusals.count > 5 { call.note("\(search.refusals.count - 5) more refused") }
      call.note(
        "\(search.tried) proposals run, \(counted(search.kept, "rule")) kept; \(call[Self.metric]) "
          + "\(Self.short(before)) → \(Self.short(search.score)) on \(rows.count) rows")
    } catch {
      throw call.failure(error, of: input.name, at: Self.input.base)
    }
    if search.isCancelled { throw .cancelled }
    do throws(Diagnostic) {
      return .model(
        try RuleSet(
          reading: search.rules.map(\.text), over: visible.columns.map(\.shape), of: input.name))
    } catch {
      throw .diagnostic(error)
    }
  }

  private static func short(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }

  private func baseFlags(_ call: Invocation, _ frame: Frame) throws(Failure) -> [Bool]? {
    guard let base = call[Self.base] else { return nil }
    guard case .alarms(let alarms) = base.value, alarms.scores.index.address == frame.index.address else {
      throw call.blame(
        Self.base.base, "R0704", "`\(base.name)` does not score the rows of `\(call[Self.input].name)`",
        label: "other rows", remedy: "Give what a detector says of the same value.")
    }
    return (0..<frame.rowCount).map { alarms.flags[$0] }
  }
}

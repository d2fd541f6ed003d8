import Language
import Numerics
import Values

struct DetectTrace: PureCommand {
  static let level = Parameter<String>.choice(
    "by", of: [Choice("step", "one score a step of an agent"), Choice("run", "one score a run")],
    default: "step", help: "What to score.")

  static let signs = Parameter<[TraceSigns.Sign]>(
    AnyParameter(
      "signs", .list(.choice(TraceSigns.Sign.allCases.map { Choice($0.rawValue, $0.help) })),
      help: "Which signs count; all if absent.")
  ) { argument in
    guard case .list(let items) = argument else { return TraceSigns.Sign.allCases }
    return items.compactMap {
      if case .choice(let name) = $0 { TraceSigns.Sign(rawValue: name) } else { nil }
    }
  }

  let spec = CommandSpec(
    "detect", "trace", "Scores what agents did: the step or the run to look at first.",
    discussion: """
      Needs no label and no model. Of single steps it sees errors that the next reply reports, words of the step before \
      said again, and numbers that nothing before holds; of edges, an agent that hardly ever follows the one before it \
      or calls that tool (at most one of 20 times); of paths, moves made before, calls that nobody answers, ends without an answer, roles \
      and tools that nine of ten runs use and this one does not, and what --forbid names. With --same, calls that other \
      runs of the same task do not make count, too. A step scores the sum of its signs, each as a share of the largest \
      in its run; only agents' steps are scored. A run scores the mean of its ranks by each sign. `explain` tells which \
      signs; SentinelAgent (He et al., 2025) is the model for nodes, edges and paths, without its judge. Of the 126 failed runs of \
      Who&When it finds the failing step in 25 percent, the agent in 52 (a step at random 12 and 33); of the runs of tau-bench's \
      airline it tells the failed ones with an AUROC of 0.64 by --same (0.5 at random): `Benchmarks/claims/failing-*.sonde`.
      """,
    parameters: [
      TraceInput.input.base, level.base, signs.base, TraceInput.same.base, TraceInput.forbid.base,
    ],
    output: .scores,
    examples: [
      Example("talk = generate agents --runs 20 --seed 7"),
      Example("risk = detect trace talk"),
      Example("guarded = talk | detect trace --forbid \"call == \\\"shell\\\"\""),
      Example("runs = detect trace talk --by run --signs errors,loops"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = try TraceInput(call)
    let signs = try input.signs(call, work: work)
    let all = call[Self.signs]
    let isByRun = call[Self.level] == "run"
    let parts = isByRun ? signs.ofRuns : signs.shares
    let values = isByRun ? signs.runScores(by: all) : signs.stepScores(by: all)
    var matrix = [Double]()
    for row in values.indices { matrix += all.map { parts[$0]?[row] ?? 0 } }
    let names = all.map(\.rawValue)
    let contributions = Contributions(
      matrix: Matrix(rows: values.count, columns: all.count, values: matrix), features: names,
      blocks: [Block(name: "trace", columns: 0..<all.count)],
      meaning: isByRun ? "signs of the run" : "share of the largest in the run")
    let index =
      isByRun
      ? Index(.sample(TextColumn(input.trace.runs.map(\.name)))) : input.documents.frame.index
    let presence = isByRun ? nil : Mask(input.trace.steps.map { $0.kind == .agent })
    return .scores(
      Scores(
        index: index, values: values, method: "trace", presence: presence, contributions: contributions))
  }
}

extension TraceSigns.Sign {
  var help: String {
    switch self {
    case .errors: "an error that the next reply reports"
    case .repeats: "words of the step before"
    case .inventions: "numbers that nothing before holds"
    case .loops: "a move made before"
    case .edges: "an unexpected successor"
    case .missing: "a missing answer, role or tool"
    case .disagreement: "calls that others of the task do not make"
    case .policy: "what is forbidden"
    }
  }
}

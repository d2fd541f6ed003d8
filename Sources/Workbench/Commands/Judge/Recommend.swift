import Detection
import Language
import Notation
import Numerics
import Values

struct Recommend: PureCommand {
  static let input = Parameter<Reference>.value(
    "value",
    [
      .table, .series, .embedding, .bundle, .audio, .images, .video, .cloud, .log, .text, .events, .graph,
      .map,
    ], help: "What detectors are wanted for.")

  let spec = CommandSpec(
    "recommend", nil, "Proposes detectors for a value, with reasons and what they rest on.",
    discussion: """
      Looks at the number of rows and columns, missing cells, copies (of at most 20,000 rows), constant columns, unequal \
      scales, and cycles (autocorrelation, at most 32 channels), never at labels. Each proposal is a line that can be typed, with \
      its reason and a published mean where there is one: for tables the mean AUROC over ADBench of Livernoche and \
      others (ICLR 2024), for series the mean VUS-PR of TSB-AD (Liu and Paparrizos, NeurIPS 2024). Proposals are ordered by that \
      mean, which says little about one data set; remarks say what is not known. `compare detectors` runs the proposals \
      side by side. Sound, pictures, texts, logs and graphs get the line that encodes them first.
      """,
    parameters: [input.base], output: .report, reach: .read,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("recommend pump"),
      Example("recommend pump.Flow"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = call[Self.input]
    let name = input.name.isEmpty ? "value" : input.name
    if let advice = Self.encodingAdvice(input.value, name: name) {
      return .report(Report(title: "detectors for \(name)", remarks: advice))
    }
    let advice = try Self.recommendation(for: call, Self.input, work: work)
    return .report(Self.report(advice, name: name))
  }

  static func recommendation(
    for call: Invocation, _ parameter: Parameter<Reference>, work: Work
  ) throws(Failure) -> Recommendation {
    let value = call[parameter].value
    guard let rows = try call.features(of: value, work: work) else {
      throw call.unexpectedKind(parameter.base)
    }
    if rows.features.isEmpty { throw call.noFeatures(parameter.base) }
    if rows.index.count == 0 { throw call.noRows(parameter.base) }
    var isSeries = rows.index.time != nil
    if case .table = value { isSeries = false }
    do throws(Cancelled) {
      return Recommendation(try RowFacts(rows, isSeries: isSeries, work: work))
    } catch {
      throw .cancelled
    }
  }

  private static func report(_ advice: Recommendation, name: String) -> Report {
    let facts = advice.facts
    var metrics = [
      Metric("rows", Double(facts.rows)), Metric("columns", Double(facts.columns)),
      Metric("missing", 100 * facts.missing, note: "% of the cells"),
      Metric("copies", 100 * facts.copies, note: "% of the rows equal an earlier one"),
    ]
    if let period = facts.period {
      let channels = facts.periods.prefix(3).map { "\($0.channel) \($0.rows)" }.joined(separator: ", ")
      metrics.append(Metric("cycle", Double(period), note: "rows; \(channels)"))
    }
    var remarks = ["mean: \(advice.source)"] + advice.warnings
    if facts.scaleRatio > Recommendation.unequalScales, facts.columns > 1 {
      remarks.append(
        "columns are on different scales (\(facts.scaleRatio.shortText(digits: 3)) to 1): `scale robust \(name)` first for knn, lof, "
          + "kmeans and others that measure distances")
    }
    remarks += advice.unknowns
    remarks.append("`compare detectors \(name)` runs these side by side")
    let table = Frame(
      index: Index(.sample(TextColumn(advice.suggestions.map(\.line)))),
      columns: [
        Column(numbers: advice.suggestions.map(\.evidence), name: "mean"),
        Column("why", .text(TextColumn(advice.suggestions.map(\.why)))),
      ])
    return Report(title: "detectors for \(name)", metrics: metrics, table: table, remarks: remarks)
  }

  /// For what has no columns of numbers: how to get some.
  private static func encodingAdvice(_ value: Value, name: String) -> [String]? {
    let lines: [String]
    switch value {
    case .audio:
      lines = ["encode \(name) --use mfcc(13) | detect knn", "encode \(name) --use logmel | detect pca"]
    case .images, .video:
      lines = [
        "encode \(name) --use patches | detect patchcore", "encode \(name) --use patches | detect padim",
        "encode \(name) --use hog | detect knn",
      ]
    case .map: lines = ["detect patchcore \(name)", "detect padim \(name)", "detect spade \(name)"]
    case .log:
      lines = [
        "templates \(name)", "detect newevent \(name)", "detect ngram \(name)",
        "encode \(name) --use counts --every 1min | detect pca",
      ]
    case .text:
      lines = ["encode \(name) --use tfidf | detect knn", "encode \(name) --use writing | detect iforest"]
    case .events:
      lines = [
        "detect ngram \(name)", "detect markov \(name)", "detect runs \(name)", "detect deeplog \(name)",
        "encode \(name) --use traces | detect knn",
      ]
    case .graph(let graph):
      lines =
        (graph.nodes.features.isEmpty
          ? []
          : [
            "detect dominant \(name)", "detect radar \(name)", "encode \(name) --use contrast | detect knn",
          ])
        + [
          "detect oddball \(name)", "encode \(name) --use structure | scale robust | detect lof",
          "detect edges \(name)",
        ]
    case .cloud:
      lines = ["encode \(name) --use fpfh | detect knn", "encode \(name) --use normals | detect lof"]
    case .bundle(let bundle) where bundle.slots.contains { !$0.content.hasColumns }:
      lines = ["encode \(name) --use stats(10s),mfcc(13) | fuse concat | detect iforest"]
    default: return nil
    }
    return lines.map { "try `\($0)`" } + [
      "this kind of value has no columns yet: vectors first, then a detector; `recommend` also looks at the vectors",
      "not known: whether these vectors hold what makes an anomaly here; no published mean is cited for them",
    ]
  }
}

extension SlotContent {
  fileprivate var hasColumns: Bool {
    switch self {
    case .frame, .embedding: true
    default: false
    }
  }
}

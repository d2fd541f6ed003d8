import Chronology
import Language
import Numerics
import Values

struct Unfold: PureCommand {
  static let input = Parameter<Reference>.value(
    "scores", [.scores, .alarms], help: "Scores or alarms with contributions over time.")
  static let part = Parameter<String>.choice(
    "by",
    of: [
      Choice("modality", "blocks of features"), Choice("column", "features"),
      Choice("stem", "features with the same name before the first point, as cart of cart.p95"),
    ], default: "modality", help: "What becomes a segment.")
  static let summary = Parameter<String>.choice(
    "summary", of: [Choice("largest", "the largest of its features"), Choice("sum", "their sum")],
    default: "largest", help: "How the features of a part become one score.")

  let spec = CommandSpec(
    "unfold", nil, "Gives every part of scores rows of its own: who was odd, beside when.",
    discussion: """
      Contributions tell how much each feature adds to the score of a row. Here each part becomes a segment that holds its \
      contributions over all the rows, as scores of their own: services beside each other, say, each with its time line. \
      These can be calibrated, aligned with those of another modality by the names of segments, fused and thresholded like any scores, and \
      `evaluate causes --by segment` judges which part stands highest. A part is not scored where the row was not, or where nothing is known of \
      its features.
      """,
    parameters: [input.base, part.base, summary.base], output: .scores,
    examples: [
      Example("calls = generate traces --seed 7"),
      Example("rates = services rates calls --every 10s --measures p50"),
      Example("risk = detect mad rates --side high"),
      Example("each = unfold risk --by stem | calibrate tail"),
      Example("calmer = unfold risk --by stem --summary sum"),
    ])

  /// More rows are not made.
  private static let mostRows = 50_000_000

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let scores: Scores
    switch call[Self.input].value {
    case .scores(let given): scores = given
    case .alarms(let given): scores = given.scores
    default: throw call.unexpectedKind(Self.input.base)
    }
    guard let contributions = scores.contributions else {
      throw call.blame(
        Self.input.base, "D0501", "`\(scores.method)` gave no contributions with these scores",
        remedy: "Use a detector that accounts for its scores, such as `mad` or `transitions`.")
    }
    guard let axis = scores.index.time else {
      throw call.blame(
        Self.input.base, "R0402", "these scores have no times", label: "no times",
        remedy: "Score rows that have times.")
    }
    guard scores.index.segments.isEmpty else {
      throw call.blame(
        Self.input.base, "R0516", "these scores have segments already", label: "has segments",
        remedy: "Score one line of time; `where` picks a segment.")
    }
    let parts = parts(of: contributions, by: call[Self.part])
    let count = scores.index.count
    guard parts.count <= Self.mostRows / max(1, count) else {
      throw call.blame(
        Self.part.base, "E0550", "\(parts.count) parts of \(count) rows are too many", label: "too many",
        remedy: "Choose fewer columns, or `--by modality`.")
    }
    let adds = call[Self.summary] == "sum"
    var values: [Double] = []
    var presence = Mask(count: parts.count * count)
    values.reserveCapacity(parts.count * count)
    for part in parts {
      if work.isCancelled() { throw .cancelled }
      for row in 0..<count {
        var value: Double?
        for column in part.columns {
          let cell = contributions.matrix[row, column]
          guard cell.isFinite else { continue }
          value = value.map { adds ? $0 + cell : max($0, cell) } ?? cell
        }
        if let value, value.isFinite, scores.isScored(row) { presence[values.count] = true }
        values.append(value.flatMap { $0.isFinite ? $0 : nil } ?? 0)
      }
    }
    let moments = (0..<count).map { axis[$0].nanoseconds }
    var index = Index(
      .time(.listed(parts.flatMap { _ in moments })), extent: scores.index.extent,
      segments: parts.enumerated().map { Segment(name: $1.name, rows: $0 * count..<($0 + 1) * count) })
    if let splits = scores.index.splits { index.splits = parts.flatMap { _ in splits } }
    return .scores(
      Scores(index: index, values: values, method: scores.method, presence: presence))
  }

  /// The parts in the order in which they come, and their columns.
  private func parts(of contributions: Contributions, by part: String) -> [(name: String, columns: [Int])] {
    if part == "modality" { return contributions.blocks.map { ($0.name, Array($0.columns)) } }
    var places: [String: Int] = [:]
    var parts: [(name: String, columns: [Int])] = []
    for (column, feature) in contributions.features.enumerated() {
      let name = part == "stem" ? String(feature.prefix { $0 != "." }) : feature
      if let place = places[name] {
        parts[place].columns.append(column)
      } else {
        places[name] = parts.count
        parts.append((name, [column]))
      }
    }
    return parts
  }
}

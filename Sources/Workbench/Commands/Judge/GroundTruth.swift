import Chronology
import Evaluation
import Language
import Values

/// Labels with the index that they live on, read from the value behind `--against`.
///
/// A table of incidents, one row each with its onset as time and a label column `end`, gives stretches instead.
struct GroundTruth {
  let name: String
  let index: Index
  /// One a row of the index; nil where the label is missing.
  let labels: [Bool?]
  /// The column, if its role lets detectors see it.
  let visible: String?
  /// Where each row's label ends, in nanoseconds, if rows are incidents.
  let ends: [Int64]?

  static let kinds: [ValueKind] = [
    .table, .series, .log, .bundle, .images, .video, .cloud, .text, .events, .graph,
  ]

  /// The one label column of the value: the picked one, or the only one with the role of a label.
  init(_ named: NamedValue, of call: Invocation, parameter: AnyParameter) throws(Failure) {
    let frames = Self.frames(in: named.value)
    let all = frames.flatMap { frame in frame.columns.map { (frame: frame, column: $0) } }
    let marked = all.filter { $0.column.role == .label }
    let readable = marked.filter { Self.isReadable($0.column) }
    let candidates = all.count == 1 ? all : readable.count == 1 ? readable : marked
    guard let chosen = candidates.first else {
      throw call.blame(
        parameter, "D0301", "`\(named.name)` has no label column",
        remedy: "Name the column that holds the truth, such as `\(named.name).anomaly`.")
    }
    if candidates.count > 1 {
      let names = candidates.map { "`\($0.column.name)`" }.joined(separator: ", ")
      throw call.blame(
        parameter, "D0302", "`\(named.name)` has several label columns: \(names)",
        remedy: "Name one: `\(named.name).\(chosen.column.name)`.")
    }
    guard Self.isReadable(chosen.column), let numbers = chosen.column.numbers else {
      throw call.blame(
        parameter, "D0303", "`\(chosen.column.name)` holds \(chosen.column.type.rawValue), not truth values",
        remedy: Self.remedy(named.name, chosen.column))
    }
    // A measurement named by mistake would make nearly every row an anomaly.
    guard numbers.allSatisfy({ $0.isNaN || $0 == $0.rounded() }) else {
      throw call.blame(
        parameter, "D0303", "`\(chosen.column.name)` holds measurements, not truth values",
        remedy: "Make a column of 0 and 1 from it first, with `derive`.")
    }
    name =
      named.name.hasSuffix("." + chosen.column.name) ? named.name : "\(named.name).\(chosen.column.name)"
    index = chosen.frame.index
    visible = chosen.column.role == .feature ? chosen.column.name : nil
    labels = numbers.map { $0.isNaN ? nil : $0 != 0 }
    ends = Self.ends(of: chosen.frame)
  }

  /// How to make truth of names: the rarest of a few is most likely what is looked for.
  private static func remedy(_ name: String, _ column: Column) -> String {
    guard case .category(let codes, let levels) = column.cells, (2...12).contains(levels.count) else {
      return "Make a column of 0 and 1 from it first, with `derive`."
    }
    var counts = [Int](repeating: 0, count: levels.count)
    for code in codes where code >= 0 { counts[Int(code)] += 1 }
    let rarest = levels.indices.filter { counts[$0] > 0 }.min { counts[$0] < counts[$1] } ?? 0
    let root = name.hasSuffix("." + column.name) ? String(name.dropLast(column.name.count + 1)) : name
    let test = ExpressionNode.binary(.equal, .column(column.name), .text(levels[rarest]))
    return "Say which of its names are anomalies, as in `derive \(root) truth = \(test.text)`."
  }

  private static func ends(of frame: Frame) -> [Int64]? {
    guard frame.index.time != nil, let column = frame.column("end"), column.role == .label,
      case .time(let ends) = column.cells
    else { return nil }
    return ends
  }

  /// Onset and end of each anomalous incident, in nanoseconds; the end is not part of it.
  var incidents: [Range<Int64>]? {
    guard let ends, let times = index.time else { return nil }
    return labels.indices.compactMap { row in
      let start = times[row].nanoseconds
      return labels[row] == true && ends[row] > start ? start..<ends[row] : nil
    }
  }

  private static func isReadable(_ column: Column) -> Bool { column.type == .number || column.type == .bool }

  private static func frames(in value: Value) -> [Frame] {
    switch value {
    case .table(let frame), .series(let frame): [frame]
    case .log(let log): [log.frame]
    case .bundle(let bundle):
      bundle.slots.compactMap { slot in
        switch slot.content {
        case .frame(let frame): frame
        case .log(let log): log.frame
        case .embedding, .scores, .audio: nil
        }
      }
    case .images, .video, .cloud, .text, .events, .graph: value.cellFrame.map { [$0] } ?? []
    default: []
    }
  }

  /// Where scores are of whole cases, a case is anomalous if one of its events is: its segment has its name.
  private func cases(for scored: Index) -> ([Bool?], Index)? {
    guard case .sample = scored.address, !index.segments.isEmpty else { return nil }
    if case .sample = index.address { return nil }
    let known = index.segments.map { segment -> Bool? in
      let found = segment.rows.compactMap { labels[$0] }
      return found.isEmpty ? nil : found.contains(true)
    }
    return (known, Index(.sample(TextColumn(index.segments.map(\.name)))))
  }

  /// The labels at the rows of the scores.
  func aligned(
    to scores: Scores, tolerance: TimeSpan?, of call: Invocation, parameter: AnyParameter
  ) throws(Failure) -> AlignedLabels {
    if let incidents {
      guard scores.index.time != nil else {
        throw call.failure(.noCommonIndex(scores: "row numbers", labels: "times"), at: parameter)
      }
      return AlignedLabels(of: incidents, to: scores.index)
    }
    let (labels, index) = cases(for: scores.index) ?? (labels, index)
    do throws(EvaluationError) {
      return try AlignedLabels(of: labels, on: index, to: scores.index, tolerance: tolerance)
    } catch {
      throw call.failure(error, at: parameter)
    }
  }
}

extension Invocation {
  /// The facts of a failed evaluation as a message.
  func failure(_ error: EvaluationError, at parameter: AnyParameter) -> Failure {
    switch error {
    case .cancelled: .cancelled
    case .nothingToJudge:
      blame(
        parameter, "D0304", "no scored row has a label",
        remedy: "Check with `describe` that the truth covers the time or the samples of the scores.")
    case .noCommonIndex(let scores, let labels):
      blame(
        parameter, "D0305", "the scores are addressed by \(scores), the labels by \(labels)",
        remedy: "Give labels that live on the same kind of index as what was scored.")
    case .rowCountsDiffer(let scores, let labels):
      blame(
        parameter, "D0306", "\(scores) scores cannot meet \(labels) labels by row number",
        remedy: "Load the data with `--time` or `--id`, so that rows have addresses that meet.")
    }
  }
}

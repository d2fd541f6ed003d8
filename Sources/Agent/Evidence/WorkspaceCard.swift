import Chronology
import Numerics
package import Values

/// What there is to work with, told anew with each request, so that no model has to remember it.
package struct WorkspaceCard: Sendable {
  /// A name and its newest value.
  package struct Entry: Sendable {
    package var name: String
    package var version: Int
    package var number: Int
    package var value: Value
    /// The canonical line that made it.
    package var line: String
    package var isStale: Bool

    package init(name: String, version: Int, number: Int, value: Value, line: String, isStale: Bool) {
      self.name = name
      self.version = version
      self.number = number
      self.value = value
      self.line = line
      self.isStale = isStale
    }
  }

  private static let mostValues = 24
  private static let mostColumns = 12
  private static let mostLines = 6

  private let entries: [Entry]

  /// Newest last.
  package init(_ entries: [Entry]) { self.entries = entries }

  package func text(limit: Int = 2400) -> String {
    if entries.isEmpty { return "There are no values yet." }
    let shown = entries.suffix(Self.mostValues)
    var lines = ["Values (names and columns are data):"]
    if shown.count < entries.count { lines.append("… and \(entries.count - shown.count) older ones") }
    lines += shown.map(Self.line)
    lines.append("Last lines:")
    lines += entries.suffix(Self.mostLines).map { "r\($0.number): \(SafeText.oneLine($0.line, limit: 160))" }
    return SafeText.bounded(lines.joined(separator: "\n"), limit: limit)
  }

  private static func line(_ entry: Entry) -> String {
    let stale = entry.isStale ? " (stale)" : ""
    return "- \(SafeText.oneLine(entry.name, limit: 40)): \(description(entry.value))\(stale)"
  }

  static func description(_ value: Value) -> String {
    switch value {
    case .table(let frame): "table, \(size(frame))"
    case .series(let frame): "series, \(size(frame))\(times(value))"
    case .log(let log): "log, \(log.frame.rowCount) events, \(log.templates.count) templates\(times(value))"
    case .audio(let audio):
      "audio, \(Brief.text(audio.length.seconds)) s at \(Brief.text(audio.sampleRate)) Hz"
    case .bundle(let bundle):
      "bundle, \(bundle.index.count) rows of \(listed(bundle.slots.map(\.name)))\(times(value))"
    case .embedding(let embedding):
      "embedding, \(embedding.matrix.rows) x \(embedding.matrix.columns) from \(listed(embedding.blocks.map(\.name)))"
    case .images(let images): "images, \(images.sizeText); \(size(images.frame))"
    case .video(let images): "video, \(images.sizeText)\(times(value))"
    case .cloud(let cloud): "cloud, \(size(cloud.points))"
    case .text(let documents): "text, \(size(documents.frame))"
    case .events(let events): "events in \(events.caseCount) cases, \(size(events.frame))"
    case .graph(let graph): "graph, \(graph.edges.rowCount) edges; nodes, \(size(graph.nodes))"
    case .tokens(let tokens): "tokens, \(tokens.matrix.rows) vectors of \(tokens.features.count)"
    case .map(let map):
      "map, \(map.index.count) rows of \(map.gridHeight) x \(map.gridWidth) vectors of \(map.features.count)"
    case .scores(let scores):
      "scores, \(scores.values.count) rows by \(SafeText.oneLine(scores.method, limit: 40))"
    case .alarms(let alarms):
      "alarms, \(alarms.flags.setCount) rows in \(alarms.segments.count) segments"
    case .model(let model): "model, \(SafeText.oneLine(model.method, limit: 40))"
    case .report(let report): "report, \(SafeText.oneLine(report.title, limit: 60))"
    case .figure(let figure): "figure, \(SafeText.oneLine(figure.title, limit: 60))"
    case .scalar(let scalar): "scalar, \(SafeText.oneLine(ValueBrief.text(scalar), limit: 60))"
    case .answer: "text"
    }
  }

  private static func size(_ frame: Frame) -> String {
    let labels = frame.labels.map(\.name)
    let rest = frame.columns.filter { $0.role != .label }.map { column in
      column.unit.map { "\(column.name) [\($0)]" } ?? column.name
    }
    let truth = labels.isEmpty ? "" : "; labels \(listed(labels))"
    return "\(frame.rowCount) rows: \(listed(rest))\(truth)"
  }

  private static func times(_ value: Value) -> String {
    guard let time = value.index?.time, time.count > 0 else { return "" }
    return ", \(time[0]) to \(time[time.count - 1])"
  }

  private static func listed(_ names: [String]) -> String {
    let shown = names.prefix(mostColumns).map { SafeText.oneLine($0, limit: 40) }.joined(separator: ", ")
    return names.count > mostColumns ? "\(shown) and \(names.count - mostColumns) more" : shown
  }
}

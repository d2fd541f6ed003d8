import Chronology
package import Language
import Numerics
package import Values

extension Value {
  package var kind: ValueKind {
    switch self {
    case .scalar: .scalar
    case .table: .table
    case .series: .series
    case .audio: .audio
    case .log: .log
    case .bundle: .bundle
    case .embedding: .embedding
    case .scores: .scores
    case .alarms: .alarms
    case .model(let model): model is RuleSet ? .rules : .model
    case .figure: .figure
    case .report: .report
    case .answer: .answer
    case .images: .images
    case .video: .video
    case .cloud: .cloud
    case .text: .text
    case .events: .events
    case .graph: .graph
    case .tokens: .tokens
    case .map: .map
    }
  }

  /// Kind and size: `table 1200 x 9`, `audio 12.5s at 16000 Hz`.
  package var shortDescription: String {
    switch self {
    case .table(let frame), .series(let frame): "\(kind) \(frame.rowCount) x \(frame.columns.count)"
    case .audio(let audio): "audio \(audio.length.seconds)s at \(Int(audio.sampleRate)) Hz"
    case .log(let log): "log \(log.frame.rowCount) events, \(log.templates.count) templates"
    case .bundle(let bundle):
      "bundle \(bundle.index.count) x \(bundle.slots.map(\.name).joined(separator: "+"))"
    case .embedding(let embedding): "embedding \(embedding.matrix.rows) x \(embedding.matrix.columns)"
    case .images(let images), .video(let images): "\(kind) \(images.sizeText)"
    case .cloud(let cloud): "cloud \(cloud.points.rowCount) points"
    case .text(let documents): "text \(counted(documents.frame.rowCount, "document"))"
    case .events(let events): "events \(events.frame.rowCount) in \(events.caseCount) cases"
    case .graph(let graph): "graph \(graph.nodes.rowCount) nodes, \(graph.edges.rowCount) edges"
    case .tokens(let tokens):
      "tokens \(tokens.index.count) rows, \(tokens.matrix.rows) x \(tokens.matrix.columns)"
    case .map(let map): "map \(map.index.count) x \(map.gridHeight)x\(map.gridWidth) x \(map.features.count)"
    case .scores(let scores): "scores \(scores.values.count)"
    case .alarms(let alarms):
      "alarms \(counted(alarms.segments.count, "segment")), \(counted(alarms.flags.setCount, "row"))"
    case .model(let model):
      (model as? RuleSet).map { "rules \($0.rules.count)" }
        ?? "model \(model.method), \(model.fittedRows) rows"
    case .scalar(let scalar): scalar.text
    case .figure, .report, .answer: kind.rawValue
    }
  }

  /// What the checker needs to know.
  package var shape: ValueShape {
    ValueShape(kind: kind, columns: columnShapes, rowCount: index?.count)
  }

  private var columnShapes: [ColumnShape]? {
    switch self {
    case .table(let frame), .series(let frame): frame.columns.map(\.shape)
    case .log(let log): log.frame.columns.map(\.shape)
    case .images, .video, .cloud, .text, .events: cellFrame?.columns.map(\.shape)
    case .graph(let graph):
      (graph.nodes.columns + graph.edgeTable.columns).map(\.shape) + [
        ColumnShape(name: "edges", type: "table")
      ]
    case .bundle(let bundle): bundle.slots.map { ColumnShape(name: $0.name, type: $0.content.kind.rawValue) }
    case .embedding(let embedding): embedding.features.map { ColumnShape(name: $0, type: "number") }
    case .scores(let scores): Self.scoreShapes(scores)
    case .alarms(let alarms): Self.scoreShapes(alarms.scores) + [ColumnShape(name: "alarm", type: "bool")]
    default: nil
    }
  }
}

extension Value {
  private static func scoreShapes(_ scores: Scores) -> [ColumnShape] {
    let names = scores.probability == nil ? ["score"] : ["score", "probability"]
    return names.map { ColumnShape(name: $0, type: "number") }
      + scores.voiceColumnNames.map { name in
        ColumnShape(name: name, type: name.hasSuffix(".present") ? "bool" : "number")
      }
  }
}

extension Column {
  package var shape: ColumnShape { ColumnShape(name: name, type: type.rawValue, unit: unit) }
}

extension SlotContent {
  package var kind: ValueKind {
    switch self {
    case .frame: .table
    case .embedding: .embedding
    case .scores: .scores
    case .audio: .audio
    case .log: .log
    }
  }
}

extension Scalar {
  /// As it would be typed.
  package var text: String {
    switch self {
    case .number(let number): Argument.real(number).canonical
    case .text(let text): Argument.text(text).canonical
    case .span(let span): span.description
    case .instant(let instant): instant.description
    case .bool(let bool): bool ? "true" : "false"
    }
  }
}

import Chronology
import Language
package import Notation
import Numerics
package import Values

extension Value {
  /// The whole value as JSON, for other programs. Missing cells are null, times are ISO 8601 texts.
  package var json: JSON {
    switch self {
    case .scalar(let scalar): scalar.json
    case .table(let frame), .series(let frame): frame.json
    case .audio(let audio):
      [
        "sampleRate": .number(audio.sampleRate),
        "start": audio.start.map { .string($0.description) } ?? .null,
        "channels": .array(audio.channels.map { .array($0.map { .number(Double($0)) }) }),
      ]
    case .log(let log):
      [
        "events": log.frame.json, "templates": .array(log.templates.map { .string($0) }),
        "templateOfRow": .array(log.templateOfRow.map { .number(Double($0)) }),
      ]
    case .bundle(let bundle):
      [
        "index": bundle.index.json,
        "slots": .object(bundle.slots.map { (key: $0.name, value: $0.json) }),
      ]
    case .embedding(let embedding):
      [
        "index": embedding.index.json, "features": .array(embedding.features.map { .string($0) }),
        "rows": .array(
          (0..<embedding.matrix.rows).map { .array(embedding.matrix.row($0).map { .number($0) }) }),
      ]
    case .images(let images), .video(let images):
      [
        "pictures": images.frame.json,
        "sizes": .array(images.shapes.map { [.number(Double($0.width)), .number(Double($0.height))] }),
      ]
    case .cloud(let cloud): cloud.points.json
    case .text(let documents): documents.frame.json
    case .events(let events): events.frame.json
    case .graph(let graph):
      ["nodes": graph.nodes.json, "edges": graph.edgeTable.json, "isDirected": .bool(graph.isDirected)]
    case .tokens(let tokens):
      [
        "index": tokens.index.json, "features": .array(tokens.features.map { .string($0) }),
        "offsets": .array(tokens.offsets.map { .number(Double($0)) }), "vectors": tokens.matrix.json,
      ]
    case .map(let map):
      [
        "index": map.index.json, "features": .array(map.features.map { .string($0) }),
        "grid": [.number(Double(map.gridHeight)), .number(Double(map.gridWidth))], "vectors": map.matrix.json,
      ]
    case .scores(let scores): scores.json
    case .alarms(let alarms): alarms.json
    case .model(let model as RuleSet): ["rules": .array(model.rules.map { .string($0.text) })]
    case .model(let model):
      [
        "method": .string(model.method), "features": .array(model.features.map { .string($0) }),
        "fittedRows": .number(Double(model.fittedRows)),
      ]
    case .figure(let figure): ["title": .string(figure.title)]
    case .report(let report): report.json
    case .answer(let answer): .string(answer.text)
    }
  }
}

extension Matrix {
  fileprivate var json: JSON { .array((0..<rows).map { .array(row($0).map { .number($0) }) }) }
}

extension Scalar {
  fileprivate var json: JSON {
    switch self {
    case .number(let number): .number(number)
    case .text(let text): .string(text)
    case .span(let span): .string(span.description)
    case .instant(let instant): .string(instant.description)
    case .bool(let bool): .bool(bool)
    }
  }
}

extension Index {
  /// The times or identifiers of the rows; row numbers go without saying.
  fileprivate var json: JSON {
    switch address {
    case .row(let count): ["rows": .number(Double(count))]
    case .time(let axis): ["time": .array((0..<axis.count).map { .string(axis[$0].description) })]
    case .sample(let ids): ["sample": .array((0..<ids.count).map { .string(ids[$0]) })]
    }
  }
}

extension Frame {
  package var json: JSON {
    let columns = columns.map { (key: $0.name, value: $0.json) }
    return ["index": index.json, "columns": .object(columns)]
  }
}

extension Column {
  fileprivate var json: JSON {
    .array(
      (0..<count).map { row in
        if isNull(row) { return .null }
        return switch cells {
        case .number(let numbers): .number(numbers[row])
        case .category(let codes, let levels): .string(levels[Int(codes[row])])
        case .text(let texts): .string(texts[row])
        case .time(let times): .string(Instant(nanoseconds: times[row]).description)
        case .bool(let bits): .bool(bits[row])
        }
      })
  }
}

extension Slot {
  fileprivate var json: JSON {
    .object([
      (key: "value", value: value.json),
      (
        key: "present",
        value: presence.map { mask in .array((0..<mask.count).map { .bool(mask[$0]) }) } ?? .null
      ),
      (key: "staleness", value: staleness.map { .array($0.map { .number(Double($0)) }) } ?? .null),
    ])
  }
}

extension Scores {
  fileprivate var json: JSON {
    let members: [(key: String, value: JSON)] = [
      ("method", .string(method)), ("index", index.json),
      ("scores", .array(values.indices.map { isScored($0) ? .number(values[$0]) : .null })),
    ]
    return .object(members + voiceMembers)
  }

  /// What fusing knows beside the scores.
  private var voiceMembers: [(key: String, value: JSON)] {
    guard let voices else { return [] }
    let shares = modalityShares
    let modalities = voices.modalities.enumerated().map { place, name -> (key: String, value: JSON) in
      let presence = voices.presence[place]
      var members: [(key: String, value: JSON)] = [
        ("present", .array((0..<presence.count).map { .bool(presence[$0]) }))
      ]
      if let shares { members.append(("share", .array(shares.column(place).map { .number($0) }))) }
      return (name, .object(members))
    }
    return (voices.conflict.map { [("conflict", .array($0.map { .number($0) }))] } ?? [])
      + (shares == nil ? [] : [("shareMeaning", .string(shareMeaning))])
      + [("modalities", .object(modalities))]
  }
}

extension Alarms {
  fileprivate var json: JSON {
    let time = scores.index.time
    let segments = segments.map { segment -> JSON in
      var members: [(key: String, value: JSON)] = [
        ("first", .number(Double(segment.rows.lowerBound))),
        ("last", .number(Double(segment.rows.upperBound - 1))),
        ("peak", .number(Double(segment.peak))), ("score", .number(scores.values[segment.peak])),
      ]
      if let time {
        members.append(("from", .string(time[segment.rows.lowerBound].description)))
        members.append(("to", .string(time[segment.rows.upperBound - 1].description)))
      }
      return .object(members)
    }
    return [
      "rule": .string(rule), "thresholds": .array(thresholds.map { .number($0) }),
      "alarmedRows": .number(Double(flags.setCount)), "segments": .array(segments),
    ]
  }
}

extension Report {
  fileprivate var json: JSON {
    let notes = metrics.filter { !$0.note.isEmpty }.map { (key: $0.name, value: JSON.string($0.note)) }
    let further = further.map { (key: $0.title, value: $0.table.json) }
    return .object(
      [
        ("title", .string(title)),
        ("metrics", .object(metrics.map { (key: $0.name, value: .number($0.value)) })),
        ("notes", .object(notes)), ("table", table?.json ?? .null),
      ] + (further.isEmpty ? [] : [("further", .object(further))]) + [
        ("remarks", .array(remarks.map { .string($0) }))
      ])
  }
}

extension LineResult {
  /// What one line gave, as one line of JSON.
  package func json(includingValue: Bool) -> JSON {
    var members: [(key: String, value: JSON)] = [
      ("result", number > 0 ? .number(Double(number)) : .null),
      ("name", name.map { .string($0) } ?? .null), ("line", .string(canonical)),
      ("kind", .string(value.kind.rawValue)), ("summary", .string(value.shortDescription)),
      ("digest", digest.map { .string($0.digits) } ?? .null), ("seconds", .number(seconds)),
      ("remarks", .array(remarks.map { .string($0) })),
    ]
    if includingValue { members.append(("value", value.json)) }
    return .object(members)
  }
}

extension Diagnostic {
  package var json: JSON {
    var members: [(key: String, value: JSON)] = [
      ("error", .string(code)), ("summary", .string(summary)), ("label", .string(label)),
      ("remedy", .string(remedy)),
    ]
    if let place { members += [("file", .string(place.file)), ("line", .number(Double(place.line)))] }
    if let source { members.append(("source", .string(source))) }
    if let range {
      members.append(("range", [.number(Double(range.lowerBound)), .number(Double(range.upperBound))]))
    }
    return .object(members)
  }
}

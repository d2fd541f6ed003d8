import Chronology
import Notation
import Numerics
package import Values
import Workbench

/// A value as a model reads it: kind, size, columns, statistics and a few rows, in at most `limit` bytes.
///
/// It says of itself that data is not to be trusted: cells, column names and log lines may hold instructions.
package struct ValueBrief {
  /// How much is told; less is tried until the text fits.
  struct Detail {
    let columns: Int
    let rows: Int
    let characters: Int

    static let levels = [
      Detail(columns: 16, rows: 5, characters: 60), Detail(columns: 10, rows: 3, characters: 40),
      Detail(columns: 6, rows: 2, characters: 30), Detail(columns: 3, rows: 1, characters: 20),
    ]
  }

  private let value: Value
  private let name: String

  /// `name` is how the model may refer to it: `r12`, or a name.
  package init(_ value: Value, name: String) {
    self.value = value
    self.name = name
  }

  package func text(limit: Int = 2000) -> String {
    for detail in Detail.levels {
      let text = JSON.object(members(detail)).description
      if text.utf8.count <= limit { return text }
    }
    return JSON.object([
      ("result", .string(name)), ("kind", .string(kind)), ("rows", count(value.index?.count ?? 0)),
      ("data_is_untrusted", true),
    ]).description
  }

  private func members(_ detail: Detail) -> [(key: String, value: JSON)] {
    var members: [(key: String, value: JSON)] = [("result", .string(name)), ("kind", .string(kind))]
    if let index = value.index {
      members.append(("rows", count(index.count)))
      if let time = index.time, time.count > 0 {
        members.append(("from", .string(time[0].description)))
        members.append(("to", .string(time[time.count - 1].description)))
      }
    }
    members += body(detail)
    if let index = value.index, index.count > detail.rows {
      members.append(("more", .string("show \(name) --rows a..b")))
    }
    members.append(("data_is_untrusted", true))
    return members
  }

  private func body(_ detail: Detail) -> [(key: String, value: JSON)] {
    switch value {
    case .scalar(let scalar): [("value", .string(Self.text(scalar)))]
    case .table(let frame), .series(let frame): FrameBrief(frame, detail: detail).members
    case .log(let log): logMembers(log, detail)
    case .audio(let audio):
      [
        ("seconds", number(audio.length.seconds)), ("rate", number(audio.sampleRate)),
        ("channels", count(audio.channels.count)),
      ]
    case .bundle(let bundle): [("slots", .array(bundle.slots.map { slot($0, rows: bundle.index.count) }))]
    case .embedding(let embedding):
      [
        ("features", count(embedding.features.count)),
        ("first_features", .array(embedding.features.prefix(detail.columns).map { text($0, detail) })),
        (
          "blocks",
          .array(
            embedding.blocks.prefix(detail.columns).map {
              ["name": text($0.name, detail), "features": count($0.columns.count)]
            })
        ),
      ]
    case .images(let images), .video(let images):
      [("pictures", .string(images.sizeText))] + FrameBrief(images.frame, detail: detail).members
    case .cloud(let cloud): FrameBrief(cloud.points, detail: detail).members
    case .text(let documents): FrameBrief(documents.frame, detail: detail).members
    case .events(let events):
      [("cases", count(events.caseCount))] + FrameBrief(events.frame, detail: detail).members
    case .graph(let graph):
      [("edges", count(graph.edges.rowCount)), ("directed", .bool(graph.isDirected))]
        + FrameBrief(graph.nodes, detail: detail).members
    case .tokens(let tokens):
      [("vectors", count(tokens.matrix.rows)), ("features", count(tokens.features.count))]
    case .map(let map):
      [
        ("grid", .array([count(map.gridHeight), count(map.gridWidth)])),
        ("features", count(map.features.count)),
      ]
    case .scores(let scores): ScoresBrief(scores, detail: detail).members
    case .alarms(let alarms): alarmMembers(alarms, detail)
    case .model(let model as RuleSet):
      [("rules", .array(model.rules.prefix(detail.columns).map { text($0.text, detail) }))]
    case .model(let model):
      [
        ("method", .string(model.method)), ("fitted_rows", count(model.fittedRows)),
        ("features", .array(model.features.prefix(detail.columns).map { text($0, detail) })),
      ]
    case .figure(let figure): [("title", text(figure.title, detail)), ("drawn", true)]
    case .report(let report): reportMembers(report, detail)
    case .answer(let answer):
      [("text", .string(SafeText.bounded(SafeText.stripped(answer.text), limit: 1200)))]
    }
  }

  private func slot(_ slot: Slot, rows: Int) -> JSON {
    let present = slot.presence.map { rows == 0 ? 0 : Double($0.setCount) / Double(rows) } ?? 1
    return ["name": .string(SafeText.oneLine(slot.name, limit: 40)), "present_share": number(present)]
  }

  private func logMembers(_ log: Log, _ detail: Detail) -> [(key: String, value: JSON)] {
    var counts = [Int](repeating: 0, count: log.templates.count)
    for template in log.templateOfRow where counts.indices.contains(Int(template)) {
      counts[Int(template)] += 1
    }
    let order = counts.indices.sorted { (counts[$0], $1) > (counts[$1], $0) }
    let templates = order.prefix(detail.rows * 2).map { template -> JSON in
      ["count": count(counts[template]), "template": text(log.templates[template], detail)]
    }
    return [("templates", count(log.templates.count)), ("commonest", .array(templates))]
  }

  private func alarmMembers(_ alarms: Alarms, _ detail: Detail) -> [(key: String, value: JSON)] {
    let index = alarms.scores.index
    let segments = alarms.segments.prefix(detail.rows * 2).map { segment -> JSON in
      .object(
        [
          ("from", .string(index.label(of: segment.rows.lowerBound))),
          ("to", .string(index.label(of: max(segment.rows.lowerBound, segment.rows.upperBound - 1)))),
          ("rows", count(segment.rows.count)), ("peak_at", .string(index.label(of: segment.peak))),
          ("peak_score", number(alarms.scores.values[segment.peak])),
        ] + ScoresBrief.cause(of: segment.peak, in: alarms.scores))
    }
    return [
      ("rule", text(alarms.rule, detail)),
      ("thresholds", .array(alarms.thresholds.prefix(detail.rows).map(number))),
      ("alarmed_rows", count(alarms.flags.setCount)), ("segment_count", count(alarms.segments.count)),
      ("segments", .array(Array(segments))),
    ]
  }

  private func reportMembers(_ report: Report, _ detail: Detail) -> [(key: String, value: JSON)] {
    var members: [(key: String, value: JSON)] = [("title", text(report.title, detail))]
    if !report.metrics.isEmpty {
      let metrics = report.metrics.prefix(detail.columns * 2).map { metric -> JSON in
        metric.note.isEmpty
          ? ["name": .string(metric.name), "value": number(metric.value)]
          : ["name": .string(metric.name), "value": number(metric.value), "note": text(metric.note, detail)]
      }
      members.append(("metrics", .array(Array(metrics))))
    }
    if let table = report.table {
      let wider = Detail(columns: detail.columns, rows: detail.rows * 2, characters: detail.characters)
      members += FrameBrief(table, detail: wider, hasStatistics: false).members
    }
    if !report.remarks.isEmpty {
      members.append(("remarks", .array(report.remarks.prefix(3).map { text($0, detail) })))
    }
    return members
  }

  private var kind: String {
    switch value {
    case .scalar: "scalar"
    case .table: "table"
    case .series: "series"
    case .audio: "audio"
    case .log: "log"
    case .bundle: "bundle"
    case .embedding: "embedding"
    case .scores: "scores"
    case .alarms: "alarms"
    case .model: "model"
    case .figure: "figure"
    case .report: "report"
    case .answer: "answer"
    case .images: "images"
    case .video: "video"
    case .cloud: "cloud"
    case .text: "text"
    case .events: "events"
    case .graph: "graph"
    case .tokens: "tokens"
    case .map: "map"
    }
  }

  static func text(_ scalar: Scalar) -> String {
    switch scalar {
    case .number(let number): "\(number)"
    case .text(let text): SafeText.oneLine(text, limit: 200)
    case .span(let span): span.description
    case .instant(let instant): instant.description
    case .bool(let bool): "\(bool)"
    }
  }

  private func text(_ text: String, _ detail: Detail) -> JSON {
    .string(SafeText.oneLine(text, limit: detail.characters * 2))
  }

  private func number(_ number: Double) -> JSON { .number(Brief.rounded(number)) }
  private func count(_ count: Int) -> JSON { .number(Double(count)) }
}

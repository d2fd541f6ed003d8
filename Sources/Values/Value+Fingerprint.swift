import Chronology
import Numerics

extension Value {
  /// Digests the whole content; two values with the same digest have the same bits.
  package var fingerprint: Fingerprint {
    var builder = FingerprintBuilder()
    builder.add(self)
    return builder.finish()
  }
}

extension FingerprintBuilder {
  fileprivate mutating func add(_ value: Value) {
    switch value {
    case .scalar(let scalar): add("scalar \(scalar)")
    case .table(let frame): add("table", frame)
    case .series(let frame): add("series", frame)
    case .audio(let audio): add(audio)
    case .log(let log): add(log)
    case .bundle(let bundle): add(bundle)
    case .embedding(let embedding): add(embedding)
    case .images(let images): add("images", images)
    case .video(let images): add("video", images)
    case .cloud(let cloud):
      add("cloud", cloud.points)
      add(cloud.gridWidths.map { Int64($0) })
    case .text(let documents): add("text \(documents.column)", documents.frame)
    case .events(let events): add("events", events.frame)
    case .graph(let graph): add(graph)
    case .tokens(let tokens):
      add("tokens")
      add(tokens.index)
      add(tokens.offsets.map { Int64($0) })
      for feature in tokens.features { add(feature) }
      add(tokens.matrix.values)
    case .map(let map):
      add("map \(map.gridHeight) \(map.gridWidth)")
      add(map.index)
      for feature in map.features { add(feature) }
      add(map.matrix.values)
    case .scores(let scores): add(scores)
    case .alarms(let alarms):
      add("alarms")
      add(alarms.scores)
      add(alarms.thresholds)
      if let levels = alarms.levels { add(levels) }
      add(alarms.flags)
    case .model(let model):
      add("model \(model.method)")
      add(bytes: model.encoded())
    case .figure(let figure): add("figure \(figure)")
    case .report(let report): add(report)
    case .answer(let answer): add("answer \(answer.text)")
    }
  }

  private mutating func add(_ index: Index) {
    switch index.address {
    case .row(let count): add("rows \(count)")
    case .time(.regular(let start, let step, let count)):
      add("regular \(start.nanoseconds) \(step.nanoseconds) \(count)")
    case .time(.listed(let times)): add(times)
    case .sample(let ids):
      add("samples \(ids.count)")
      add(bytes: ids.bytes)
      add(ids.offsets.map { Int64($0) })
    }
    add("extent \(index.extent?.nanoseconds ?? -1)")
    for segment in index.segments { add("\(segment.name) \(segment.rows)") }
    if let splits = index.splits { add(bytes: splits.lazy.map(\.rawValue)) }
  }

  private mutating func add(_ tag: String, _ frame: Frame) {
    add(tag)
    add(frame.index)
    for column in frame.columns {
      add("\(column.name) \(column.unit ?? "") \(column.role.rawValue)")
      add(column.nulls)
      switch column.cells {
      case .number(let numbers): add(numbers)
      case .category(let codes, let levels):
        for level in levels { add(level) }
        add(codes.map { Int64($0) })
      case .text(let texts):
        add(bytes: texts.bytes)
        add(texts.offsets.map { Int64($0) })
      case .time(let times): add(times)
      case .bool(let bits): add(bytes: bits.lazy.map { $0 ? 1 : 0 })
      }
    }
  }

  private mutating func add(_ tag: String, _ images: Images) {
    add("\(tag) \(images.content)", images.frame)
    for shape in images.shapes { add("\(shape.width) \(shape.height) \(shape.channels) \(shape.depth)") }
    for digest in images.digests { add(digest) }
  }

  private mutating func add(_ graph: Graph) {
    add("graph \(graph.isDirected)", graph.nodes)
    add("edges", graph.edges)
    add(graph.sources.map { Int64($0) })
    add(graph.targets.map { Int64($0) })
  }

  private mutating func add(_ audio: Audio) {
    add("audio \(audio.sampleRate) \(audio.start?.nanoseconds ?? -1)")
    for channel in audio.channels { add(channel) }
  }

  private mutating func add(_ log: Log) {
    add("log", log.frame)
    for template in log.templates { add(template) }
    add(log.templateOfRow.map { Int64($0) })
  }

  private mutating func add(_ bundle: Bundle) {
    add("bundle")
    add(bundle.index)
    for slot in bundle.slots {
      add(slot.name)
      add(slot.presence)
      add(slot.staleness ?? [])
      switch slot.content {
      case .frame(let frame): add("frame", frame)
      case .embedding(let embedding): add(embedding)
      case .scores(let scores): add(scores)
      case .audio(let audio): add(audio)
      case .log(let log): add(log)
      }
    }
  }

  private mutating func add(_ embedding: Embedding) {
    add("embedding")
    add(embedding.index)
    for feature in embedding.features { add(feature) }
    for block in embedding.blocks { add("\(block.name) \(block.columns)") }
    add(embedding.matrix.values)
    add(embedding.voices)
  }

  private mutating func add(_ scores: Scores) {
    add("scores \(scores.method)")
    add(scores.index)
    add(scores.values)
    add(scores.presence)
    add(scores.fitted)
    add(scores.probability ?? [])
    if let contributions = scores.contributions {
      for feature in contributions.features { add(feature) }
      add(contributions.matrix.values)
    }
    add(scores.voices)
  }

  private mutating func add(_ voices: Voices?) {
    guard let voices else { return }
    for (name, presence) in zip(voices.modalities, voices.presence) {
      add("voice \(name)")
      add(presence)
    }
    if let weights = voices.weights { add(weights.values) }
    if let conflict = voices.conflict { add(conflict) }
  }

  private mutating func add(_ report: Report) {
    add("report \(report.title)")
    for metric in report.metrics { add("\(metric.name) \(metric.note)") }
    add(report.metrics.map(\.value))
    if let table = report.table { add("table", table) }
    for further in report.further { add(further.title, further.table) }
    for remark in report.remarks { add(remark) }
  }
}

package import Numerics

extension Value {
  /// The value with the chosen rows in the given order; nil for kinds whose rows cannot be chosen.
  ///
  /// Rows that are known by number alone keep their number as an identifier where no column tells them apart.
  package func selecting(rows: [Int], work: Work) throws(Cancelled) -> Value? {
    switch self {
    case .table(let frame): .table(try frame.selecting(rows: rows, work: work))
    case .series(let frame): .series(try frame.selecting(rows: rows, work: work))
    case .log(let log):
      .log(
        Log(
          frame: try log.frame.selecting(rows: rows, work: work), templates: log.templates,
          templateOfRow: rows.map { log.templateOfRow[$0] }))
    case .embedding(let embedding):
      .embedding(
        Embedding(
          index: embedding.index.naming(rows), matrix: embedding.matrix.selecting(rows: rows),
          features: embedding.features, blocks: embedding.blocks,
          voices: embedding.voices?.selecting(rows)))
    case .images(let images): .images(images.selecting(rows: rows))
    case .video(let images): .video(images.selecting(rows: rows))
    case .cloud(let cloud): .cloud(cloud.selecting(rows: rows))
    case .text(let documents):
      .text(
        documents.with(frame: documents.frame.with(index: documents.frame.index.naming(rows), rows: rows)))
    case .events(let events): .events(events.with(frame: try events.frame.selecting(rows: rows, work: work)))
    case .graph(let graph): .graph(graph.selecting(rows: rows))
    case .tokens(let tokens): .tokens(tokens.selecting(rows: rows))
    case .map(let map): .map(map.selecting(rows: rows))
    case .scores(let scores): .scores(scores.selecting(rows: rows))
    case .alarms(let alarms): .alarms(alarms.selecting(rows: rows))
    case .bundle(let bundle): .bundle(try bundle.selecting(rows: rows, work: work))
    case .scalar, .audio, .model, .figure, .report, .answer: nil
    }
  }
}

extension Bundle {
  /// The chosen rows of all slots; sound and logs keep their own rows.
  fileprivate func selecting(rows: [Int], work: Work) throws(Cancelled) -> Bundle {
    var chosen: [Slot] = []
    for slot in slots {
      let content: SlotContent =
        switch slot.content {
        case .frame(let frame):
          .frame(try frame.selecting(rows: rows, work: work).with(index: index.selecting(rows)))
        case .embedding(let embedding):
          .embedding(
            Embedding(
              index: index.selecting(rows), matrix: embedding.matrix.selecting(rows: rows),
              features: embedding.features, blocks: embedding.blocks,
              voices: embedding.voices?.selecting(rows)))
        case .scores(let scores): .scores(scores.selecting(rows: rows).with(index: index.selecting(rows)))
        case .audio, .log: slot.content
        }
      chosen.append(
        Slot(
          name: slot.name, content: content, presence: slot.presence?.selecting(rows),
          staleness: slot.staleness.map { staleness in rows.map { staleness[$0] } }))
    }
    return Bundle(index: index.selecting(rows), slots: chosen)
  }
}

extension Frame {
  package func selecting(rows: [Int], work: Work) throws(Cancelled) -> Frame {
    let columns = columns
    let index = index
    let picked = try work.map(columns.count, stage: "select") { columns[$0].selecting(rows) }
    return Frame(index: index.selecting(rows), columns: picked)
  }
}

extension Index {
  /// The chosen rows; those known by number alone keep it as their identifier.
  package func naming(_ rows: [Int]) -> Index {
    let chosen = selecting(rows)
    guard case .row = address else { return chosen }
    return Index(
      .sample(TextColumn(rows.lazy.map { String($0) })), extent: chosen.extent, segments: chosen.segments,
      splits: chosen.splits)
  }
}

extension Scores {
  package func selecting(rows: [Int]) -> Scores {
    Scores(
      index: index.naming(rows), values: rows.map { values[$0] }, method: method,
      presence: presence?.selecting(rows), fitted: fitted?.selecting(rows),
      probability: probability.map { probability in rows.map { probability[$0] } },
      contributions: contributions.map {
        Contributions(
          matrix: $0.matrix.selecting(rows: rows), features: $0.features, blocks: $0.blocks,
          meaning: $0.meaning)
      }, voices: voices?.selecting(rows))
  }
}

extension Alarms {
  /// Alarms of the chosen rows, which ascend. What is left of an alarm stays one alarm.
  package func selecting(rows: [Int]) -> Alarms {
    let chosen = scores.selecting(rows: rows)
    var segments: [AlarmSegment] = []
    var next = 0
    for segment in self.segments {
      while next < rows.count, rows[next] < segment.rows.lowerBound { next += 1 }
      let start = next
      while next < rows.count, rows[next] < segment.rows.upperBound { next += 1 }
      let left = start..<next
      guard let peak = left.max(by: { chosen.values[$0] < chosen.values[$1] }) else { continue }
      segments.append(AlarmSegment(rows: left, peak: peak))
    }
    // One threshold a run; runs without a chosen row are gone.
    var thresholds: [Double] = []
    var place = 0
    for (threshold, run) in zip(self.thresholds, scores.index.runs) {
      let start = place
      while place < rows.count, run.rows.contains(rows[place]) { place += 1 }
      if place > start { thresholds.append(threshold) }
    }
    return Alarms(
      scores: chosen, thresholds: thresholds.isEmpty ? Array(self.thresholds.prefix(1)) : thresholds,
      levels: levels.map { levels in rows.map { levels[$0] } }, flags: flags.selecting(rows),
      segments: segments, rule: rule, isLearnedElsewhere: isLearnedElsewhere)
  }
}

extension Value {
  /// The rows with their cells as columns, for the kinds that have such: what expressions are asked over.
  package var cellFrame: Frame? {
    switch self {
    case .table(let frame), .series(let frame): frame
    case .log(let log): log.frame
    case .scores(let scores): scores.cellFrame
    case .alarms(let alarms):
      Frame(
        index: alarms.scores.index,
        columns: alarms.scores.cellFrame.columns + [
          Column("alarm", .bool(alarms.scores.values.indices.map { alarms.flags[$0] }))
        ])
    case .embedding(let embedding):
      Frame(
        index: embedding.index,
        columns: embedding.features.enumerated().map { place, name in
          Column(numbers: embedding.matrix.column(place), name: name)
        })
    case .images(let images), .video(let images): images.frame
    case .cloud(let cloud): cloud.points
    case .text(let documents): documents.frame
    case .events(let events): events.frame
    case .graph(let graph): graph.nodes
    case .scalar, .audio, .bundle, .tokens, .map, .model, .figure, .report, .answer: nil
    }
  }
}

extension Scores {
  /// The scores, missing where a row was not scored, the probabilities if there are any, and of what was fused the
  /// conflict, what each modality adds and whether it was there.
  fileprivate var cellFrame: Frame {
    let numbers = presence.map { present in values.indices.map { present[$0] ? values[$0] : .nan } } ?? values
    var columns = [Column(numbers: numbers, name: "score")]
    if let probability { columns.append(Column(numbers: probability, name: "probability")) }
    return Frame(index: index, columns: columns + voiceColumns)
  }
}

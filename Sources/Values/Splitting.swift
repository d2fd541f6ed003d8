package import Chronology

/// How the rows of each segment are divided: from its start on, first those for fitting, then those for calibration.
package struct Splitting: Sendable, Equatable {
  package enum Amount: Sendable, Equatable {
    case rows(Int)
    case share(Double)
    /// Rows before this moment, wherever the segment begins.
    case until(Instant)
  }

  package var fit: Amount
  package var calibrate: Amount?

  package init(fit: Amount, calibrate: Amount? = nil) {
    self.fit = fit
    self.calibrate = calibrate
  }

  /// One a row; what is left over is for testing. nil if a moment is asked of rows without times.
  package func splits(of index: Index) -> [Split]? {
    var splits = [Split](repeating: .test, count: index.count)
    for run in index.runs {
      guard let fitEnd = end(of: fit, from: run.rows.lowerBound, in: run.rows, of: index) else { return nil }
      for row in run.rows.lowerBound..<fitEnd { splits[row] = .fit }
      guard let calibrate else { continue }
      guard let end = end(of: calibrate, from: fitEnd, in: run.rows, of: index) else { return nil }
      for row in fitEnd..<end { splits[row] = .calibrate }
    }
    return splits
  }

  /// A share is one of the whole segment.
  private func end(of amount: Amount, from start: Int, in rows: Range<Int>, of index: Index) -> Int? {
    switch amount {
    case .rows(let count): return min(rows.upperBound, start + count)
    case .share(let share): return min(rows.upperBound, start + Int((share * Double(rows.count)).rounded()))
    case .until(let moment):
      guard let axis = index.time else { return nil }
      return rows[start...].first { axis[$0] >= moment } ?? rows.upperBound
    }
  }
}

extension Value {
  /// The same value whose rows are divided as given; nil for kinds without rows.
  package func with(splits: [Split]) -> Value? { with { $0.splits = splits } }

  /// The same value whose rows, in the same order, belong together as given; nil for kinds without rows.
  package func with(segments: [Segment]) -> Value? { with { $0.segments = segments } }

  private func with(_ change: (inout Index) -> Void) -> Value? {
    func divided(_ index: Index) -> Index {
      var index = index
      change(&index)
      return index
    }
    switch self {
    case .table(let frame): return .table(frame.with(index: divided(frame.index)))
    case .series(let frame): return .series(frame.with(index: divided(frame.index)))
    case .log(let log):
      return .log(
        Log(
          frame: log.frame.with(index: divided(log.frame.index)), templates: log.templates,
          templateOfRow: log.templateOfRow))
    case .embedding(let embedding):
      return .embedding(embedding.with(index: divided(embedding.index)))
    case .images(let images): return .images(images.with(index: divided(images.index)))
    case .video(let images): return .video(images.with(index: divided(images.index)))
    case .cloud(let cloud): return .cloud(cloud.with(index: divided(cloud.points.index)))
    case .text(let documents):
      let frame = documents.frame
      return .text(documents.with(frame: frame.with(index: divided(frame.index))))
    case .events(let events):
      let frame = events.frame
      return .events(events.with(frame: frame.with(index: divided(frame.index))))
    case .graph(let graph): return .graph(graph.with(index: divided(graph.nodes.index)))
    case .tokens(let tokens): return .tokens(tokens.with(index: divided(tokens.index)))
    case .map(let map): return .map(map.with(index: divided(map.index)))
    case .scores(let scores): return .scores(scores.with(index: divided(scores.index)))
    case .bundle(let bundle): return .bundle(bundle.with(index: divided(bundle.index)))
    case .scalar, .audio, .alarms, .model, .figure, .report, .answer: return nil
    }
  }
}

extension Embedding {
  package func with(index: Index) -> Embedding {
    Embedding(index: index, matrix: matrix, features: features, blocks: blocks, voices: voices)
  }
}

extension Scores {
  package func with(index: Index) -> Scores {
    Scores(
      index: index, values: values, method: method, presence: presence, fitted: fitted,
      probability: probability,
      contributions: contributions, maker: maker, voices: voices)
  }
}

extension Bundle {
  /// The same slots, also those with rows of their own, on an index of equal length.
  package func with(index: Index) -> Bundle {
    let slots = slots.map { slot in
      let content: SlotContent =
        switch slot.content {
        case .frame(let frame): .frame(frame.with(index: index))
        case .embedding(let embedding): .embedding(embedding.with(index: index))
        case .scores(let scores): .scores(scores.with(index: index))
        case .audio, .log: slot.content
        }
      return Slot(name: slot.name, content: content, presence: slot.presence, staleness: slot.staleness)
    }
    return Bundle(index: index, slots: slots)
  }
}

package import Chronology
package import Numerics

/// Sampled sound, one array a channel, full scale 1.
package struct Audio: Sendable, Equatable {
  package let sampleRate: Double
  package let channels: [[Float]]
  /// When the first sample was taken, if known.
  package var start: Instant?
  package var splits: [Split]?

  package init(sampleRate: Double, channels: [[Float]], start: Instant? = nil) {
    self.sampleRate = sampleRate
    self.channels = channels
    self.start = start
  }

  package var frameCount: Int { channels.first?.count ?? 0 }
  package var length: TimeSpan { TimeSpan(seconds: Double(frameCount) / sampleRate) }
}

/// Events in time. The columns `level`, `message` and the fields of the pattern live in `frame`.
package struct Log: Sendable, Equatable {
  /// Addressed by time (listed, file order).
  package let frame: Frame
  /// Event kinds: the message with its numbers and identifiers masked.
  package let templates: [String]
  /// One a row, into `templates`.
  package let templateOfRow: [Int32]

  package init(frame: Frame, templates: [String], templateOfRow: [Int32]) {
    self.frame = frame
    self.templates = templates
    self.templateOfRow = templateOfRow
  }
}

/// What a slot of a bundle holds.
package enum SlotContent: Sendable, Equatable {
  /// One row a row of the bundle.
  case frame(Frame)
  case embedding(Embedding)
  case scores(Scores)
  /// Kept at its own rate; the bundle's rows name the spans of it that they mean.
  case audio(Audio)
  case log(Log)
}

/// One modality of a bundle.
package struct Slot: Sendable, Equatable {
  package let name: String
  package let content: SlotContent
  /// Set bits: the modality has something to say about that row; nil means every row.
  package let presence: Mask?
  /// Seconds since the value was really measured, one a row; nil means never stale.
  package let staleness: [Float]?

  package init(name: String, content: SlotContent, presence: Mask? = nil, staleness: [Float]? = nil) {
    self.name = name
    self.content = content
    self.presence = presence.flatMap { $0.isFull ? nil : $0 }
    self.staleness = staleness
  }
}

/// Modalities joined on one index.
package struct Bundle: Sendable, Equatable {
  package let index: Index
  package let slots: [Slot]

  package init(index: Index, slots: [Slot]) {
    self.index = index
    self.slots = slots
  }

  package func slot(_ name: String) -> Slot? { slots.first { $0.name == name } }
}

/// A stretch of an embedding's columns that comes from one modality.
package struct Block: Sendable, Equatable, Codable {
  package let name: String
  package let columns: Range<Int>

  package init(name: String, columns: Range<Int>) {
    self.name = name
    self.columns = columns
  }
}

/// One vector a row. Rows of an absent modality hold NaN in that modality's block.
package struct Embedding: Sendable, Equatable {
  package let index: Index
  package let matrix: Matrix
  /// One a column, such as `Temperature.mean` or `mfcc3`.
  package let features: [String]
  /// Which columns come from which modality, in order, covering all columns.
  package let blocks: [Block]
  /// Who was there and what each weighs, if several modalities were fused.
  package let voices: Voices?
  /// Who can join the modalities again; no part of what it is.
  package let rejoining: Rejoining?

  package init(
    index: Index, matrix: Matrix, features: [String], blocks: [Block], voices: Voices? = nil,
    rejoining: Rejoining? = nil
  ) {
    precondition(matrix.rows == index.count && matrix.columns == features.count, "the embedding does not fit")
    self.index = index
    self.matrix = matrix
    self.features = features
    self.blocks = blocks
    self.voices = voices
    self.rejoining = rejoining
  }
}

/// How much each feature (and so each modality) adds to each score.
package struct Contributions: Sendable, Equatable {
  /// One row a scored row, one column a feature; larger means more responsible; the unit is the method's.
  package let matrix: Matrix
  package let features: [String]
  package let blocks: [Block]
  /// What the numbers are, for the reader: "share of T2 + Q", "absolute z".
  package let meaning: String

  package init(matrix: Matrix, features: [String], blocks: [Block], meaning: String) {
    self.matrix = matrix
    self.features = features
    self.blocks = blocks
    self.meaning = meaning
  }
}

/// One finite number a row; higher is more anomalous.
package struct Scores: Sendable, Equatable {
  package let index: Index
  package let values: [Double]
  /// What made them: `iforest`, `fuse mean`.
  package let method: String
  /// Cleared bits were not scored (no modality present, or the stream was warming up); nil means every row was.
  package let presence: Mask?
  /// Rows that the model was fitted on; metrics leave them out.
  package let fitted: Mask?
  package let probability: [Double]?
  package let contributions: Contributions?
  /// What made them, to be asked why; no part of what they are.
  package let maker: ScoreMaker?
  /// Who was there and whether they contradict each other, if several modalities were fused.
  package let voices: Voices?
  /// Who can fuse the modalities again; no part of what they are.
  package let refusion: Refusion?

  package init(
    index: Index, values: [Double], method: String, presence: Mask? = nil, fitted: Mask? = nil,
    probability: [Double]? = nil, contributions: Contributions? = nil, maker: ScoreMaker? = nil,
    voices: Voices? = nil, refusion: Refusion? = nil
  ) {
    precondition(values.count == index.count, "one score a row")
    precondition(values.allSatisfy(\.isFinite), "scores are finite")
    self.index = index
    self.values = values
    self.method = method
    self.presence = presence.flatMap { $0.isFull ? nil : $0 }
    self.fitted = fitted.flatMap { $0.isEmpty ? nil : $0 }
    self.probability = probability
    self.contributions = contributions
    self.maker = maker
    self.voices = voices
    self.refusion = refusion
  }

  /// The same scores with what fusing knows beside them.
  package func with(voices: Voices?, refusion: Refusion? = nil) -> Scores {
    Scores(
      index: index, values: values, method: method, presence: presence, fitted: fitted,
      probability: probability, contributions: contributions, maker: maker, voices: voices,
      refusion: refusion)
  }

  /// The same scores, which know what was scored.
  package func scoring(_ value: Value) -> Scores {
    guard let maker else { return self }
    return Scores(
      index: index, values: values, method: method, presence: presence, fitted: fitted,
      probability: probability, contributions: contributions,
      maker: ScoreMaker(maker.model, knowsTraining: maker.knowsTraining, scored: value), voices: voices,
      refusion: refusion)
  }

  package func isScored(_ row: Int) -> Bool { presence?[row] ?? true }
}

/// The model behind scores.
///
/// All makers are equal: scores that agree in every number are the same scores.
package struct ScoreMaker: Sendable, Equatable {
  package let model: any StoredModel
  /// Whether the model was fitted on rows of the very value that was scored.
  package let knowsTraining: Bool
  /// What was scored, if it is known: a list, since a value may hold scores itself.
  private let kept: [Value]

  package init(_ model: any StoredModel, knowsTraining: Bool, scored: Value? = nil) {
    self.model = model
    self.knowsTraining = knowsTraining
    kept = scored.map { [$0] } ?? []
  }

  package var scored: Value? { kept.first }

  package static func == (one: ScoreMaker, other: ScoreMaker) -> Bool { true }
}

/// A run of alarmed rows.
package struct AlarmSegment: Sendable, Equatable {
  package let rows: Range<Int>
  /// The row with the highest score.
  package let peak: Int

  package init(rows: Range<Int>, peak: Int) {
    self.rows = rows
    self.peak = peak
  }
}

/// Decisions: which rows are alarmed, by which threshold.
package struct Alarms: Sendable, Equatable {
  package let scores: Scores
  /// One a run of the index (one model a file has one threshold a file); a score above it is an alarm.
  package let thresholds: [Double]
  /// One a row where the threshold is not the same for all rows of a run; NaN where nothing is decided.
  package let levels: [Double]?
  package let flags: Mask
  package let segments: [AlarmSegment]
  /// How the threshold came to be, for the reader: "pot, risk 0.001, fitted on 800 calibrate rows".
  package let rule: String
  /// Whether the thresholds were learned from other scores than these.
  package let isLearnedElsewhere: Bool

  package init(
    scores: Scores, thresholds: [Double], levels: [Double]? = nil, flags: Mask, segments: [AlarmSegment],
    rule: String, isLearnedElsewhere: Bool = false
  ) {
    precondition(levels.map { $0.count == scores.index.count } ?? true, "one level a row")
    self.scores = scores
    self.thresholds = thresholds
    self.levels = levels
    self.flags = flags
    self.segments = segments
    self.rule = rule
    self.isLearnedElsewhere = isLearnedElsewhere
  }

  /// The same decisions, as far as these alarms and rows tell them.
  package func with(segments: [AlarmSegment], flags: Mask? = nil, rule: String? = nil) -> Alarms {
    Alarms(
      scores: scores, thresholds: thresholds, levels: levels, flags: flags ?? self.flags, segments: segments,
      rule: rule ?? self.rule, isLearnedElsewhere: isLearnedElsewhere)
  }

  /// What a row's score must exceed; nil where nothing is decided.
  package func threshold(at row: Int) -> Double? {
    if let levels { return levels[row].isNaN ? nil : levels[row] }
    let run = scores.index.runs.firstIndex { $0.rows.contains(row) }
    return run.flatMap { thresholds.indices.contains($0) ? thresholds[$0] : nil }
  }

  /// All that differ, in ascending order.
  package var distinctThresholds: [Double] { Set((levels ?? thresholds).filter { !$0.isNaN }).sorted() }
}

/// One number of a report.
package struct Metric: Sendable, Equatable {
  package let name: String
  package let value: Double
  /// Why the number should be read with care, or what it means; "" if it speaks for itself.
  package let note: String

  package init(_ name: String, _ value: Double, note: String = "") {
    self.name = name
    self.value = value
    self.note = note
  }
}

/// Results for a reader: metrics, a table, further tables with titles, remarks.
package struct Report: Sendable, Equatable {
  package struct Further: Sendable, Equatable {
    package let title: String
    package let table: Frame

    package init(title: String, table: Frame) {
      self.title = title
      self.table = table
    }
  }

  package let title: String
  package let metrics: [Metric]
  package let table: Frame?
  package let further: [Further]
  package let remarks: [String]

  package init(
    title: String, metrics: [Metric] = [], table: Frame? = nil, further: [Further] = [],
    remarks: [String] = []
  ) {
    self.title = title
    self.metrics = metrics
    self.table = table
    self.further = further
    self.remarks = remarks
  }
}

/// Words, from `note`, `help` or the agent.
package struct Answer: Sendable, Equatable {
  package let text: String
  package init(_ text: String) { self.text = text }
}

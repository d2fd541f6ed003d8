import Chronology
import Numerics
import Values

extension Alignment.Part {
  var index: Index? {
    switch content {
    case .frame(let frame): frame.index
    case .embedding(let embedding): embedding.index
    case .scores(let scores): scores.index
    case .log(let log): log.frame.index
    case .audio: nil
    }
  }

  var sampleIds: TextColumn? {
    if case .sample(let ids) = index?.address { ids } else { nil }
  }

  /// Rows whose identifier an earlier row has: of these only the first joins.
  package var repeatedIdentifiers: Int {
    guard let ids = sampleIds else { return 0 }
    return ids.count - Set((0..<ids.count).map { ids[$0] }).count
  }

  /// From the first to the last moment.
  func range() throws(FusionError) -> ClosedRange<Instant> {
    if case .audio(let audio) = content {
      guard let start = audio.start else { throw .noStart(name: name) }
      if audio.frameCount == 0 { throw .noRows(name: name) }
      return start...start + TimeSpan(nanoseconds: max(0, audio.length.nanoseconds - 1))
    }
    guard let index, let axis = index.time else { throw .noAddress(name: name) }
    guard let range = TimedRows(0..<index.count, of: axis).range else { throw .noRows(name: name) }
    return range
  }

  /// The rows as columns of numbers, absent ones as missing cells.
  var asFrame: Frame {
    switch content {
    case .frame(let frame): return frame
    case .log(let log): return log.frame
    case .audio: return Frame(index: .rows(0), columns: [])
    case .embedding(let embedding):
      return Frame(
        index: embedding.index,
        columns: embedding.features.enumerated().map { place, feature in
          Column(numbers: embedding.matrix.column(place), name: feature)
        })
    case .scores(let scores):
      let values = scores.values.indices.map { scores.isScored($0) ? scores.values[$0] : .nan }
      return Frame(index: scores.index, columns: [Column(numbers: values, name: "score")])
    }
  }

  /// The joined rows in the kind that the part had before.
  func slot(from frame: Frame, presence: Mask, staleness: [Float]?) -> Slot {
    let content: SlotContent
    switch self.content {
    case .embedding(let embedding):
      let numbers = frame.columns.map { $0.numbers ?? [] }
      let matrix = Concatenation.matrix(of: numbers, rows: frame.rowCount)
      content = .embedding(
        Embedding(
          index: frame.index, matrix: matrix, features: embedding.features, blocks: embedding.blocks))
    case .scores(let scores):
      let numbers = frame.columns.first?.numbers ?? []
      content = .scores(
        Scores(
          index: frame.index, values: numbers.map { $0.isNaN ? 0 : $0 }, method: scores.method,
          presence: presence))
    case .frame, .audio, .log: content = .frame(frame)
    }
    let isNeverStale = staleness?.allSatisfy { $0 == 0 } ?? true
    return Slot(
      name: name, content: content, presence: presence, staleness: isNeverStale ? nil : staleness)
  }
}

extension Frame {
  /// Rows in which at least one feature has a value.
  var presence: Mask {
    var mask = Mask(count: rowCount)
    let features = columns.filter { $0.role == .feature }
    for row in 0..<rowCount where features.contains(where: { !$0.isNull(row) }) { mask[row] = true }
    return mask
  }
}

/// The stretches of time that the rows of a bundle mean.
struct RowSpans {
  /// Nanoseconds since 1970.
  let starts: [Int64]
  let length: Int64

  init(_ index: Index) {
    starts = index.time.map { axis in (0..<index.count).map { axis[$0].nanoseconds } } ?? []
    length = index.extent?.nanoseconds ?? 0
  }

  /// Rows whose span was recorded from end to end and is not digital silence.
  func presence(of audio: Audio) -> Mask {
    var mask = Mask(count: starts.count)
    guard let begin = audio.start else { return mask }
    let perNanosecond = audio.sampleRate / 1e9
    for (row, start) in starts.enumerated() {
      let first = Int((Double(start - begin.nanoseconds) * perNanosecond).rounded())
      let last = max(first + 1, Int((Double(start + length - begin.nanoseconds) * perNanosecond).rounded()))
      guard first >= 0, last <= audio.frameCount else { continue }
      mask[row] = audio.channels.contains { channel in channel[first..<last].contains { $0 != 0 } }
    }
    return mask
  }

  /// Rows between the first and the last event, and within `silence` of an event before if that is given.
  func presence(of events: Index, silence: TimeSpan?) -> Mask {
    var mask = Mask(count: starts.count)
    guard let axis = events.time else { return mask }
    let timed = TimedRows(0..<events.count, of: axis)
    guard let first = timed.times.first, let last = timed.times.last else { return mask }
    let ends = starts.map { $0 + max(0, length - 1) }
    for (row, position) in timed.lastPositions(at: ends).enumerated() {
      guard ends[row] >= first, starts[row] <= last, let position else { continue }
      mask[row] = silence.map { ends[row] - timed.times[position] <= $0.nanoseconds } ?? true
    }
    return mask
  }
}

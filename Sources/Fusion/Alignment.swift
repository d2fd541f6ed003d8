package import Chronology
package import Numerics
package import Values

/// Joins modalities on one index, and keeps for every row which of them speak and how old their word is.
///
/// Never joins by position. On the clock, values come onto equal steps (`every`) or onto the moments of one of them
/// (`rows`: the last row at or before each moment, at most `tolerance` old). Samples join by identifier.
/// Sound and logs stay at their own rate; the rows of the bundle name the spans of it that they mean. Events whose kinds are named
/// are counted on the rows instead.
///
/// A modality is present in a row if at least one of its features has a value there after filling; sound if the
/// row's whole span was recorded and is not digital silence, which no microphone gives; a log between its
/// first and its last event, and within `silence` of an event if that is given.
///
/// - Output: a bundle. Absent rows hold missing cells, never zeros.
/// - Complexity: O(*n* log *n*) a column.
package struct Alignment: Sendable, Equatable {
  /// The rows of the bundle.
  package enum Target: Sendable, Equatable {
    case every(TimeSpan)
    case rows(of: Index)
  }

  /// Which stretch of time the rows cover.
  package enum Cover: String, Sendable, CaseIterable {
    /// Where at least one value has something.
    case union
    /// Where all values have something.
    case overlap
  }

  /// Which row joins as of a moment.
  package enum Direction: String, Sendable, CaseIterable {
    /// The last one at or before it.
    case backward
    /// The first one at or after it.
    case forward
    /// The nearer of both; the earlier one of equals.
    case nearest
  }

  package struct Part: Sendable, Equatable {
    package let name: String
    package let content: SlotContent
    /// For events that are to be counted on the rows: the names of their kinds.
    package let kinds: [String]?

    package init(_ name: String, _ content: SlotContent, kinds: [String]? = nil) {
      self.name = name
      self.content = content
      self.kinds = kinds
    }
  }

  package var target: Target
  package var aggregate: Aggregate
  package var fill: Fill
  package var cover: Cover
  /// How far a row may be that joins as of a moment.
  package var tolerance: TimeSpan
  package var direction: Direction
  /// A log without an event for longer is absent; nil trusts its silence.
  package var silence: TimeSpan?

  package init(
    target: Target, aggregate: Aggregate = .mean, fill: Fill = .none, cover: Cover = .union,
    tolerance: TimeSpan = TimeSpan(seconds: 1), direction: Direction = .backward, silence: TimeSpan? = nil
  ) {
    self.target = target
    self.aggregate = aggregate
    self.fill = fill
    self.cover = cover
    self.tolerance = tolerance
    self.direction = direction
    self.silence = silence
  }

  package func align(_ parts: [Part], work: Work) throws(FusionError) -> Bundle {
    guard let first = parts.first else { throw .nothingToFuse }
    let samples = parts.filter { $0.sampleIds != nil }
    if samples.count == parts.count { return joinBySample(parts) }
    if let sample = samples.first {
      let timed = parts.first { $0.sampleIds == nil } ?? first
      throw .mixedAddresses(sample.name, timed.name)
    }
    switch target {
    case .every(let step): return try align(parts, every: step, work: work)
    case .rows(let index): return try join(parts, asOf: index, work: work)
    }
  }
}

// MARK: - Equal steps

extension Alignment {
  private func align(_ parts: [Part], every step: TimeSpan, work: Work) throws(FusionError) -> Bundle {
    let grid = try Grid(step: step, ranges: ranges(of: parts))
    let resampling = Resampling(every: step, aggregate: aggregate, fill: fill)
    var index = grid.index
    index.splits = parts.lazy.compactMap { $0.index?.splits == nil ? nil : $0.index }.first.flatMap {
      Resampling.splits(of: $0, on: grid)
    }
    var slots: [Slot] = []
    for part in parts {
      switch part.content {
      case .log(let log) where part.kinds != nil:
        slots.append(try counted(log, kinds: part.kinds ?? [], name: part.name, onto: index))
      case .audio, .log: slots.append(unjoined(part, index: index))
      case .frame, .embedding, .scores:
        let frame = part.asFrame.meeting(grid.runs.map(\.name))
        let brought = try resampling.bring(frame, onto: grid, work: work)
        slots.append(
          part.slot(
            from: brought.frame.with(index: index), presence: brought.presence, staleness: brought.staleness))
      }
    }
    return Bundle(index: index, slots: slots)
  }

  /// The runs of the first value that has runs, and of those that share names with it, each where one of them has rows
  /// (or all); otherwise one stretch.
  private func ranges(
    of parts: [Part]
  ) throws(FusionError) -> [(name: String, range: ClosedRange<Instant>)] {
    var runs: [(name: String, range: ClosedRange<Instant>, count: Int)] = []
    var places: [String: Int] = [:]
    var segmented = 0
    for part in parts {
      guard let index = part.index, !index.segments.isEmpty else { continue }
      if !runs.isEmpty, index.segments.allSatisfy({ places[$0.name] == nil }) { continue }
      segmented += 1
      for (name, range) in try Resampling.ranges(of: index, name: part.name) {
        guard let place = places[name] else {
          places[name] = runs.count
          runs.append((name, range, 1))
          continue
        }
        runs[place].range = try joined(runs[place].range, range, name: name, part.name)
        runs[place].count += 1
      }
    }
    if cover == .overlap { runs.removeAll { $0.count < segmented } }
    if segmented > 0 {
      if runs.isEmpty { throw .noRows(name: parts.first?.name ?? "") }
      return runs.map { ($0.name, $0.range) }
    }
    var whole: [(name: String, range: ClosedRange<Instant>)] = []
    for part in parts { whole.append((part.name, try part.range())) }
    guard let earliest = whole.min(by: { $0.range.upperBound < $1.range.upperBound }),
      let latest = whole.max(by: { $0.range.lowerBound < $1.range.lowerBound })
    else { throw .nothingToFuse }
    if earliest.range.upperBound < latest.range.lowerBound {
      throw .noOverlap(earliest.name, earliest.range, latest.name, latest.range)
    }
    switch cover {
    case .overlap: return [("", latest.range.lowerBound...earliest.range.upperBound)]
    case .union:
      let start = whole.map(\.range.lowerBound).min() ?? latest.range.lowerBound
      let end = whole.map(\.range.upperBound).max() ?? earliest.range.upperBound
      return [("", start...end)]
    }
  }

  private func joined(
    _ one: ClosedRange<Instant>, _ other: ClosedRange<Instant>, name: String, _ part: String
  ) throws(FusionError) -> ClosedRange<Instant> {
    let lows = [one.lowerBound, other.lowerBound]
    let highs = [one.upperBound, other.upperBound]
    let (low, high) = cover == .union ? (lows.min(), highs.max()) : (lows.max(), highs.min())
    guard let low, let high, low <= high else { throw .noOverlap(name, one, part, other) }
    return low...high
  }

  private func unjoined(_ part: Part, index: Index) -> Slot {
    let spans = RowSpans(index)
    return switch part.content {
    case .audio(let audio):
      Slot(name: part.name, content: part.content, presence: spans.presence(of: audio))
    case .log(let log):
      Slot(
        name: part.name, content: part.content,
        presence: spans.presence(of: log.frame.index, silence: silence))
    case .frame, .embedding, .scores: Slot(name: part.name, content: part.content)
    }
  }
}

// MARK: - As of moments

extension Alignment {
  private func join(_ parts: [Part], asOf target: Index, work: Work) throws(FusionError) -> Bundle {
    guard let axis = target.time else { throw .noAddress(name: "to") }
    if target.count == 0 { throw .noRows(name: "to") }
    var slots: [Slot] = []
    for part in parts {
      try orCancelled { () throws(Cancelled) in try work.check() }
      switch part.content {
      case .log(let log) where part.kinds != nil:
        slots.append(try counted(log, kinds: part.kinds ?? [], name: part.name, onto: target))
      case .audio, .log: slots.append(unjoined(part, index: target))
      case .frame, .embedding, .scores:
        let frame = part.asFrame.meeting(target.segments.map(\.name))
        guard frame.index.time != nil else { throw .noAddress(name: part.name) }
        var sources: [Int?] = []
        var staleness: [Float] = []
        for run in target.runs {
          guard let timed = TimedRows(run: run.name, of: frame.index) else { continue }
          let moments = run.rows.map { axis[$0].nanoseconds }
          for (moment, position) in zip(moments, timed.lastPositions(at: moments)) {
            let found = place(of: moment, last: position, in: timed)
            sources.append(found.map { timed.rows[$0] })
            staleness.append(found.map { Float(Double(abs(moment - timed.times[$0])) / 1e9) } ?? .infinity)
          }
        }
        let joined = Frame(index: target, columns: frame.columns.map { $0.gathering(sources) })
        let presence = joined.presence
        for row in staleness.indices where !presence[row] { staleness[row] = .infinity }
        slots.append(part.slot(from: joined, presence: presence, staleness: staleness))
      }
    }
    return Bundle(index: target, slots: slots)
  }

  /// The position of the row that joins, given the last one at or before the moment.
  private func place(of moment: Int64, last: Int?, in timed: TimedRows) -> Int? {
    func distance(_ position: Int) -> Int64 { abs(moment - timed.times[position]) }
    let isExact = last.map { timed.times[$0] == moment } ?? false
    let next = isExact ? last : (last.map { $0 + 1 } ?? 0)
    let after = next.flatMap { $0 < timed.times.count ? $0 : nil }
    let chosen =
      switch direction {
      case .backward: last
      case .forward: after
      case .nearest: [last, after].compactMap(\.self).min { distance($0) < distance($1) }
      }
    return chosen.flatMap { distance($0) <= tolerance.nanoseconds ? $0 : nil }
  }
}

extension Frame {
  /// Without its segments if none of them has such a name: then all rows join every one of them.
  fileprivate func meeting(_ names: [String]) -> Frame {
    let wanted = Set(names)
    if index.segments.contains(where: { wanted.contains($0.name) }) { return self }
    var index = index
    index.segments = []
    return with(index: index)
  }
}

// MARK: - Samples

extension Alignment {
  /// One row an identifier, in the order of first appearance; a repeated identifier keeps its first row.
  private func joinBySample(_ parts: [Part]) -> Bundle {
    var order: [String] = []
    var places: [[String: Int]] = []
    var seen: Set<String> = []
    for part in parts {
      var rows: [String: Int] = [:]
      if let ids = part.sampleIds {
        for row in 0..<ids.count {
          let id = ids[row]
          if rows[id] == nil { rows[id] = row }
          if seen.insert(id).inserted { order.append(id) }
        }
      }
      places.append(rows)
    }
    if cover == .overlap { order.removeAll { id in !places.allSatisfy { $0[id] != nil } } }
    var index = Index(.sample(TextColumn(order)))
    if let source = parts.indices.first(where: { parts[$0].index?.splits != nil }),
      let splits = parts[source].index?.splits
    {
      index.splits = order.map { id in places[source][id].map { splits[$0] } ?? .test }
    }
    let slots = zip(parts, places).map { part, rows in
      let frame = part.asFrame
      let joined = Frame(
        index: index, columns: frame.columns.map { column in column.gathering(order.map { rows[$0] }) })
      return part.slot(from: joined, presence: joined.presence, staleness: nil)
    }
    return Bundle(index: index, slots: slots)
  }
}

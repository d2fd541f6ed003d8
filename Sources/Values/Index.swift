package import Chronology

/// The moments of the rows: regular (start and step) or listed.
package enum TimeAxis: Sendable, Equatable {
  case regular(start: Instant, step: TimeSpan, count: Int)
  /// Nanoseconds since 1970, in row order; not necessarily sorted.
  case listed([Int64])

  package var count: Int {
    switch self {
    case .regular(_, _, let count): count
    case .listed(let times): times.count
    }
  }

  package subscript(row: Int) -> Instant {
    switch self {
    case .regular(let start, let step, _):
      Instant(nanoseconds: start.nanoseconds &+ step.nanoseconds &* Int64(row))
    case .listed(let times): Instant(nanoseconds: times[row])
    }
  }

  package var isSorted: Bool {
    switch self {
    case .regular(_, let step, _): step.nanoseconds >= 0
    case .listed(let times): zip(times, times.dropFirst()).allSatisfy { $0 <= $1 }
    }
  }
}

/// What a row's address is made of.
package enum Address: Sendable, Equatable {
  /// Rows known by their number alone.
  case row(count: Int)
  case time(TimeAxis)
  /// Samples known by an identifier.
  case sample(TextColumn)
}

/// What a row may be used for. Fitting looks at `fit` rows, thresholds at `calibrate` rows, metrics at `test` rows.
package enum Split: UInt8, Sendable, Codable, CaseIterable {
  case fit, calibrate, test

  package var name: String {
    switch self {
    case .fit: "fit"
    case .calibrate: "calibrate"
    case .test: "test"
    }
  }
}

/// A run of rows that belongs together (one file of many); windows and models never cross its border.
package struct Segment: Sendable, Equatable {
  package let name: String
  package let rows: Range<Int>

  package init(name: String, rows: Range<Int>) {
    self.name = name
    self.rows = rows
  }
}

/// The address of every row: the joint at which modalities meet.
package struct Index: Sendable, Equatable {
  package let address: Address
  /// How long a row lasts from its moment on; nil for moments without extent.
  package var extent: TimeSpan?
  /// Covers all rows in order; empty means one segment.
  package var segments: [Segment]
  /// One a row; nil as long as nobody has split the value.
  package var splits: [Split]?

  package init(
    _ address: Address, extent: TimeSpan? = nil, segments: [Segment] = [], splits: [Split]? = nil
  ) {
    self.address = address
    self.extent = extent
    self.segments = segments
    self.splits = splits
  }

  package static func rows(_ count: Int) -> Index { Index(.row(count: count)) }

  package var count: Int {
    switch address {
    case .row(let count): count
    case .time(let axis): axis.count
    case .sample(let ids): ids.count
    }
  }

  package var time: TimeAxis? {
    if case .time(let axis) = address { axis } else { nil }
  }

  /// The segments, or the one that is everything.
  package var runs: [Segment] { segments.isEmpty ? [Segment(name: "", rows: 0..<count)] : segments }

  /// The row's address as people read it.
  package func label(of row: Int) -> String {
    switch address {
    case .row: String(row)
    case .time(let axis): axis[row].description
    case .sample(let ids): ids[row]
    }
  }

  /// What a row belongs to; nil if there is one segment only.
  package func segment(of row: Int) -> Segment? {
    guard segments.count > 1 else { return nil }
    var (low, high) = (0, segments.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if segments[middle].rows.lowerBound <= row { low = middle } else { high = middle - 1 }
    }
    return segments[low]
  }

  /// The row's address for a sentence: times to the millisecond, and of which segment if there are several.
  package func place(of row: Int) -> String {
    let label = time.map { $0[row].short.description } ?? label(of: row)
    return segment(of: row).map { "\(label) in \($0.name)" } ?? label
  }

  /// Rows with the given purpose; all rows if nothing was split.
  package func rows(in split: Split) -> [Int] {
    guard let splits else { return Array(0..<count) }
    return splits.indices.filter { splits[$0] == split }
  }

  /// The chosen rows (ascending), keeping segments and splits.
  package func selecting(_ rows: [Int]) -> Index {
    let address: Address =
      switch self.address {
      case .row: .row(count: rows.count)
      case .time(.regular(let start, let step, _)) where rows.isEmpty || isRun(rows):
        .time(
          .regular(
            start: rows.first.map { start + TimeSpan(nanoseconds: step.nanoseconds &* Int64($0)) } ?? start,
            step: step, count: rows.count))
      case .time(let axis): .time(.listed(rows.map { axis[$0].nanoseconds }))
      case .sample(let ids): .sample(ids.selecting(rows))
      }
    var picked = Index(address, extent: extent)
    picked.splits = splits.map { splits in rows.map { splits[$0] } }
    var start = 0
    for segment in segments {
      var end = start
      while end < rows.count, segment.rows.contains(rows[end]) { end += 1 }
      if end > start { picked.segments.append(Segment(name: segment.name, rows: start..<end)) }
      start = end
    }
    if start != rows.count { picked.segments = [] }
    return picked
  }

  private func isRun(_ rows: [Int]) -> Bool {
    zip(rows, rows.dropFirst()).allSatisfy { $1 == $0 + 1 }
  }
}

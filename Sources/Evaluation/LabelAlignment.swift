package import Chronology
package import Values

/// How labels of one index reached the rows of another.
package enum LabelMatch: Sendable, Equatable {
  /// Both have the same address.
  case sameRows
  /// Each scored row takes the highest label in its span, or else the nearest within `tolerance`.
  case time(tolerance: TimeSpan)
  /// Anomalous is what meets an incident; every other row is normal.
  case incidents
  /// By identifier; a row with several labels takes the highest.
  case sample
}

/// Labels brought to the rows of scores.
package struct AlignedLabels: Sendable, Equatable {
  /// One a scored row; nil where no label is known.
  package let labels: [Bool?]
  package let match: LabelMatch

  package init(labels: [Bool?], match: LabelMatch) {
    self.labels = labels
    self.match = match
  }

  /// The share of rows that have a label.
  package var coverage: Double {
    labels.isEmpty ? 0 : Double(labels.count { $0 != nil }) / Double(labels.count)
  }

  /// Brings `labels`, which live on `source`, to the rows of `target`.
  ///
  /// A row lasts from its moment `t` up to, not including, `t + extent`. A row of `target` is anomalous if any label
  /// row whose span meets its span is. A row that meets none takes the nearest label row within `tolerance`; without
  /// one given, that is the median distance of the label rows. Where both sides have segments of the same names,
  /// rows meet only inside their segment.
  package init(
    of labels: [Bool?], on source: Index, to target: Index, tolerance: TimeSpan? = nil
  ) throws(EvaluationError) {
    precondition(labels.count == source.count, "one label a row")
    if source.address == target.address {
      self.init(labels: labels, match: .sameRows)
      return
    }
    switch (source.address, target.address) {
    case (.row(let labelRows), .row(let scoreRows)):
      throw .rowCountsDiffer(scores: scoreRows, labels: labelRows)
    case (.sample(let ids), .sample(let wanted)):
      var known: [String: Bool] = [:]
      for row in 0..<ids.count {
        if let label = labels[row] { known[ids[row]] = label || known[ids[row]] ?? false }
      }
      self.init(labels: (0..<wanted.count).map { known[wanted[$0]] }, match: .sample)
    case (.time(let times), .time(let moments)):
      let reach = tolerance ?? Self.medianStep(of: times)
      self.init(
        labels: Self.byTime(labels, on: source, at: times, to: target, at: moments, within: reach),
        match: .time(tolerance: reach))
    default:
      throw .noCommonIndex(
        scores: Self.name(of: target.address), labels: Self.name(of: source.address))
    }
  }

  /// Marks the rows whose span meets one of the incidents, given in nanoseconds since 1970.
  package init(of incidents: [Range<Int64>], to target: Index) {
    let length = max(1, target.extent?.nanoseconds ?? 0)
    let sorted = incidents.sorted { $0.lowerBound < $1.lowerBound }
    let labels = (0..<target.count).map { row -> Bool? in
      guard let start = target.time?[row].nanoseconds else { return nil }
      return sorted.contains { $0.overlaps(start..<start + length) }
    }
    self.init(labels: labels, match: .incidents)
  }

  private static func name(of address: Address) -> String {
    switch address {
    case .row: "row numbers"
    case .time: "times"
    case .sample: "sample identifiers"
    }
  }

  private static func medianStep(of times: TimeAxis) -> TimeSpan {
    if case .regular(_, let step, _) = times { return step }
    guard times.count > 1 else { return .zero }
    let sorted = (0..<times.count).map { times[$0].nanoseconds }.sorted()
    let steps = zip(sorted.dropFirst(), sorted).map { $0 &- $1 }.filter { $0 > 0 }.sorted()
    return TimeSpan(nanoseconds: steps.isEmpty ? 0 : steps[steps.count / 2])
  }

  private static func byTime(
    _ labels: [Bool?], on source: Index, at times: TimeAxis, to target: Index, at moments: TimeAxis,
    within reach: TimeSpan
  ) -> [Bool?] {
    let names = Set(source.segments.map(\.name))
    let isSegmented =
      names.count == source.segments.count && !target.segments.isEmpty
      && target.segments.allSatisfy { names.contains($0.name) }
    let runs = isSegmented ? source.segments : [Segment(name: "", rows: 0..<source.count)]
    var lines: [String: LabelLine] = [:]
    for run in runs {
      lines[run.name] = LabelLine(
        run.rows.compactMap { row in labels[row].map { (times[row].nanoseconds, $0) } },
        lasting: source.extent?.nanoseconds ?? 0)
    }
    var found = [Bool?](repeating: nil, count: target.count)
    for run in isSegmented ? target.segments : [Segment(name: "", rows: 0..<target.count)] {
      guard let line = lines[run.name] else { continue }
      for row in run.rows {
        found[row] = line.label(
          from: moments[row].nanoseconds, lasting: target.extent?.nanoseconds ?? 0,
          within: reach.nanoseconds)
      }
    }
    return found
  }
}

/// Known labels in order of time.
private struct LabelLine {
  private let times: [Int64]
  private let labels: [Bool]
  /// How many of the first `i` labels are set.
  private let setBefore: [Int]
  /// Nanoseconds, at least 1.
  private let extent: Int64

  init(_ known: [(time: Int64, label: Bool)], lasting extent: Int64) {
    self.extent = max(1, extent)
    let sorted = known.sorted { $0.time < $1.time }
    times = sorted.map(\.time)
    labels = sorted.map(\.label)
    var setBefore = [0]
    for label in labels { setBefore.append((setBefore.last ?? 0) + (label ? 1 : 0)) }
    self.setBefore = setBefore
  }

  func label(from start: Int64, lasting length: Int64, within reach: Int64) -> Bool? {
    let first = position(atOrAfter: start)
    let firstMet = position(atOrAfter: start &- extent &+ 1)
    let end = position(atOrAfter: start &+ max(1, length))
    if end > firstMet { return setBefore[end] > setBefore[firstMet] }
    let after = first < times.count ? times[first] &- start : .max
    let before = first > 0 ? start &- times[first - 1] : .max
    if min(after, before) > reach { return nil }
    return after <= before ? anySet(at: times[first]) : labels[first - 1]
  }

  /// Several labels of one moment count as one, the highest.
  private func anySet(at time: Int64) -> Bool {
    let end = position(atOrAfter: time &+ 1)
    return setBefore[end] > setBefore[position(atOrAfter: time)]
  }

  private func position(atOrAfter time: Int64) -> Int {
    var low = 0
    var high = times.count
    while low < high {
      let middle = (low + high) / 2
      if times[middle] >= time { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

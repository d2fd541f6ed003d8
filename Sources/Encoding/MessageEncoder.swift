package import Chronology
package import Numerics
package import Values

/// Describes a log at given moments by which messages came, when, and in what order.
///
/// - Input: a log whose events have templates; the rows that ask, on any time index.
/// - Output: `weighted`: counts by template in the trailing window, each times ln((1 + *n*) / (1 + *df*)) + 1, rows of unit length; `elapsed`: seconds
///   since the last event of each template, at most the width; `runs`: counts of the *most* common runs of *length* templates that
///   follow each other in the window, and of all others. What is common is learned from the fit rows, or from all rows if nothing was split.
/// - Complexity: O((*n* + *events*) · *features*).
/// - Source: weights from Lin et al., *Log clustering based problem identification for online service systems*, ICSE-SEIP 2016, section 3.2; runs
///   from Forrest et al., *A sense of self for Unix processes*, IEEE S&P 1996.
/// - Differs: groups by time, not by an identifier in the message.
package struct MessageEncoder: Sendable, Equatable {
  package enum Features: Sendable, Equatable {
    case weighted
    case elapsed
    case runs(length: Int, most: Int)
  }

  package var features: Features
  package var width: TimeSpan

  package init(_ features: Features, width: TimeSpan) {
    self.features = features
    self.width = width
  }

  /// One vector a row of `index`; rows with `presence` cleared are absent.
  package func encode(
    _ log: Log, rows index: Index, presence: Mask? = nil, work: Work
  ) throws(EncodingError) -> Encoded {
    switch features {
    case .weighted:
      let counts = try CountsEncoder(width: width).encode(log, rows: index, presence: presence, work: work)
      return try Self.weighted(counts, fitRows: index.rows(in: .fit), work: work)
    case .elapsed: return try elapsed(log, rows: index, presence: presence, work: work)
    case .runs(let length, let most):
      return try runs(log, length: length, most: most, rows: index, presence: presence, work: work)
    }
  }

  private static func weighted(
    _ counts: Encoded, fitRows: [Int], work: Work
  ) throws(EncodingError) -> Encoded {
    // Without the total, which is no message.
    let width = counts.features.count - 1
    let weights = (0..<width).map { column in
      let frequency = fitRows.count { counts.matrix[$0, column + 1] > 0 }
      return logarithm(Double(1 + fitRows.count) / Double(1 + frequency)) + 1
    }
    return try encodeRows(
      counts.matrix.rows, features: Array(counts.features.dropFirst()), stage: "weighing messages", work: work
    ) { row, vector in
      guard counts.presence[row] else { return false }
      let weighed = zip(counts.matrix.row(row).dropFirst(), weights).map { $0 * $1 }
      let length = weighed.reduce(0) { $0 + $1 * $1 }.squareRoot()
      vector += length > 0 ? weighed.map { $0 / length } : weighed
      return true
    }
  }

  private func elapsed(
    _ log: Log, rows index: Index, presence: Mask?, work: Work
  ) throws(EncodingError) -> Encoded {
    guard let axis = index.time else { throw .noTime }
    let events = try MessageTimes(log)
    // The moments of each template, ascending.
    var moments = [[Int64]](repeating: [], count: log.templates.count)
    for (time, template) in zip(events.times, events.templates) where template >= 0 {
      moments[template].append(time)
    }
    let (known, longest) = (moments, width)
    let reach = index.extent.map { $0.nanoseconds - 1 } ?? 0
    let names = CountsEncoder.names(of: log.templates)
    return try encodeRows(index.count, features: names, stage: "time since", work: work) { row, vector in
      guard presence?[row] ?? true else { return false }
      let end = axis[row].nanoseconds + reach
      for times in known {
        let count = MessageTimes.countAtMost(end, in: times)
        let gap = count > 0 ? min(end - times[count - 1], longest.nanoseconds) : longest.nanoseconds
        vector.append(TimeSpan(nanoseconds: gap).seconds)
      }
      return true
    }
  }

  private func runs(
    _ log: Log, length: Int, most: Int, rows index: Index, presence: Mask?, work: Work
  ) throws(EncodingError) -> Encoded {
    guard let axis = index.time else { throw .noTime }
    let events = try MessageTimes(log)
    let reach = index.extent.map { $0.nanoseconds - 1 } ?? 0
    // A run is known by its last event, and lies in a window if all its events do.
    let count = max(0, events.times.count - length + 1)
    var numbers: [[Int]: Int] = [:]
    var runOfPlace: [Int] = []
    var patterns: [[Int]] = []
    for place in 0..<count {
      let pattern = Array(events.templates[place..<place + length])
      let number = numbers[pattern] ?? patterns.count
      if number == patterns.count {
        numbers[pattern] = number
        patterns.append(pattern)
      }
      runOfPlace.append(number)
    }
    @Sendable func window(_ row: Int) -> Range<Int> {
      let end = axis[row].nanoseconds + reach
      let last = MessageTimes.countAtMost(end, in: events.times)
      let first = MessageTimes.countAtMost(end - width.nanoseconds, in: events.times)
      return first..<max(first, last - length + 1)
    }
    // Each run counts once, however many windows see it.
    var isSeen = [Bool](repeating: false, count: count)
    var seenTo = 0
    for range in index.rows(in: .fit).map(window).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      for place in max(seenTo, range.lowerBound)..<max(seenTo, range.lowerBound, range.upperBound) {
        isSeen[place] = true
      }
      seenTo = max(seenTo, range.upperBound)
    }
    var frequency = [Int](repeating: 0, count: patterns.count)
    for place in 0..<count where isSeen[place] { frequency[runOfPlace[place]] += 1 }
    let common = patterns.indices.filter { frequency[$0] > 0 }
      .sorted { (frequency[$1], $0) < (frequency[$0], $1) }.prefix(most)
    var columns = [Int](repeating: common.count, count: patterns.count)
    for (column, number) in common.enumerated() { columns[number] = column }
    let templates = CountsEncoder.names(of: log.templates)
    let names = common.map { number in
      patterns[number].map { $0 >= 0 ? templates[$0] : "?" }.joined(separator: ">")
    }
    let (ofPlace, ofNumber) = (runOfPlace, columns)
    return try encodeRows(
      index.count, features: names + ["other"], stage: "runs of messages", work: work
    ) { row, vector in
      guard presence?[row] ?? true else { return false }
      let start = vector.count
      vector += [Double](repeating: 0, count: names.count + 1)
      for place in window(row) { vector[start + ofNumber[ofPlace[place]]] += 1 }
      return true
    }
  }
}

/// The events of a log in the order of time.
struct MessageTimes: Sendable {
  let times: [Int64]
  /// -1 where an event has none.
  let templates: [Int]

  init(_ log: Log) throws(EncodingError) {
    guard let events = log.frame.index.time else { throw .noTime }
    let sorted = (0..<events.count).sorted {
      (events[$0].nanoseconds, $0) < (events[$1].nanoseconds, $1)
    }
    times = sorted.map { events[$0].nanoseconds }
    templates = sorted.map { Int(log.templateOfRow[$0]) }
  }

  static func countAtMost(_ time: Int64, in times: [Int64]) -> Int {
    var (low, high) = (0, times.count)
    while low < high {
      let middle = (low + high) / 2
      if times[middle] <= time { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

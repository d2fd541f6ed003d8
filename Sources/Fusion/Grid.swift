package import Chronology
package import Values

/// The rows onto which values are brought: equal steps, in one or more runs.
package struct Grid: Sendable, Equatable {
  package struct Run: Sendable, Equatable {
    package let name: String
    /// Nanoseconds since 1970 of the first row.
    package let start: Int64
    package let count: Int
  }

  package let step: TimeSpan
  package let runs: [Run]

  /// A file of many rows is fine, a typing error in the step is not.
  static let limit = 20_000_000

  /// Steps lie at whole multiples of the step since 1970, so that all grids with the same step agree.
  init(step: TimeSpan, ranges: [(name: String, range: ClosedRange<Instant>)]) throws(FusionError) {
    self.step = step
    let length = step.nanoseconds
    var total = 0
    var runs: [Run] = []
    for (name, range) in ranges {
      let first = Self.floorDivide(range.lowerBound.nanoseconds, length)
      let last = Self.floorDivide(range.upperBound.nanoseconds, length)
      let count = Int(last - first) + 1
      total += count
      if total > Self.limit { throw .tooManyRows(total, limit: Self.limit) }
      runs.append(Run(name: name, start: first * length, count: count))
    }
    self.runs = runs
  }

  private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
    let quotient = a / b
    return a % b < 0 ? quotient - 1 : quotient
  }

  package var count: Int { runs.reduce(0) { $0 + $1.count } }

  /// Every row lasts one step.
  package var index: Index {
    if runs.count == 1, runs[0].name.isEmpty {
      let start = Instant(nanoseconds: runs[0].start)
      return Index(.time(.regular(start: start, step: step, count: runs[0].count)), extent: step)
    }
    var times: [Int64] = []
    var segments: [Segment] = []
    times.reserveCapacity(count)
    for run in runs {
      segments.append(Segment(name: run.name, rows: times.count..<times.count + run.count))
      for row in 0..<run.count { times.append(run.start + Int64(row) * step.nanoseconds) }
    }
    return Index(.time(.listed(times)), extent: step, segments: segments)
  }
}

/// The rows of a value in the order of time, run by run.
struct TimedRows {
  /// Row numbers of the value, ascending in time; ties keep their order.
  let rows: [Int]
  /// Nanoseconds since 1970, one a row number in `rows`.
  let times: [Int64]

  init(_ range: Range<Int>, of axis: TimeAxis) {
    let moments = range.map { axis[$0].nanoseconds }
    if zip(moments, moments.dropFirst()).allSatisfy({ $0 <= $1 }) {
      rows = Array(range)
      times = moments
    } else {
      let order = moments.indices.sorted { (moments[$0], $0) < (moments[$1], $1) }
      rows = order.map { range.lowerBound + $0 }
      times = order.map { moments[$0] }
    }
  }

  /// The rows of the run with this name, or all rows of a value without runs; none where others have that run.
  init?(run name: String, of index: Index) {
    guard let axis = index.time else { return nil }
    if name.isEmpty || index.segments.isEmpty {
      self.init(0..<index.count, of: axis)
    } else {
      self.init(index.segments.first { $0.name == name }?.rows ?? 0..<0, of: axis)
    }
  }

  var range: ClosedRange<Instant>? {
    guard let first = times.first, let last = times.last else { return nil }
    return Instant(nanoseconds: first)...Instant(nanoseconds: last)
  }

  /// For every step, the positions in `rows` whose time lies in it.
  func bins(start: Int64, step: Int64, count: Int) -> [Range<Int>] {
    var position = times.firstIndex { $0 >= start } ?? times.count
    return (0..<count).map { row in
      let end = start + Int64(row + 1) * step
      let first = position
      while position < times.count, times[position] < end { position += 1 }
      return first..<position
    }
  }

  /// For every moment (ascending or not), the position of the last row at or before it.
  func lastPositions(at moments: [Int64]) -> [Int?] {
    moments.map { moment in
      var low = 0
      var high = times.count
      while low < high {
        let middle = (low + high) / 2
        if times[middle] <= moment { low = middle + 1 } else { high = middle }
      }
      return low == 0 ? nil : low - 1
    }
  }
}

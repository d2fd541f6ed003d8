/// How the values that fall into one step become one value.
package enum Aggregate: String, Sendable, CaseIterable {
  case mean, median, min, max, sum, last, count

  /// Summarises the values at the given positions of `rows`, in the order of time, without the missing ones.
  ///
  /// NaN if there is none to speak of; a count of nothing is 0.
  func of(_ values: [Double], rows: [Int], in positions: Range<Int>) -> (value: Double, count: Int) {
    var count = 0
    var result = 0.0
    if self == .median {
      var present: [Double] = []
      for position in positions where !values[rows[position]].isNaN { present.append(values[rows[position]]) }
      guard !present.isEmpty else { return (.nan, 0) }
      present.sort()
      let middle = present.count / 2
      let upper = present[middle]
      if present.count % 2 == 1 { return (upper, present.count) }
      return (present[middle - 1] + 0.5 * (upper - present[middle - 1]), present.count)
    }
    for position in positions {
      let value = values[rows[position]]
      if value.isNaN { continue }
      count += 1
      switch self {
      case .mean, .sum: result += value
      case .min: result = count == 1 ? value : Swift.min(result, value)
      case .max: result = count == 1 ? value : Swift.max(result, value)
      case .last, .median: result = value
      case .count: result += 1
      }
    }
    if count == 0 { return (self == .count ? 0 : .nan, 0) }
    return (self == .mean ? result / Double(count) : result, count)
  }
}

/// What stands in a step into which no value fell.
package enum Fill: Sendable, Equatable {
  case none
  /// The last value, for at most this many nanoseconds.
  case hold(Int64)
  /// The straight line between the neighbours, if they lie at most so far apart. Looks ahead.
  case linear(Int64)
  /// The nearer neighbour, at most so far away. Looks ahead.
  case nearest(Int64)

  /// For every step, where its value comes from.
  ///
  /// - Complexity: O(n).
  func sources(isPresent: [Bool], step: Int64) -> [Source] {
    let count = isPresent.count
    var next = [Int?](repeating: nil, count: count)
    var upcoming: Int?
    for row in stride(from: count - 1, through: 0, by: -1) {
      if isPresent[row] { upcoming = row }
      next[row] = upcoming
    }
    var previous: Int?
    return (0..<count).map { row in
      if isPresent[row] {
        previous = row
        return .row(row)
      }
      return source(row: row, previous: previous, next: next[row], step: step)
    }
  }

  private func source(row: Int, previous: Int?, next: Int?, step: Int64) -> Source {
    func distance(_ other: Int) -> Int64 { Int64(abs(row - other)) &* step }
    switch self {
    case .none: return .nothing
    case .hold(let limit):
      guard let previous, distance(previous) <= limit else { return .nothing }
      return .row(previous)
    case .linear(let limit):
      guard let previous, let next, Int64(next - previous) &* step <= limit else { return .nothing }
      return .between(previous, next, share: Double(row - previous) / Double(next - previous))
    case .nearest(let limit):
      let candidates = [previous, next].compactMap(\.self).filter { distance($0) <= limit }
      // The earlier one wins a tie.
      guard let best = candidates.min(by: { distance($0) < distance($1) }) else { return .nothing }
      return .row(best)
    }
  }

  enum Source: Equatable {
    case nothing
    case row(Int)
    case between(Int, Int, share: Double)

    /// How many steps away the value was measured.
    func distance(from row: Int) -> Int? {
      switch self {
      case .nothing: nil
      case .row(let source): abs(row - source)
      case .between(let previous, let next, _): min(row - previous, next - row)
      }
    }
  }
}

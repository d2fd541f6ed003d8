package import Chronology
package import Numerics
package import Values

/// Describes a trailing window of every feature by its mean, spread, extremes and slope.
///
/// - Input: columns over time, any units. Missing cells are left out.
/// - Output: five features a column: mean, standard deviation (*n* − 1), minimum, maximum, least-squares slope per
///   second. A row is absent until its window is full, and where fewer than half of the window's rows (or fewer than
///   two) have a value.
/// - Complexity: O(*n w*) a column for windows of *w* rows.
package struct StatisticsEncoder: Sendable, Equatable {
  package var width: TimeSpan

  package init(width: TimeSpan) { self.width = width }

  package static let names = ["mean", "std", "min", "max", "slope"]

  package func encode(_ frame: Frame, presence: Mask? = nil, work: Work) throws(EncodingError) -> Encoded {
    let columns = frame.features
    if columns.isEmpty { throw .noFeatures }
    let windows = try TrailingWindows(width: width, over: frame.index)
    guard let axis = frame.index.time else { throw .noTime }
    if width < windows.step + windows.step {
      throw .windowTooShort(needed: windows.step + windows.step)
    }
    let features = columns.flatMap { column in Self.names.map { "\(column.name).\($0)" } }
    // In the order of time, so that a window is a stretch; absent rows count as missing cells.
    let order = windows.order
    let numbers = columns.map { column -> [Double] in
      let cells = column.numbers ?? []
      return order.map { presence?[$0] ?? true ? cells[$0] : .nan }
    }
    let origin = axis[order[0]]
    let seconds = order.map { (axis[$0] - origin).seconds }
    return try encodeRows(frame.rowCount, features: features, stage: "stats", work: work) { row, vector in
      guard windows.isFull[row] else { return false }
      let window = windows.ranges[windows.places[row]]
      var hasValue = false
      for column in numbers {
        if Self.summarise(column, seconds: seconds, window: window, into: &vector) {
          hasValue = true
        } else {
          for _ in Self.names { vector.append(.nan) }
        }
      }
      return hasValue
    }
  }

  /// Appends the features of one window, if enough of it is there.
  private static func summarise(
    _ column: [Double], seconds: [Double], window: Range<Int>, into vector: inout [Double]
  ) -> Bool {
    // Times relative to the end keep their digits, whatever the year.
    let end = seconds[window.upperBound - 1]
    var count = 0.0
    var sum = 0.0
    var timeSum = 0.0
    var low = Double.infinity
    var high = -Double.infinity
    for place in window {
      let value = column[place]
      if value.isNaN { continue }
      count += 1
      sum += value
      timeSum += seconds[place] - end
      low = min(low, value)
      high = max(high, value)
    }
    if count < 2 || count * 2 < Double(window.count) { return false }
    let mean = sum / count
    let timeMean = timeSum / count
    var squares = 0.0
    var timeSquares = 0.0
    var products = 0.0
    for place in window {
      let value = column[place]
      if value.isNaN { continue }
      let gap = value - mean
      let time = seconds[place] - end - timeMean
      squares += gap * gap
      timeSquares += time * time
      products += gap * time
    }
    vector.append(mean)
    vector.append((squares / (count - 1)).squareRoot())
    vector.append(low)
    vector.append(high)
    vector.append(timeSquares > 0 ? products / timeSquares : 0)
    return true
  }
}

extension TimeSpan {
  static func + (a: TimeSpan, b: TimeSpan) -> TimeSpan {
    TimeSpan(nanoseconds: a.nanoseconds &+ b.nanoseconds)
  }
}

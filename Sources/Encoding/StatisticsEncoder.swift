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
    let numbers = columns.map { $0.numbers ?? [] }
    let features = columns.flatMap { column in Self.names.map { "\(column.name).\($0)" } }
    return try encodeRows(frame.rowCount, features: features, stage: "stats", work: work) { row in
      guard windows.isFull[row] else { return nil }
      let rows = windows.rows(at: row).filter { presence?[$0] ?? true }
      var vector: [Double] = []
      vector.reserveCapacity(features.count)
      var hasValue = false
      for column in numbers {
        let summary = Self.summary(of: column, rows: rows, axis: axis, expected: windows.rows(at: row).count)
        hasValue = hasValue || summary != nil
        vector += summary ?? [Double](repeating: .nan, count: Self.names.count)
      }
      return hasValue ? vector : nil
    }
  }

  private static func summary(
    of column: [Double], rows: [Int], axis: TimeAxis, expected: Int
  ) -> [Double]? {
    let used = rows.filter { !column[$0].isNaN }
    guard let last = used.last, used.count >= 2, used.count * 2 >= expected else { return nil }
    let count = Double(used.count)
    let end = axis[last]
    var sum = 0.0
    var timeSum = 0.0
    var low = column[last]
    var high = column[last]
    for row in used {
      sum += column[row]
      timeSum += (axis[row] - end).seconds
      low = min(low, column[row])
      high = max(high, column[row])
    }
    let mean = sum / count
    let timeMean = timeSum / count
    var squares = 0.0
    var timeSquares = 0.0
    var products = 0.0
    for row in used {
      let gap = column[row] - mean
      let time = (axis[row] - end).seconds - timeMean
      squares += gap * gap
      timeSquares += time * time
      products += gap * time
    }
    return [
      mean, (squares / (count - 1)).squareRoot(), low, high, timeSquares > 0 ? products / timeSquares : 0,
    ]
  }
}

extension TimeSpan {
  static func + (a: TimeSpan, b: TimeSpan) -> TimeSpan {
    TimeSpan(nanoseconds: a.nanoseconds &+ b.nanoseconds)
  }
}

import Numerics

/// What can be said about the cells of a column, whatever their type. NaN where a number has no meaning.
package struct ColumnSummary: Sendable, Equatable {
  package var missing = 0
  package var distinct = Double.nan
  package var mean = Double.nan
  /// Divides by n - 1.
  package var deviation = Double.nan
  /// Minimum, quartiles and maximum.
  package var quantiles = [Double](repeating: .nan, count: 5)
  /// The most frequent text or truth value, the first one of equals.
  package var mode: String?
  /// First and last moment.
  package var times: ClosedRange<Int64>?

  package init() {}

  package init(_ column: Column) {
    missing = column.nullCount
    switch column.cells {
    case .number(let numbers): take(numbers)
    case .time(let times):
      let present = times.indices.lazy.filter { !column.isNull($0) }.map { times[$0] }
      distinct = Double(Set(present).count)
      if let first = present.min(), let last = present.max() { self.times = first...last }
    case .bool(let bits):
      let present = bits.indices.lazy.filter { !column.isNull($0) }.map { bits[$0] }
      let (all, yes) = present.reduce(into: (0, 0)) { $0 = ($0.0 + 1, $0.1 + ($1 ? 1 : 0)) }
      distinct = (yes > 0 ? 1 : 0) + (yes < all ? 1 : 0)
      mean = Double(yes) / Double(all)
      mode = all == 0 ? nil : yes * 2 > all ? "true" : "false"
    case .category(let codes, let levels):
      var counts = [Int](repeating: 0, count: levels.count)
      for code in codes where code >= 0 { counts[Int(code)] += 1 }
      distinct = Double(counts.count { $0 > 0 })
      if let most = counts.max(), most > 0 { mode = counts.firstIndex(of: most).map { levels[$0] } }
    case .text(let texts):
      var counts: [ArraySlice<UInt8>: Int] = [:]
      for row in 0..<texts.count where !column.isNull(row) {
        counts[texts.bytes[texts.offsets[row]..<texts.offsets[row + 1]], default: 0] += 1
      }
      distinct = Double(counts.count)
      // Only a text that comes back says something about the column.
      let most = counts.max { ($0.value, $1.key.startIndex) < ($1.value, $0.key.startIndex) }
      if let most, most.value > 1 { mode = String(decoding: most.key, as: UTF8.self) }
    }
  }

  private mutating func take(_ numbers: [Double]) {
    let moments = Moments(numbers)
    (mean, deviation) = moments.count == 0 ? (.nan, .nan) : (moments.mean, moments.standardDeviation())
    let sorted = SortedColumn(sorting: numbers.filter { !$0.isNaN }).values
    guard !sorted.isEmpty else {
      distinct = 0
      return
    }
    distinct = Self.distinct(inSorted: sorted)
    quantiles = Self.quantiles(ofSorted: sorted)
  }

  static func distinct(inSorted sorted: [Double]) -> Double {
    var different = 1
    for i in 1..<max(1, sorted.count) where sorted[i] != sorted[i - 1] { different += 1 }
    return Double(different)
  }

  /// Minimum, quartiles and maximum of numbers, of which there is one.
  static func quantiles(ofSorted sorted: [Double]) -> [Double] {
    [0, 0.25, 0.5, 0.75].map { share in
      let position = share * Double(sorted.count - 1)
      let below = Int(position)
      let rest = position - Double(below)
      return rest == 0 ? sorted[below] : sorted[below] + rest * (sorted[below + 1] - sorted[below])
    } + [sorted[sorted.count - 1]]
  }

  /// Of a channel of sound, which is too long to be sorted.
  package init(samples: [Float]) {
    var moments = Moments()
    var (low, high) = (Float.infinity, -Float.infinity)
    for start in stride(from: 0, to: samples.count, by: 4096) {
      var part = Moments()
      for i in start..<min(start + 4096, samples.count) {
        part.take(Double(samples[i]))
        low = min(low, samples[i])
        high = max(high, samples[i])
      }
      moments.append(part)
    }
    if moments.count == 0 { return }
    (mean, deviation) = (moments.mean, moments.standardDeviation())
    (quantiles[0], quantiles[4]) = (Double(low), Double(high))
  }
}

/// Numbers of a window that can be asked for the k-th smallest.
protocol OrderedWindow: Sendable {
  /// May be asked about the numbers of these rows only.
  init(_ x: [Double], rows: Range<Int>)
  var count: Int { get }
  mutating func insert(_ row: Int)
  mutating func remove(_ row: Int)
  /// Removes one number and inserts another.
  mutating func replace(_ old: Int, with new: Int)
  /// The number with so many smaller ones before it.
  subscript(rank: Int) -> Double { get }
}

extension OrderedWindow {
  mutating func replace(_ old: Int, with new: Int) {
    remove(old)
    insert(new)
  }

  func quantile(_ share: Double) -> Double {
    let position = share * Double(count - 1)
    let below = Int(position)
    if below + 1 >= count { return self[count - 1] }
    let rest = position - Double(below)
    let low = self[below]
    return rest == 0 ? low : low + rest * (self[below + 1] - low)
  }

  /// The median of the distances from the median, without making them: the numbers below it and those above it are
  /// two ascending lists of distances, of which the k-th smallest is found by bisection.
  var medianAbsoluteDeviation: Double {
    let center = quantile(0.5)
    let upper = distance(rank: count / 2, from: center)
    return count % 2 == 1 ? upper : (distance(rank: count / 2 - 1, from: center) + upper) / 2
  }

  private func distance(rank: Int, from center: Double) -> Double {
    // How many of the rank + 1 nearest lie in the lower list, which ends before `middle`.
    let middle = (count + 1) / 2
    let nearest = rank + 1
    var low = max(0, nearest - (count - middle))
    var high = min(nearest, middle)
    while low < high {
      let taken = (low + high) / 2
      // Take more from the lower list as long as its next distance is below the last one taken above.
      if center - self[middle - 1 - taken] < self[middle + nearest - taken - 1] - center {
        low = taken + 1
      } else {
        high = taken
      }
    }
    let below = low > 0 ? center - self[middle - low] : -.infinity
    let above = nearest > low ? self[middle + nearest - low - 1] - center : -.infinity
    return max(below, above)
  }
}

extension RollingStatistic {
  func ordered(_ x: [Double], _ windows: WindowStarts, _ work: Work) throws(Cancelled) -> [Double] {
    let size = Self.chunkSize(windows)
    return size <= 4 * SortedWindow.mostRows
      ? try slide(SortedWindow.self, x, windows, size, work)
      : try slide(RankedWindow.self, x, windows, size, work)
  }

  private func slide<W: OrderedWindow>(
    _ type: W.Type, _ x: [Double], _ windows: WindowStarts, _ size: Int, _ work: Work
  ) throws(Cancelled) -> [Double] {
    try work.fill(x.count, size: size, stage: "rolling") { rows, target in
      var first = windows.starts[rows.lowerBound]
      var window = W(x, rows: first..<rows.upperBound)
      for row in first..<rows.lowerBound where !x[row].isNaN { window.insert(row) }
      for row in rows {
        if row & 0xfff == 0, work.isCancelled() { return }
        let start = windows.starts[row]
        if first + 1 == start, !x[first].isNaN, !x[row].isNaN {
          window.replace(first, with: row)
          first = start
        } else {
          if !x[row].isNaN { window.insert(row) }
          while first < start {
            if !x[first].isNaN { window.remove(first) }
            first += 1
          }
        }
        let isGiven =
          windows.isFull[row] && Self.isEnough(window.count, of: row - start + 1, least: 1)
        target[row - rows.lowerBound] = isGiven ? answer(window) : .nan
      }
    }
  }

  @inline(__always)
  private func answer(_ window: some OrderedWindow) -> Double {
    switch self {
    case .quantile(let share): window.quantile(share)
    case .mad: window.medianAbsoluteDeviation
    default: window.quantile(0.5)
    }
  }
}

/// An ascending array; good for short windows.
struct SortedWindow: OrderedWindow {
  static let mostRows = 2048

  private let x: [Double]
  private var sorted: [Double] = []

  init(_ x: [Double], rows: Range<Int>) { self.x = x }

  var count: Int { sorted.count }
  subscript(rank: Int) -> Double { sorted[rank] }

  mutating func insert(_ row: Int) { sorted.insert(x[row], at: place(of: x[row])) }
  mutating func remove(_ row: Int) { sorted.remove(at: place(of: x[row])) }

  /// Moves only what stands between the two.
  mutating func replace(_ old: Int, with new: Int) {
    var place = place(of: x[old])
    let number = x[new]
    while place + 1 < sorted.count, sorted[place + 1] < number {
      sorted[place] = sorted[place + 1]
      place += 1
    }
    while place > 0, sorted[place - 1] > number {
      sorted[place] = sorted[place - 1]
      place -= 1
    }
    sorted[place] = number
  }

  /// Where the first number stands that is not smaller.
  private func place(of number: Double) -> Int {
    var base = 0
    var rest = sorted.count
    while rest > 0 {
      let half = rest / 2
      if sorted[base + half] < number {
        base += half + 1
        rest -= half + 1
      } else {
        rest = half
      }
    }
    return base
  }
}

/// Counts of ranks in a tree of partial sums; good for long windows.
///
/// Source: Fenwick, *A new data structure for cumulative frequency tables*, Software: Practice and Experience 1994.
struct RankedWindow: OrderedWindow {
  private let base: Int
  private let ranks: [Int32]
  private let values: [Double]
  private var tree: [Int32]
  private let top: Int
  private(set) var count = 0

  init(_ x: [Double], rows: Range<Int>) {
    base = rows.lowerBound
    let order = rows.filter { !x[$0].isNaN }.sorted { x[$0] < x[$1] }
    var ranks = [Int32](repeating: 0, count: rows.count)
    for (rank, row) in order.enumerated() { ranks[row - rows.lowerBound] = Int32(rank) }
    self.ranks = ranks
    values = order.map { x[$0] }
    tree = [Int32](repeating: 0, count: order.count + 1)
    var top = 1
    while top * 2 <= order.count { top *= 2 }
    self.top = top
  }

  mutating func insert(_ row: Int) { add(1, row) }
  mutating func remove(_ row: Int) { add(-1, row) }

  private mutating func add(_ change: Int32, _ row: Int) {
    var place = Int(ranks[row - base]) + 1
    while place < tree.count {
      tree[place] += change
      place += place & -place
    }
    count += Int(change)
  }

  subscript(rank: Int) -> Double {
    var place = 0
    var rest = Int32(rank)
    var step = top
    while step > 0 {
      if place + step < tree.count, tree[place + step] <= rest {
        place += step
        rest -= tree[place]
      }
      step /= 2
    }
    return values[place]
  }
}

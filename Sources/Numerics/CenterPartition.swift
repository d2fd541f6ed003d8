import KernelsBaseline
import KernelsV3
import KernelsV4

/// Rows divided among centers, and what is known of their distances.
///
/// A row keeps its center without a look at the others as long as bounds on its distances prove that none is nearer. Bounds are
/// kept as they would be had no center ever moved, so that a row without news is only read.
///
/// - Complexity: O(*n k d*) a step at most.
/// - Source: Hamerly, *Making k-means even faster*, SDM 2010, algorithm 1.
package struct CenterPartition: Sendable {
  package private(set) var centers: Matrix
  /// The center of each row.
  package private(set) var labels: [Int32]
  /// No less than the distance to the own center, less how far that one had moved by then.
  private var uppers: [Double]
  /// No more than the distance to any other center, and how far these had moved at most by then.
  private var lowers: [Double]
  /// How far each center has moved, and the farthest of all others, step by step.
  private var moves: [Double]
  private var otherMoves: [Double]
  private var sums: Matrix
  private var counts: [Int]
  /// Whether rows can be taken out of a sum again without a trace.
  private let isTame: Bool
  private let kernels: Kernels

  private static let largestTame = 1e4
  /// Far above what rounding adds to the bounds in a hundred steps.
  private static let slack = 1 + 1e-9
  /// Rows that one thread looks at before it asks for more.
  private static let chunk = 1024
  /// Parts of the rows whose sums are added in order.
  private static let parts = 16

  /// - Parameter largest: the size of the largest value among the rows.
  package init(
    _ rows: Matrix, centers: Matrix, largest: Double, kernels: Kernels = .best, work: Work
  ) throws(Cancelled) {
    precondition(centers.rows > 0 && centers.columns == rows.columns, "centers are rows like the others")
    self.centers = centers
    self.kernels = kernels
    labels = [Int32](repeating: -1, count: rows.rows)
    uppers = [Double](repeating: .infinity, count: rows.rows)
    lowers = [Double](repeating: 0, count: rows.rows)
    moves = [Double](repeating: 0, count: centers.rows)
    otherMoves = moves
    sums = Matrix(rows: centers.rows, columns: centers.columns)
    counts = [Int](repeating: 0, count: centers.rows)
    isTame = largest < Self.largestTame
    _ = try divide(rows, work: work)
  }

  /// Moves the centers to the means of their rows and divides the rows again.
  ///
  /// Gives whether a row has changed its center and the squared moves add up to more than `enough`.
  package mutating func step(_ rows: Matrix, until enough: Double, work: Work) throws(Cancelled) -> Bool {
    let d = centers.columns
    var moved = [Double](repeating: 0, count: centers.rows)
    // A cluster that lost all rows keeps its center.
    for cluster in 0..<centers.rows where counts[cluster] > 0 {
      var squared = 0.0
      for j in 0..<d {
        let mean = sums[cluster, j] / Double(counts[cluster])
        let difference = mean - centers[cluster, j]
        squared += difference * difference
        centers[cluster, j] = mean
      }
      moved[cluster] = squared.squareRoot()
    }
    let order = moved.indices.sorted { (-moved[$0], $0) < (-moved[$1], $1) }
    for cluster in moved.indices {
      moves[cluster] += moved[cluster]
      let farthest = cluster != order[0] ? order[0] : order.count > 1 ? order[1] : nil
      otherMoves[cluster] += farthest.map { moved[$0] } ?? 0
    }
    let hasChanged = try divide(rows, work: work)
    return hasChanged && moved.reduce(0) { $0 + $1 * $1 } > enough
  }

  /// Finds the nearest center of each row whose bounds leave it open; whether any row changed its center.
  private mutating func divide(_ rows: Matrix, work: Work) throws(Cancelled) -> Bool {
    precondition(rows.rows == labels.count && rows.columns == centers.columns, "not the rows of before")
    let before = labels
    let search = NearestSearch(
      panels: CenterPanels(centers, kernels: kernels), moves: moves, otherMoves: otherMoves,
      halfGaps: halfGaps(), slack: Self.slack)
    let outcome: Result<Void, Cancelled> = unsafe rows.values.withUnsafeBufferPointer { values in
      unsafe labels.withUnsafeMutableBufferPointer { labels in
        unsafe uppers.withUnsafeMutableBufferPointer { uppers in
          unsafe lowers.withUnsafeMutableBufferPointer { lowers in
            guard let values = values.baseAddress, let labels = labels.baseAddress,
              let uppers = uppers.baseAddress, let lowers = lowers.baseAddress
            else { return .success(()) }
            // SAFETY: chunks are disjoint ranges of three arrays of one entry a row, which outlive the loop.
            nonisolated(unsafe) let known = unsafe RowBounds(
              values: values, labels: labels, uppers: uppers, lowers: lowers)
            return Result { () throws(Cancelled) in
              try work.forEachChunk(of: rows.rows, size: Self.chunk, stage: "clustering") { _, range in
                unsafe search.run(range, known)
              }
            }
          }
        }
      }
    }
    try outcome.get()
    return try move(rows, from: before, work: work)
  }

  /// Half the distance from each center to the nearest other one.
  private func halfGaps() -> [Double] {
    let d = centers.columns
    var nearest = [Double](repeating: .infinity, count: centers.rows)
    for center in 0..<centers.rows {
      for other in 0..<center {
        var squared = 0.0
        for j in 0..<d {
          let difference = centers.values[center * d + j] - centers.values[other * d + j]
          squared += difference * difference
        }
        nearest[center] = min(nearest[center], squared)
        nearest[other] = min(nearest[other], squared)
      }
    }
    return nearest.map { $0.squareRoot() / 2 }
  }

  /// Brings sums and counts up to date; whether any row changed its center.
  private mutating func move(_ rows: Matrix, from before: [Int32], work: Work) throws(Cancelled) -> Bool {
    if before == labels { return false }
    let (labels, kernels, isTame, d) = (labels, kernels, isTame, rows.columns)
    let size = (rows.rows + Self.parts - 1) / Self.parts
    let (clusters, cells) = (centers.rows, sums.values.count)
    let changes = try work.fill(Self.parts, stride: cells + clusters, size: 1, stage: "clustering") {
      part, target in
      let range = min(rows.rows, part.lowerBound * size)..<min(rows.rows, part.upperBound * size)
      var (places, left, joined) = ([Int32](), [Int32](), [Int32]())
      for row in range where !isTame || labels[row] != before[row] {
        places.append(Int32(row))
        left.append(before[row])
        joined.append(labels[row])
        target[cells + Int(labels[row])] += 1
        if isTame, before[row] >= 0 { target[cells + Int(before[row])] -= 1 }
      }
      // SAFETY: places are rows, labels are centers, each of which has `d` sums.
      unsafe rows.values.withUnsafeBufferPointer { values in
        unsafe target.withUnsafeMutableBufferPointer { target in
          guard let values = values.baseAddress, let target = target.baseAddress else { return }
          unsafe kernels.add(values, d, places, joined, sign: 1, to: target)
          if isTame, let first = left.first, first >= 0 {
            unsafe kernels.add(values, d, places, left, sign: -1, to: target)
          }
        }
      }
    }
    if !isTame {
      sums = Matrix(rows: clusters, columns: d)
      counts = [Int](repeating: 0, count: clusters)
    }
    for part in 0..<Self.parts {
      let start = part * (cells + clusters)
      for cell in 0..<cells { sums.values[cell] += changes[start + cell] }
      for cluster in 0..<clusters { counts[cluster] += Int(changes[start + cells + cluster]) }
    }
    return true
  }
}

/// What is known of each row.
@unsafe private struct RowBounds {
  let values: UnsafePointer<Double>
  let labels: UnsafeMutablePointer<Int32>
  let uppers: UnsafeMutablePointer<Double>
  let lowers: UnsafeMutablePointer<Double>
}

/// One look at all rows: the centers, and what decides whether a row needs them.
private struct NearestSearch: Sendable {
  let panels: CenterPanels
  let moves: [Double]
  let otherMoves: [Double]
  let halfGaps: [Double]
  let slack: Double

  func run(_ range: Range<Int>, _ known: RowBounds) {
    let places = unsafe open(range, known)
    if places.isEmpty { return }
    var labels = [Int32](repeating: 0, count: places.count)
    var squared = [Double](repeating: 0, count: 2 * places.count)
    unsafe labels.withUnsafeMutableBufferPointer { labels in
      unsafe squared.withUnsafeMutableBufferPointer { squared in
        guard let labels = labels.baseAddress, let squared = squared.baseAddress else { return }
        // SAFETY: places are rows; there are as many labels and twice as many distances.
        unsafe panels.find(known.values, places, count: places.count, labels, squared)
        for number in places.indices {
          let (row, label) = unsafe (Int(places[number]), Int(labels[number]))
          unsafe known.labels[row] = labels[number]
          unsafe known.uppers[row] = squared[2 * number].squareRoot() - moves[label]
          unsafe known.lowers[row] = squared[2 * number + 1].squareRoot() + otherMoves[label]
        }
      }
    }
  }

  /// Rows whose own center need not be the nearest any more.
  private func open(_ range: Range<Int>, _ known: RowBounds) -> [Int32] {
    unsafe [Int32](unsafeUninitializedCapacity: range.count) { places, filled in
      for row in range {
        let label = unsafe Int(known.labels[row])
        var isOpen = true
        if label >= 0 {
          let upper = unsafe known.uppers[row] + moves[label] * slack
          let lower = unsafe max(known.lowers[row] - otherMoves[label] * slack, halfGaps[label])
          isOpen = !(upper * slack < lower)
        }
        // SAFETY: at most one place a row of the range.
        unsafe places[filled] = Int32(truncatingIfNeeded: row)
        filled += isOpen ? 1 : 0
      }
    }
  }
}

extension Kernels {
  fileprivate func add(
    _ rows: UnsafePointer<Double>, _ dimensions: Int, _ places: [Int32], _ labels: [Int32], sign: Double,
    to sums: UnsafeMutablePointer<Double>
  ) {
    // SAFETY: the caller's places and labels lie within the rows and the sums.
    switch self {
    case .baseline:
      unsafe KernelsBaseline.addRows(
        rows, dimensions: dimensions, places: places, labels: labels, count: places.count, sign: sign,
        sums: sums)
    case .v3:
      unsafe KernelsV3.addRows(
        rows, dimensions: dimensions, places: places, labels: labels, count: places.count, sign: sign,
        sums: sums)
    case .v4:
      unsafe KernelsV4.addRows(
        rows, dimensions: dimensions, places: places, labels: labels, count: places.count, sign: sign,
        sums: sums)
    }
  }
}

import KernelsBaseline
import KernelsV3
import KernelsV4

/// The nearest rows of each query, nearest first.
package struct Neighbors: Sendable, Equatable {
  /// Neighbours a query.
  package let count: Int
  /// Squared Euclidean distances, `count` a query.
  package let squaredDistances: [Double]
  /// Rows of the index, `count` a query.
  package let rows: [Int32]

  package init(count: Int, squaredDistances: [Double], rows: [Int32]) {
    precondition(squaredDistances.count == rows.count, "one distance a neighbour")
    self.count = count
    self.squaredDistances = squaredDistances
    self.rows = rows
  }

  package func distance(_ query: Int, _ rank: Int) -> Double {
    squaredDistances[query * count + rank].squareRoot()
  }
}

/// Finds exact nearest neighbours by comparing with every row.
///
/// A single-precision pass over packed panels proposes a few rows more than asked for; their distances are computed
/// again in double precision. A bound on the error of the first pass tells whether a row could have been missed;
/// then, and only then, the query is compared with all rows in double precision. So the result is that of the plain
/// double loop, ties going to the lower row (where the distance is not 0).
///
/// - Input: complete rows, at most 1e150 in size; differences below 1e-160 count as none.
/// - Complexity: O(*n m d*) for *m* queries against *n* rows, half of that for the rows among themselves; memory 4 *n d*
///   bytes, and 4 *n* for rows among themselves without kept panels.
package struct NeighborIndex: Sendable {
  /// Whether the packed rows stay in memory from one search to the next.
  package enum Packing: Sendable {
    case kept
    /// Other queries pack all rows for their own search, the rows among themselves one block after another.
    case passing

    /// For an index that is asked once: many rows pass, as packing a block is little beside comparing it with all others.
    package static func once(_ matrix: Matrix) -> Packing {
      matrix.values.count > mostKept ? .passing : .kept
    }

    /// Cells that take no memory to speak of: 8 MB.
    private static let mostKept = 1 << 21
  }

  package let rowCount: Int
  package let dimensions: Int
  let values: [Double]
  let center: [Double]
  let inverseScale: Double
  let norms: [Float]
  /// All rows, unless they are packed where they are needed.
  private var kept: Panels?
  /// Whether some rows are so far out that the first pass leaves them out.
  let hasFarRows: Bool
  let kernels: Kernels

  /// Rows farther from the center than this many median distances stay out of the single-precision pass.
  static let farRadius = 1e15

  package init(
    _ matrix: Matrix, kernels: Kernels = .best, packing: Packing = .kept, work: Work = Work()
  ) throws(Cancelled) {
    let (count, dimensions) = (matrix.rows, matrix.columns)
    self.kernels = kernels
    rowCount = count
    self.dimensions = dimensions
    values = matrix.values
    // Any center gives the same neighbours; one amid the rows saves digits.
    let sampled = min(count, Self.sampledRows)
    let center = try work.map(dimensions, stage: "indexing") { j in
      Selection.median(of: (0..<sampled).map { matrix.values[$0 * count / sampled * dimensions + j] }) ?? 0
    }
    self.center = center
    let radii = try work.fill(count, size: Self.indexedRows, stage: "indexing") { range, target in
      for row in range {
        var radius = 0.0
        for j in 0..<dimensions {
          radius = max(radius, abs(matrix.values[row * dimensions + j] - center[j]))
        }
        target[row - range.lowerBound] = radius
      }
    }
    try work.check()
    let middle = Selection.median(of: radii.filter { $0 > 0 }) ?? 1
    let inverseScale = min(1 / middle, 1e300)
    self.inverseScale = inverseScale
    let width = kernels.panelWidth
    let panelCount = (count + width - 1) / width
    let norms = try work.fillSingle(
      panelCount, stride: width, size: Self.indexedRows / width, stage: "indexing"
    ) {
      range, target in
      for place in 0..<range.count * width {
        let row = range.lowerBound * width + place
        var norm = Double.infinity
        if row < count {
          norm = 0
          for j in 0..<dimensions {
            let x = (matrix.values[row * dimensions + j] - center[j]) * inverseScale
            norm += x * x
          }
        }
        target[place] = norm < Self.farRadius * Self.farRadius ? Float(norm) : .infinity
      }
    }
    hasFarRows = norms.prefix(count).contains { !$0.isFinite }
    self.norms = norms
    if packing == .kept { kept = try packed(work: work) }
  }

  /// Rows, `panelWidth` interleaved, from a panel on.
  struct Panels: Sendable {
    let values: [Float]
    let first: Int
  }

  /// All rows, packed.
  private func packed(work: Work) throws(Cancelled) -> Panels {
    let width = kernels.panelWidth
    let values = try work.fillSingle(
      norms.count / width, stride: width * dimensions, size: Self.indexedRows / width, stage: "indexing"
    ) { range, target in
      pack(range.lowerBound * width..<range.upperBound * width, into: &target)
    }
    return Panels(values: values, first: 0)
  }

  /// At least the rows of the given panels.
  func panels(_ rows: Range<Int>) -> Panels {
    if let kept { return kept }
    var values = [Float](repeating: 0, count: rows.count * dimensions)
    var target = values.mutableSpan
    pack(rows, into: &target)
    return Panels(values: values, first: rows.lowerBound / kernels.panelWidth)
  }

  /// Packs the rows of whole panels; what stands in padding does not matter, as its norm is infinite.
  private func pack(_ rows: Range<Int>, into target: inout MutableSpan<Float>) {
    let width = kernels.panelWidth
    for row in stride(from: rows.lowerBound, to: min(rowCount, rows.upperBound), by: 4) {
      let base = (row - rows.lowerBound) / width * width * dimensions + row % width
      interleave(values, row, times: 1, into: &target, at: base, stride: width)
    }
  }

  /// Puts four rows, moved and scaled, beside each other, values far out as zeros: those of dimension *j* at
  /// `start + j * stride`. Rows that are missing put the last one's.
  func interleave(
    _ rows: [Double], _ row: Int, times factor: Float, into target: inout MutableSpan<Float>, at start: Int,
    stride: Int
  ) {
    let last = rows.count / dimensions - 1
    let (r0, r1) = (row * dimensions, min(row + 1, last) * dimensions)
    let (r2, r3) = (min(row + 2, last) * dimensions, min(row + 3, last) * dimensions)
    precondition(
      row <= last && start >= 0 && start + (dimensions - 1) * stride + 4 <= target.count,
      "the rows do not fit")
    // SAFETY: the rows lie in the matrix, and the last four values of the target end within it, as was checked.
    unsafe rows.withUnsafeBufferPointer { rows in
      unsafe center.withUnsafeBufferPointer { center in
        unsafe target.withUnsafeMutableBufferPointer { target in
          guard let target = target.baseAddress else { return }
          var place = unsafe UnsafeMutableRawPointer(target + start)
          for j in 0..<dimensions {
            let four = unsafe SIMD4<Double>(rows[r0 + j], rows[r1 + j], rows[r2 + j], rows[r3 + j])
            let moved = unsafe (four - center[j]) * inverseScale
            let isFar = (moved .>= Self.farRadius) .| (moved .<= -Self.farRadius)
            let single = factor * SIMD4<Float>(moved.replacing(with: 0, where: isFar))
            unsafe place.storeBytes(of: single, as: SIMD4<Float>.self)
            unsafe place += 4 * stride
          }
        }
      }
    }
  }

  /// Rows that decide where the center lies.
  private static let sampledRows = 4096

  /// Rows that one chunk of the index takes, a multiple of every panel's width.
  private static let indexedRows = 4096

  /// The `count` nearest rows of each query; `excludingSelf` if query *i* is row *i* and must not find itself.
  package func nearest(
    _ count: Int, to queries: Matrix, excludingSelf: Bool = false, work: Work, stage: String = "neighbours"
  ) throws(Cancelled) -> Neighbors {
    precondition(queries.columns == dimensions, "the queries have other columns than the index")
    precondition(count > 0 && count <= rowCount - (excludingSelf ? 1 : 0), "more neighbours than rows")
    if excludingSelf, queries.values == values {
      return try nearestOthers(count, to: queries, work: work, stage: stage)
    }
    var index = self
    if kept == nil { index.kept = try packed(work: work) }
    return try index.nearestAnywhere(
      count, to: queries, excludingSelf: excludingSelf, work: work, stage: stage)
  }

  private func nearestAnywhere(
    _ count: Int, to queries: Matrix, excludingSelf: Bool, work: Work, stage: String
  ) throws(Cancelled) -> Neighbors {
    let found = try work.fillWithRows(
      queries.rows, stride: count, size: blockSize(queries.rows), stage: stage
    ) { range, distances, rows in
      let proposals = propose(count, to: queries, range, excludingSelf: excludingSelf, work: work)
      refine(
        proposals, from: range.lowerBound, count, queries, range, excludingSelf: excludingSelf, work: work,
        into: &distances, &rows)
    }
    return Neighbors(count: count, squaredDistances: found.numbers, rows: found.rows)
  }

  /// Many queries share each pass over the panels; a few blocks are left for every thread.
  private func blockSize(_ queries: Int) -> Int { min(256, max(16, queries / 32 * 4)) }

  /// The same for the rows themselves: a pair of rows is compared once for both.
  private func nearestOthers(
    _ count: Int, to queries: Matrix, work: Work, stage: String
  ) throws(Cancelled) -> Neighbors {
    let proposals = try proposeBothWays(count, work: work.part(0..<15, of: 16), stage: stage)
    let found = try work.part(15..<16, of: 16).fillWithRows(
      rowCount, stride: count, size: Self.indexedRows / 4, stage: stage
    ) { range, distances, rows in
      refine(
        proposals, from: 0, count, queries, range, excludingSelf: true, work: work, into: &distances, &rows)
    }
    return Neighbors(count: count, squaredDistances: found.numbers, rows: found.rows)
  }

  /// Distance and row of the nearest ones of each query of a range; the proposals begin with query `first`.
  private func refine(
    _ proposals: Proposals, from first: Int, _ count: Int, _ queries: Matrix, _ range: Range<Int>,
    excludingSelf: Bool, work: Work, into distances: inout MutableSpan<Double>,
    _ rows: inout MutableSpan<Int32>
  ) {
    func put(_ best: [Neighbor], _ query: Int) {
      let offset = (query - range.lowerBound) * count
      for (rank, neighbor) in best.enumerated() {
        distances[offset + rank] = neighbor.distance
        rows[offset + rank] = neighbor.row
      }
    }
    var open: [Int] = []
    for query in range {
      if let best = proposed(proposals, query - first, count, query: query, of: queries) {
        put(best, query)
      } else {
        open.append(query)
      }
    }
    if open.isEmpty { return }
    let found = scan(open, of: queries, count, excludingSelf: excludingSelf, work: work)
    for (best, query) in zip(found, open) { put(best, query) }
  }

  private struct Neighbor: Comparable {
    let distance: Double
    let row: Int32
    static func < (a: Neighbor, b: Neighbor) -> Bool { (a.distance, a.row) < (b.distance, b.row) }
  }

  /// The exact nearest rows out of the proposals, unless these may be incomplete.
  private func proposed(
    _ proposals: Proposals, _ local: Int, _ count: Int, query: Int, of queries: Matrix
  ) -> [Neighbor]? {
    let capacity = proposals.capacity
    let heap = local * capacity
    let norm = proposals.norms[local]
    if !(norm < Self.farRadius * Self.farRadius) { return nil }
    var best: [Neighbor] = []
    best.reserveCapacity(capacity)
    for entry in heap..<heap + capacity where proposals.rows[entry] >= 0 {
      let row = proposals.rows[entry]
      best.append(Neighbor(distance: distance(query, of: queries, Int(row)), row: row))
    }
    if best.count < count { return nil }
    best.sort()
    let last = best[count - 1].distance
    // In scaled units; two steps, so that 1e150 squared stays finite.
    let reach = last.squareRoot() * inverseScale
    let radius = norm.squareRoot() + reach
    let span = radius + norm.squareRoot()
    let bound = Double(dimensions + 12) * 0x1p-24 * span * span + Double(dimensions) * 1e-42
    let isComplete = Double(proposals.values[heap]) - bound > reach * reach
    return (isComplete || last == 0) && (!hasFarRows || radius < Self.farRadius)
      ? Array(best.prefix(count)) : nil
  }

  private func distance(_ query: Int, of queries: Matrix, _ row: Int) -> Double {
    var sum = 0.0
    let (q, r) = (query * dimensions, row * dimensions)
    for j in 0..<dimensions {
      let difference = values[r + j] - queries.values[q + j]
      sum += difference * difference
    }
    return sum
  }

  /// Compares some queries with all rows; a block of rows is turned on its side once for all of them.
  private func scan(
    _ open: [Int], of queries: Matrix, _ count: Int, excludingSelf: Bool, work: Work
  ) -> [[Neighbor]] {
    var found = [[Neighbor]](repeating: [], count: open.count)
    var buffer = [Double](repeating: 0, count: min(rowCount, Self.scannedRows))
    for start in stride(from: 0, to: rowCount, by: buffer.count) {
      if work.isCancelled() { break }
      let range = start..<min(rowCount, start + buffer.count)
      let block = SquaredDistances(
        Matrix(
          rows: range.count, columns: dimensions,
          values: Array(values[range.lowerBound * dimensions..<range.upperBound * dimensions])),
        kernels: kernels)
      for (place, query) in open.enumerated() {
        block.fill(query: queries.values, at: query * dimensions, rows: 0..<range.count, into: &buffer)
        for row in range where !(excludingSelf && row == query) {
          let distance = buffer[row - start]
          if let last = found[place].last, found[place].count == count, distance >= last.distance { continue }
          var rank = found[place].count
          while rank > 0, found[place][rank - 1].distance > distance { rank -= 1 }
          found[place].insert(Neighbor(distance: distance, row: Int32(row)), at: rank)
          if found[place].count > count { found[place].removeLast() }
        }
      }
    }
    return found
  }

  private static let scannedRows = 1024
}

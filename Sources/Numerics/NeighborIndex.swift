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
///   bytes.
package struct NeighborIndex: Sendable {
  package let rowCount: Int
  package let dimensions: Int
  let values: [Double]
  let center: [Double]
  let inverseScale: Double
  let panels: [Float]
  let norms: [Float]
  /// Whether some rows are so far out that the first pass leaves them out.
  let hasFarRows: Bool
  let kernels: Kernels

  /// Rows farther from the center than this many median distances stay out of the single-precision pass.
  static let farRadius = 1e15

  package init(_ matrix: Matrix, kernels: Kernels = .best, work: Work = Work()) throws(Cancelled) {
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
    panels = try work.fillSingle(
      panelCount, stride: width * dimensions, size: Self.indexedRows / width, stage: "indexing"
    ) { range, target in
      for row in range.lowerBound * width..<min(count, range.upperBound * width) where norms[row].isFinite {
        let base = (row / width - range.lowerBound) * width * dimensions + row % width
        for j in 0..<dimensions {
          target[base + j * width] = Float((matrix.values[row * dimensions + j] - center[j]) * inverseScale)
        }
      }
    }
    hasFarRows = norms.prefix(count).contains { !$0.isFinite }
    self.norms = norms
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
    let found =
      try excludingSelf && queries.values == values
      ? nearestOthers(count, to: queries, work: work, stage: stage)
      : work.fill(queries.rows, stride: 2 * count, size: blockSize(queries.rows), stage: stage) {
        range, target in
        let proposals = self.propose(count, to: queries, range, excludingSelf: excludingSelf, work: work)
        refine(
          proposals, from: range.lowerBound, count, queries, range, excludingSelf: excludingSelf, work: work,
          into: &target)
      }
    let pairs = queries.rows * count
    return Neighbors(
      count: count, squaredDistances: (0..<pairs).map { found[2 * $0] },
      rows: (0..<pairs).map { Int32(found[2 * $0 + 1]) })
  }

  /// Many queries share each pass over the panels; a few blocks are left for every thread.
  private func blockSize(_ queries: Int) -> Int { min(256, max(16, queries / 32 * 4)) }

  /// The same for the rows themselves: a pair of rows is compared once for both.
  private func nearestOthers(
    _ count: Int, to queries: Matrix, work: Work, stage: String
  ) throws(Cancelled) -> [Double] {
    let proposals = try proposeBothWays(count, work: work.part(0..<15, of: 16), stage: stage)
    return try work.part(15..<16, of: 16).fill(
      rowCount, stride: 2 * count, size: Self.indexedRows / 4, stage: stage
    ) { range, target in
      refine(
        proposals, from: 0, count, queries, range, excludingSelf: true, work: work, into: &target)
    }
  }

  /// Distance and row of the nearest ones of each query of a range; the proposals begin with query `first`.
  private func refine(
    _ proposals: Proposals, from first: Int, _ count: Int, _ queries: Matrix, _ range: Range<Int>,
    excludingSelf: Bool, work: Work, into target: inout MutableSpan<Double>
  ) {
    func put(_ best: [Neighbor], _ query: Int) {
      let offset = (query - range.lowerBound) * 2 * count
      for (rank, neighbor) in best.enumerated() {
        target[offset + 2 * rank] = neighbor.distance
        target[offset + 2 * rank + 1] = Double(neighbor.row)
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

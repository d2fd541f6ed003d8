import KernelsBaseline
import KernelsV3
import KernelsV4
import Synchronization

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
/// - Complexity: O(*n m d*) for *m* queries against *n* rows; memory 4 *n d* bytes,
///   8 *n d* more if a query has to be compared with all rows.
package struct NeighborIndex: Sendable {
  package let rowCount: Int
  package let dimensions: Int
  let values: [Double]
  /// The exact pass, made when it is first needed.
  private let exact = ExactPass()
  let center: [Double]
  let inverseScale: Double
  let panels: [Float]
  let norms: [Float]
  /// Whether some rows are so far out that the first pass leaves them out.
  let hasFarRows: Bool
  let kernels: Kernels

  /// Rows farther from the center than this many median distances stay out of the single-precision pass.
  private static let farRadius = 1e15

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
    // Many queries share each pass over the panels; a few blocks are left for every thread.
    let block = min(256, max(16, queries.rows / 32 * 4))
    let found = try work.fill(queries.rows, stride: 2 * count, size: block, stage: stage) { range, target in
      let proposals = self.propose(count, to: queries, range, excludingSelf: excludingSelf, work: work)
      for query in range {
        if work.isCancelled() { return }
        let best = self.refine(
          proposals, query - range.lowerBound, count, query: query, of: queries, excludingSelf: excludingSelf)
        let offset = (query - range.lowerBound) * 2 * count
        for (rank, neighbor) in best.enumerated() {
          target[offset + 2 * rank] = neighbor.distance
          target[offset + 2 * rank + 1] = Double(neighbor.row)
        }
      }
    }
    let pairs = queries.rows * count
    return Neighbors(
      count: count, squaredDistances: (0..<pairs).map { found[2 * $0] },
      rows: (0..<pairs).map { Int32(found[2 * $0 + 1]) })
  }

  private struct Neighbor: Comparable {
    let distance: Double
    let row: Int32
    static func < (a: Neighbor, b: Neighbor) -> Bool { (a.distance, a.row) < (b.distance, b.row) }
  }

  /// What the single-precision pass found: `capacity` heap entries a query.
  private struct Proposals {
    let capacity: Int
    var values: [Float]
    var rows: [Int32]
    /// Squared distance of each query from the center, in scaled units.
    var norms: [Double]
  }

  private func propose(
    _ count: Int, to queries: Matrix, _ range: Range<Int>, excludingSelf: Bool, work: Work
  ) -> Proposals {
    let tileCount = (range.count + 3) / 4
    let capacity = count + 3 + count / 8
    var tiles = [Float](repeating: 0, count: tileCount * 4 * dimensions)
    var found = Proposals(
      capacity: capacity, values: [Float](repeating: .infinity, count: tileCount * 4 * capacity),
      rows: [Int32](repeating: -1, count: tileCount * 4 * capacity),
      norms: [Double](repeating: 0, count: range.count))
    for i in 0..<range.count {
      let base = i / 4 * 4 * dimensions + i % 4
      var norm = 0.0
      for j in 0..<dimensions {
        let x = (queries.values[(range.lowerBound + i) * dimensions + j] - center[j]) * inverseScale
        norm += x * x
        if abs(x) < Self.farRadius { tiles[base + 4 * j] = -2 * Float(x) }
      }
      found.norms[i] = norm
    }
    let width = kernels.panelWidth
    let panelCount = norms.count / width
    // About 32 KB of references stay in the first-level cache while every tile passes over them.
    let run = max(1, (1 << 15) / (4 * width * dimensions))
    let selfOffset = excludingSelf ? range.lowerBound : Int.min / 2
    // SAFETY: every buffer has the size that the kernel's documentation asks for and lives through the calls; the
    // heaps and the scratch are used by this call alone.
    unsafe tiles.withUnsafeBufferPointer { tiles in
      unsafe panels.withUnsafeBufferPointer { panels in
        unsafe norms.withUnsafeBufferPointer { norms in
          unsafe found.values.withUnsafeMutableBufferPointer { values in
            unsafe found.rows.withUnsafeMutableBufferPointer { rows in
              guard let tiles = tiles.baseAddress, let panels = panels.baseAddress,
                let norms = norms.baseAddress, let values = values.baseAddress, let rows = rows.baseAddress
              else { return }
              unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { scratch in
                guard let scratch = scratch.baseAddress else { return }
                var panel = 0
                // What a cancelled block leaves undone is thrown away with it.
                while panel < panelCount, !work.isCancelled() {
                  let panelRange = panel..<min(panelCount, panel + run)
                  switch kernels {
                  case .v3:
                    unsafe KernelsV3.offerNeighbors(
                      tiles: tiles, tileCount: tileCount, dimensions: dimensions, panels: panels,
                      norms: norms,
                      panelRange: panelRange, capacity: capacity, heapValues: values, heapRows: rows,
                      selfOffset: selfOffset, scratch: scratch)
                  case .v4:
                    unsafe KernelsV4.offerNeighbors(
                      tiles: tiles, tileCount: tileCount, dimensions: dimensions, panels: panels,
                      norms: norms,
                      panelRange: panelRange, capacity: capacity, heapValues: values, heapRows: rows,
                      selfOffset: selfOffset, scratch: scratch)
                  case .baseline:
                    unsafe KernelsBaseline.offerNeighbors(
                      tiles: tiles, tileCount: tileCount, dimensions: dimensions, panels: panels,
                      norms: norms,
                      panelRange: panelRange, capacity: capacity, heapValues: values, heapRows: rows,
                      selfOffset: selfOffset, scratch: scratch)
                  }
                  panel = panelRange.upperBound
                }
              }
            }
          }
        }
      }
    }
    return found
  }

  /// The exact nearest rows out of the proposals, or out of all rows if the proposals may be incomplete.
  private func refine(
    _ proposals: Proposals, _ local: Int, _ count: Int, query: Int, of queries: Matrix, excludingSelf: Bool
  ) -> [Neighbor] {
    let capacity = proposals.capacity
    let heap = local * capacity
    var best: [Neighbor] = []
    best.reserveCapacity(capacity)
    for entry in heap..<heap + capacity where proposals.rows[entry] >= 0 {
      let row = proposals.rows[entry]
      best.append(Neighbor(distance: distance(query, of: queries, Int(row)), row: row))
    }
    best.sort()
    let norm = proposals.norms[local]
    if best.count >= count, norm < Self.farRadius * Self.farRadius {
      let last = best[count - 1].distance
      // In scaled units; two steps, so that 1e150 squared stays finite.
      let reach = last.squareRoot() * inverseScale
      let radius = norm.squareRoot() + reach
      let span = radius + norm.squareRoot()
      let bound = Double(dimensions + 8) * 0x1p-24 * span * span + Double(dimensions) * 1e-42
      let isComplete = Double(proposals.values[heap]) + norm - bound > reach * reach
      if (isComplete || last == 0) && (!hasFarRows || radius < Self.farRadius) {
        return Array(best.prefix(count))
      }
    }
    return scan(query, of: queries, count, excludingSelf: excludingSelf)
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

  private func scan(_ query: Int, of queries: Matrix, _ count: Int, excludingSelf: Bool) -> [Neighbor] {
    var best: [Neighbor] = []
    let distances = exact.distances {
      SquaredDistances(columns: transposed(), rowCount: rowCount, kernels: kernels)
    }
    var buffer = [Double](repeating: 0, count: min(rowCount, 2048))
    var start = 0
    while start < rowCount {
      let range = start..<min(rowCount, start + buffer.count)
      distances.fill(query: queries.values, at: query * dimensions, rows: range, into: &buffer)
      for row in range where !(excludingSelf && row == query) {
        let distance = buffer[row - start]
        if best.count == count, distance >= best[count - 1].distance { continue }
        var place = best.count
        while place > 0, best[place - 1].distance > distance { place -= 1 }
        best.insert(Neighbor(distance: distance, row: Int32(row)), at: place)
        if best.count > count { best.removeLast() }
      }
      start = range.upperBound
    }
    return best
  }

  private func transposed() -> [Double] {
    Matrix(rows: rowCount, columns: dimensions, values: values).transposedValues()
  }
}

/// Columns for comparing with all rows exactly: most indexes never need them.
private final class ExactPass: Sendable {
  private let made = Mutex<SquaredDistances?>(nil)

  func distances(_ make: () -> SquaredDistances) -> SquaredDistances {
    made.withLock { known in
      if let known { return known }
      let new = make()
      known = new
      return new
    }
  }
}

import KernelsBaseline
import KernelsV3
import KernelsV4

/// What the single-precision pass found: `capacity` heap entries a query.
struct Proposals: Sendable {
  let capacity: Int
  /// Squared distances in scaled units, the largest of a query first.
  var values: [Float]
  var rows: [Int32]
  /// Squared distance of each query from the center, in scaled units.
  var norms: [Double]

  /// A few rows more than asked for, so that rounding seldom matters.
  init(neighbors: Int, places: Int, norms: [Double]) {
    capacity = neighbors + 3 + neighbors / 8
    values = [Float](repeating: .infinity, count: places * capacity)
    rows = [Int32](repeating: -1, count: places * capacity)
    self.norms = norms
  }
}

extension NeighborIndex {
  /// About 32 KB of references stay in the first-level cache while every tile passes over them.
  private var panelRun: Int { max(1, (1 << 15) / (4 * kernels.panelWidth * dimensions)) }

  /// Rows near some of the queries.
  func propose(
    _ count: Int, to queries: Matrix, _ range: Range<Int>, excludingSelf: Bool, work: Work
  ) -> Proposals {
    let tileCount = (range.count + 3) / 4
    let tiles = tiles(queries.values, range)
    var exact = [Double](repeating: 0, count: range.count)
    for i in 0..<range.count {
      for j in 0..<dimensions {
        let x = (queries.values[(range.lowerBound + i) * dimensions + j] - center[j]) * inverseScale
        exact[i] += x * x
      }
    }
    var own = [Float](repeating: .infinity, count: tileCount * 4)
    for (i, norm) in exact.enumerated() where norm < Self.farRadius * Self.farRadius { own[i] = Float(norm) }
    var found = Proposals(neighbors: count, places: tileCount * 4, norms: exact)
    let panelCount = norms.count / kernels.panelWidth
    let (panels, run) = (panels(0..<norms.count), panelRun)
    var panel = 0
    // SAFETY: the heaps have room for every query of the tiles, and this call alone uses them.
    unsafe found.values.withUnsafeMutableBufferPointer { values in
      unsafe found.rows.withUnsafeMutableBufferPointer { rows in
        guard let values = values.baseAddress, let rows = rows.baseAddress else { return }
        // What a cancelled block leaves undone is thrown away with it.
        while panel < panelCount, !work.isCancelled() {
          let panelRange = panel..<min(panelCount, panel + run)
          unsafe offer(
            tiles, own.span, panels, panelRange, capacity: found.capacity, values, rows,
            selfOffset: excludingSelf ? range.lowerBound : Int.min / 2)
          panel = panelRange.upperBound
        }
      }
    }
    return found
  }

  /// Offers the rows of some panels to the queries of all tiles.
  private func offer(
    _ tiles: [Float], _ queryNorms: Span<Float>, _ panels: Panels, _ panelRange: Range<Int>, capacity: Int,
    _ values: UnsafeMutablePointer<Float>, _ rows: UnsafeMutablePointer<Int32>, selfOffset: Int
  ) {
    let tileCount = tiles.count / (4 * dimensions)
    precondition(queryNorms.count == 4 * tileCount, "one norm a query")
    // SAFETY: every buffer has the size that the kernel's documentation asks for and lives through the call; the callers
    // give each call heaps of its own.
    unsafe queryNorms.withUnsafeBufferPointer { queryNorms in
      guard let queryNorms = queryNorms.baseAddress else { return }
      unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: kernels.panelWidth) { scratch in
        guard let scratch = scratch.baseAddress else { return }
        switch kernels {
        case .baseline:
          unsafe KernelsBaseline.offerNeighbors(
            tiles: tiles, queryNorms: queryNorms, tileCount: tileCount, dimensions: dimensions,
            panels: panels.values, firstPanel: panels.first, norms: norms, panelRange: panelRange,
            capacity: capacity, heapValues: values, heapRows: rows, selfOffset: selfOffset, scratch: scratch)
        case .v3:
          unsafe KernelsV3.offerNeighbors(
            tiles: tiles, queryNorms: queryNorms, tileCount: tileCount, dimensions: dimensions,
            panels: panels.values, firstPanel: panels.first, norms: norms, panelRange: panelRange,
            capacity: capacity, heapValues: values, heapRows: rows, selfOffset: selfOffset, scratch: scratch)
        case .v4:
          unsafe KernelsV4.offerNeighbors(
            tiles: tiles, queryNorms: queryNorms, tileCount: tileCount, dimensions: dimensions,
            panels: panels.values, firstPanel: panels.first, norms: norms, panelRange: panelRange,
            capacity: capacity, heapValues: values, heapRows: rows, selfOffset: selfOffset, scratch: scratch)
        }
      }
    }
  }
}

/// Rows in blocks that meet in pairs, as teams in a tournament do: in one round no block plays twice.
private struct Tournament {
  let rows: Int
  let blockSize: Int

  /// A multiple of every panel's width and of a tile's height.
  private static let unit = 32
  /// Pairs times dimensions that take a few milliseconds.
  private static let operations = 1 << 28
  private static let leastDimensions = 16

  /// `rows` counts those that fill the last panel.
  init(rows: Int, dimensions: Int) {
    self.rows = rows
    let most = Int(Double(Self.operations / max(Self.leastDimensions, dimensions)).squareRoot())
    blockSize = max(1, min(most, rows / Self.unit) / Self.unit) * Self.unit
  }

  var blocks: Int { (rows + blockSize - 1) / blockSize }
  /// With an odd number of blocks one sits out.
  private var places: Int { blocks + blocks % 2 }
  var rounds: Int { places - 1 }

  func block(_ number: Int) -> Range<Int> { number * blockSize..<min(rows, (number + 1) * blockSize) }

  /// The last place stays, the others move on around it.
  func pairs(round: Int) -> [(Int, Int)] {
    let turning = places - 1
    let all =
      [(turning, round)]
      + (1..<max(1, places / 2)).map { ((round + $0) % turning, (round - $0 + turning) % turning) }
    return all.filter { $0.0 < blocks && $0.1 < blocks }
  }
}

/// Heaps that several threads fill, each those of other rows.
@unsafe private struct SharedHeaps {
  let capacity: Int
  let values: UnsafeMutablePointer<Float>
  let rows: UnsafeMutablePointer<Int32>
  /// The largest value of each heap.
  let limits: UnsafeMutablePointer<Float>
}

extension NeighborIndex {
  /// Rows near each row, without itself: each pair of rows is compared once and offered to both.
  ///
  /// The order in which a heap meets its rows depends on their number alone.
  func proposeBothWays(_ count: Int, work: Work, stage: String) throws(Cancelled) -> Proposals {
    let plan = Tournament(rows: norms.count, dimensions: dimensions)
    var found = Proposals(
      neighbors: count, places: norms.count, norms: norms.prefix(rowCount).map(Double.init))
    // Rows far out and padding look for no neighbours.
    var limits = norms.map { $0.isFinite ? Float.infinity : -.infinity }
    let capacity = found.capacity
    let outcome: Result<Void, Cancelled> = unsafe found.values.withUnsafeMutableBufferPointer { values in
      unsafe found.rows.withUnsafeMutableBufferPointer { rows in
        unsafe limits.withUnsafeMutableBufferPointer { limits in
          guard let values = values.baseAddress, let rows = rows.baseAddress,
            let limits = limits.baseAddress
          else { return .success(()) }
          // SAFETY: the three arrays hold all rows and outlive the loops; chunks of one loop touch heaps of different blocks.
          nonisolated(unsafe) let heaps = unsafe SharedHeaps(
            capacity: capacity, values: values, rows: rows, limits: limits)
          return Result { () throws(Cancelled) in
            let parts = plan.rounds + 1
            try work.part(0..<1, of: parts).forEachChunk(of: plan.blocks, size: 1, stage: stage) { block, _ in
              unsafe offerWithin(plan.block(block), heaps)
            }
            for round in 0..<plan.rounds {
              let pairs = plan.pairs(round: round)
              try work.part(round + 1..<round + 2, of: parts).forEachChunk(
                of: pairs.count, size: 1, stage: stage
              ) { pair, _ in
                unsafe offer(plan.block(pairs[pair].0), plan.block(pairs[pair].1), heaps)
              }
            }
          }
        }
      }
    }
    try outcome.get()
    return found
  }

  /// Rows as queries: −2 times their moved and scaled values, four rows interleaved; for padding anything finite.
  private func tiles(_ rows: [Double], _ range: Range<Int>) -> [Float] {
    var tiles = [Float](repeating: 0, count: (range.count + 3) / 4 * 4 * dimensions)
    var target = tiles.mutableSpan
    for row in stride(from: range.lowerBound, to: min(rows.count / dimensions, range.upperBound), by: 4) {
      interleave(
        rows, row, times: -2, into: &target, at: (row - range.lowerBound) * dimensions, stride: 4)
    }
    return tiles
  }

  private func panelRuns(_ block: Range<Int>) -> [Range<Int>] {
    let width = kernels.panelWidth
    let (first, last, run) = (block.lowerBound / width, block.upperBound / width, panelRun)
    return stride(from: first, to: last, by: run).map { $0..<min(last, $0 + run) }
  }

  private func offerWithin(_ block: Range<Int>, _ heaps: SharedHeaps) {
    let (tiles, panels) = (tiles(values, block), panels(block))
    for run in panelRuns(block) {
      unsafe offer(
        tiles, norms.span.extracting(block), panels, run, capacity: heaps.capacity,
        heaps.values + block.lowerBound * heaps.capacity, heaps.rows + block.lowerBound * heaps.capacity,
        selfOffset: block.lowerBound)
    }
    for row in block where norms[row].isFinite {
      unsafe heaps.limits[row] = heaps.values[row * heaps.capacity]
    }
  }

  private func offer(_ block: Range<Int>, _ other: Range<Int>, _ heaps: SharedHeaps) {
    let (tiles, panels) = (tiles(values, block), panels(other))
    let (tileCount, first) = (block.count / 4, block.lowerBound)
    // SAFETY: blocks are whole panels and whole tiles of different rows, for all of which there are heaps.
    unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: kernels.panelWidth) { scratch in
      guard let scratch = scratch.baseAddress else { return }
      for range in panelRuns(other) {
        switch kernels {
        case .baseline:
          unsafe KernelsBaseline.offerBothWays(
            tiles: tiles, tileCount: tileCount, firstRow: first, dimensions: dimensions,
            panels: panels.values,
            firstPanel: panels.first, norms: norms, panelRange: range, capacity: heaps.capacity,
            limits: heaps.limits, heapValues: heaps.values, heapRows: heaps.rows, scratch: scratch)
        case .v3:
          unsafe KernelsV3.offerBothWays(
            tiles: tiles, tileCount: tileCount, firstRow: first, dimensions: dimensions,
            panels: panels.values,
            firstPanel: panels.first, norms: norms, panelRange: range, capacity: heaps.capacity,
            limits: heaps.limits, heapValues: heaps.values, heapRows: heaps.rows, scratch: scratch)
        case .v4:
          unsafe KernelsV4.offerBothWays(
            tiles: tiles, tileCount: tileCount, firstRow: first, dimensions: dimensions,
            panels: panels.values,
            firstPanel: panels.first, norms: norms, panelRange: range, capacity: heaps.capacity,
            limits: heaps.limits, heapValues: heaps.values, heapRows: heaps.rows, scratch: scratch)
        }
      }
    }
  }
}
